package props

import (
	"cmp"
	"context"
	"fmt"

	"assay/internal/results"
	"assay/internal/text"
	"assay/spec"
)

// Consistency is what [Consistent] found: whether draws given y fit draws without y, which
// does not say whether either are right.
type Consistency struct {
	Format    consistencyFormat `json:"format"`
	Candidate string            `json:"candidate"`
	Origin    string            `json:"origin"` // that drew without y
	Evidence
}

// Consistent asks whether the candidate samples the posterior of the law that the origin, most
// often the candidate itself, samples when it is asked without a measurement: that takes the
// place of the prior: it makes the truth x of each call, and y is measured of it. Nobody need
// know what law that is; it may be far from the prior, which only says at what scale to look.
// An origin that refuses to draw without a measurement is asked with one that says nothing, a
// row of zeros. A candidate that is consistent is said not to be with probability at most
// alpha. Errors, and what ends it, are as in [Judge].
func Consistent(ctx context.Context, candidate, origin spec.Sampler, problem *spec.Problem, opts ...ConsistentOption) (*Consistency, error) {
	o, err := settle(standard(), opts, ConsistentOption.consistent)
	if err := cmp.Or(err, checkSampler("candidate", candidate), checkSampler("origin", origin), checkProblems([]*spec.Problem{problem})); err != nil {
		return nil, err
	}
	if _, ok := problem.Measurement(); !ok {
		return nil, fmt.Errorf("Consistent measures what the origin draws, and on problem %s y cannot be drawn given x", problem.Name())
	}
	o.origin, o.terse = origin, true
	e, err := twoSided(ctx, candidate, problem, o)
	if err != nil {
		return nil, err
	}
	switch e.Outcome {
	case Rejected:
		e.Outcome = Inconsistent
	case NotRejected:
		e.Outcome = NoInconsistency
	}
	return results.Handed(&Consistency{Candidate: candidate.Name(), Origin: origin.Name(), Evidence: *e}), nil
}

// The outcomes of a check for consistency, besides [Inconclusive].
const (
	Inconsistent    Outcome = "inconsistent"
	NoInconsistency Outcome = "no inconsistency found"
)

// String returns the result in a few lines of plain words.
func (c *Consistency) String() string {
	var b text.Page
	whose := "its own draws"
	if c.Origin != c.Candidate {
		whose = "the draws of " + text.Name(c.Origin)
	}
	if c.Outcome == Inconsistent {
		b.Line("%s: its draws given y do not fit %s without y, on %s", text.Name(c.Candidate), whose, text.Name(c.On.Problem))
	} else {
		b.Line("%s: %s on %s, of its draws given y with %s without y", text.Name(c.Candidate), c.Outcome, text.Name(c.On.Problem), whose)
	}
	c.write(&b, "a sampler that fits ever reaches", "draws", "given y", "without y")
	return b.String()
}
