package props

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"pgregory.net/rapid"

	"assay/internal/defaults"
	"assay/spec"
)

// Again judges a candidate, the one of the counterexample or any other, on its
// problem, and at its y if it is about one, with fresh randomness. The options default to an
// [Alpha] of 1e-6, the draws a call and the tolerance of the counterexample, a seed that follows from its own, and a budget of calls
// that suffices to catch the same candidate again: at least eight times the calls
// that caught it. It is an error, a [*LacksWitness], if it was caught by a witness of the user's own that is
// not among the options.
func (c *Counterexample) Again(ctx context.Context, candidate spec.Sampler, opts ...ReplayOption) (*Verdict, error) {
	if c.Verdict == nil || c.Problem == nil {
		return nil, errors.New("the counterexample has no verdict or no problem: want one that ReadCounterexample returned")
	}
	o := standard()
	o.calls, o.draws, o.terse = max(defaults.Calls, 8*c.Verdict.Calls), c.Verdict.DrawsACall, true
	o.seed = spec.Stream(c.Verdict.Seed, "replay", c.Problem.Digest(), 0).Uint64()
	o.tolerance = c.Verdict.Tolerance
	if y, ok := c.Y(); ok {
		o.local, o.at = 1, y
	}
	o, err := settle(o, opts, ReplayOption.replay)
	if err := cmp.Or(err, checkSampler("candidate", candidate)); err != nil {
		return nil, err
	}
	if err := c.lacks(o); err != nil {
		return nil, err
	}
	return judge(ctx, candidate, []*spec.Problem{c.Problem}, o)
}

// LacksWitness is the error of judging a counterexample again without the witness of the user's own
// that caught it.
type LacksWitness struct {
	Name string // of the witness
}

func (e *LacksWitness) Error() string {
	return fmt.Sprintf("it was caught by the witness %q of the user's own: give that too, by props.Witness or props.Witnesses", e.Name)
}

// lacks is an error if the options lack a witness of the user's own that is one of those that caught
// the candidate.
func (c *Counterexample) lacks(o *options) error {
	if c.Verdict.Fault != nil || len(c.Verdict.OwnWitnesses) == 0 {
		return nil
	}
	given := o.ownWitnesses()
	for _, w := range c.Verdict.Worst().Witnesses {
		if slices.Contains(c.Verdict.OwnWitnesses, w.Name) && !slices.Contains(given, w.Name) {
			return &LacksWitness{w.Name}
		}
	}
	return nil
}

// Y returns the single y that the counterexample is about, if it is about one.
func (c *Counterexample) Y() (y []float64, ok bool) {
	if c.Verdict.Local == 0 || c.Verdict.Fault != nil {
		return nil, false
	}
	return c.Verdict.Worst().Y, true
}

// Replay fails the test if the counterexample in the file still catches the candidate:
// if it is rejected on that problem with fresh randomness, which happens to a right one
// with probability at most alpha, or is at fault there. It skips the test if the
// candidate refuses the problem. A file that cannot be trusted fails the test.
func Replay(t rapid.TB, path string, candidate spec.Sampler, opts ...ReplayOption) {
	t.Helper()
	c, err := ReadCounterexample(path)
	if err != nil {
		t.Fatalf("props.Replay: %v", err)
	}
	v, err := c.Again(contextOf(t), candidate, opts...)
	switch {
	case err != nil:
		t.Fatalf("props.Replay: %s: %v", path, err)
	case v.Stop == StopRefusal:
		t.Skipf("%s: %v", path, v.Fault)
	case v.Stop == StopInterrupted:
		t.Fatalf("props.Replay: %s: interrupted", path)
	case v.Outcome == Inconclusive && v.Pending.Stall():
		t.Fatalf("props.Replay: %s: %v", path, v.Pending)
	case v.Outcome == Rejected || v.Fault != nil:
		t.Fatalf("%s still holds:\n%s", path, v)
	}
}

// contextOf returns the context of a test: [rapid.TB] does not have it, but a test of
// package testing and one of rapid do.
func contextOf(t rapid.TB) context.Context {
	if has, ok := t.(interface{ Context() context.Context }); ok {
		return has.Context()
	}
	return context.Background()
}

// counterexampleFolder is where [Posterior] looks for counterexamples, relative to the
// folder of the test.
const counterexampleFolder = "testdata/assay"

// remembered returns what recall does, which is done once, to its end.
func (p *property) remembered(ctx context.Context) error {
	p.recalling.Lock()
	defer p.recalling.Unlock()
	if !p.recalled {
		failure := p.recall(ctx)
		if ctx.Err() != nil {
			return failure
		}
		p.recalled, p.failure = true, failure
	}
	return p.failure
}

// recall judges the candidate on the counterexamples in its folder that bear its
// name, the first problems that the property meets, and returns the first failure.
// Those of other candidates are for [Replay].
func (p *property) recall(ctx context.Context) error {
	paths, err := filepath.Glob(counterexampleFolder + "/*.json")
	if err != nil {
		return err
	}
	slices.Sort(paths)
	for _, path := range paths {
		c, err := ReadCounterexample(path)
		if err != nil {
			return err
		}
		if c.Candidate != p.candidate.Name() {
			continue
		}
		v, err := p.judgeAgain(ctx, c)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", path, err)
		case v.Stop == StopRefusal:
		case v.Outcome == Rejected || v.Fault != nil:
			return errors.New(path + " still holds:\n" + v.String())
		}
	}
	return nil
}
