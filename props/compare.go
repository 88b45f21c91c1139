package props

import (
	"cmp"
	"context"
	"fmt"

	"assay/internal/results"
	"assay/internal/tally"
	"assay/internal/text"
	"assay/spec"
)

// Comparison is what [Compare] found: whether two samplers agree, which says of neither whether
// it is right.
type Comparison struct {
	Format comparisonFormat `json:"format"`
	A      string           `json:"a"`
	B      string           `json:"b"`
	Evidence
}

// Compare asks whether two samplers agree on the problem, where no exact draw is needed: in
// place of the truth x that made y there is one draw of b given y, among the draws of a. The
// null is that given y, for almost every y of the problem (or, with [Local] or [At], at each
// single y), the draws of both have one law; that law may be wrong. Samplers that agree are
// said to disagree with probability at most alpha. The draws of a chain may each have a
// different law, so if either sampler claims no independence, both are asked for one draw a
// call, and a warning says so. Errors, and what ends it, are as in [Judge].
func Compare(ctx context.Context, a, b spec.Sampler, problem *spec.Problem, opts ...CompareOption) (*Comparison, error) {
	o, err := settle(standard(), opts, CompareOption.compare)
	if err := cmp.Or(err, checkSampler("first sampler", a), checkSampler("second sampler", b)); err != nil {
		return nil, err
	}
	wanted := o.draws
	o.against(a, b)
	e, err := twoSided(ctx, a, problem, o)
	if err != nil {
		return nil, err
	}
	if o.draws != wanted {
		e.Warnings = append(e.Warnings, fmt.Sprintf("one draw a call instead of %d, as those of a call may depend on each other", wanted))
	}
	e.Independent = e.Independent && b.Independent()
	switch e.Outcome {
	case Rejected:
		e.Outcome = Disagree
	case NotRejected:
		e.Outcome = NoDisagreement
	}
	return results.Handed(&Comparison{A: a.Name(), B: b.Name(), Evidence: *e}), nil
}

// against puts the draws of a reference in place of the truth.
func (o *options) against(candidate, reference spec.Sampler) {
	o.reference, o.terse = reference, true
	if !(candidate.Independent() && o.reference.Independent()) {
		o.draws = 1
	}
}

// String returns the comparison in a few lines of plain words.
func (c *Comparison) String() string {
	var b text.Page
	if c.Outcome == Disagree {
		b.Line("%s and %s disagree on %s", text.Name(c.A), text.Name(c.B), text.Name(c.On.Problem))
	} else {
		b.Line("%s and %s: %s on %s", text.Name(c.A), text.Name(c.B), c.Outcome, text.Name(c.On.Problem))
	}
	c.write(&b, "two samplers that agree ever reach", "draws of "+text.Name(c.B), "from "+text.Name(c.A), "from "+text.Name(c.B))
	return b.String()
}

// The outcomes of a comparison, besides [Inconclusive].
const (
	Disagree       Outcome = "disagree"
	NoDisagreement Outcome = "no disagreement found"
)

// Evidence is about two kinds of draws that ought to have one law: those of two samplers
// in a [Comparison], those given y and without y in a [Consistency].
type Evidence struct {
	Outcome Outcome `json:"outcome"`
	// Alpha bounds the probability of the outcome, [Disagree] or [Inconsistent], where the
	// laws are one.
	Alpha     float64        `json:"alpha"`
	Tolerance spec.Tolerance `json:"tolerance"` // what counts as one law; zero is exactly
	// Log10Wealth is the evidence; the outcome is settled at -log10(alpha).
	Log10Wealth float64 `json:"log10_wealth"`
	Stop        Stop    `json:"stop"`
	Budget      int     `json:"calls_at_most"`
	Calls       int     `json:"calls"`
	DrawsACall  int     `json:"draws_a_call"`
	// Local is the number of single y that were looked at, 0 for all y; then DrawsACall is
	// the number of draws that one draw was looked at among. Given says that it is the y of [At].
	Local       int    `json:"local,omitempty"`
	Given       bool   `json:"y_given,omitempty"`
	Independent bool   `json:"independent_draws"` // of all samplers asked
	Seed        uint64 `json:"seed"`
	// On is the problem, and the evidence on it. A mean rank is that of a draw of the one
	// kind, that of the second sampler or without y, among draws of the other.
	On Finding `json:"on"`
	// Pending is the call that was waited for when a time limit ended it.
	Pending *Pending `json:"pending,omitempty"`
	// OwnWitnesses are the names of the witnesses that the user added, see [Witness].
	OwnWitnesses []string `json:"own_witnesses,omitempty"`
	// Spent is what all samplers together took, as in a [Verdict].
	Spent    tally.Costs `json:"spent,omitempty"`
	Warnings []string    `json:"warnings,omitempty"`
}

// twoSided judges the candidate by options that have a reference or an origin, and returns the
// evidence, whose outcome is yet to be put into words.
func twoSided(ctx context.Context, candidate spec.Sampler, problem *spec.Problem, o *options) (*Evidence, error) {
	v, err := judge(ctx, candidate, []*spec.Problem{problem}, o)
	if err != nil {
		return nil, err
	}
	return &Evidence{
		Outcome: v.Outcome, Alpha: v.Alpha, Tolerance: v.Tolerance, Log10Wealth: v.Log10Wealth, Stop: v.Stop, Budget: v.Budget, Calls: v.Calls,
		DrawsACall: v.DrawsACall, Local: v.Local, Given: v.Given, Independent: v.Independent, Seed: v.Seed, On: v.Problems[0],
		Pending: v.Pending, OwnWitnesses: v.OwnWitnesses, Spent: v.Spent, Warnings: v.Warnings,
	}, nil
}

// write says what the evidence is: what reaches 1/alpha with probability alpha at most, what
// the draws at single y were among, and where the two kinds of draws come from.
func (e *Evidence) write(b *text.Page, null, others, one, other string) {
	switch {
	case e.On.Fault != nil && e.Outcome == Inconclusive:
		b.Field("fault", "of %s: %v", text.Name(e.On.Fault.Sampler), e.On.Fault)
	default:
		done := work(e.Calls, e.DrawsACall, e.Local, e.Given, fmt.Sprintf("%d %s", e.DrawsACall, others))
		end := fmt.Sprintf("%s %s with probability at most %.3g", null, text.Power(threshold(e.Alpha)), e.Alpha)
		if settled := e.Stop == StopWealth; !settled {
			end = ended(e.Stop, e.Budget) + "; " + end
		}
		b.Field("evidence", "%s after %s (%s)", text.Power(e.Log10Wealth), done, end)
	}
	if e.On.Y != nil && (e.Stop == StopWealth || e.Given) {
		b.Field("at y", "%s", shortVector(e.On.Y))
	}
	if e.Stop == StopWealth {
		label := "witness"
		for _, w := range e.On.Witnesses {
			b.Field(label, "%s", w.Between(one, other))
			label = ""
		}
	}
	e.Pending.Write(b)
	writeRead(b, []Finding{e.On})
	writeOwnWitnesses(b, e.OwnWitnesses)
	writeSpent(b, e.Spent)
	writeTolerance(b, e.Tolerance, false, []Finding{e.On}, e.On.Resolution)
	for _, w := range e.Warnings {
		b.Field("warning", "%s", w)
	}
}

// Between says in words what the witness saw of two kinds of draws, those of the second of
// which took the place of the truth: "lower ONE than OTHER".
func (w WitnessShare) Between(one, other string) string {
	name := text.Name(w.Name)
	switch w.Side() {
	case 1:
		return fmt.Sprintf("%s: lower %s than %s, %.0f%% of the time", name, one, other, 100*w.MeanRank)
	case -1:
		return fmt.Sprintf("%s: higher %s than %s, %.0f%% of the time", name, one, other, 100*(1-w.MeanRank))
	}
	return fmt.Sprintf("%s: the same on average %s and %s, but not in spread or shape", name, one, other)
}
