package metamorphic

import (
	"context"
	"errors"
	"strings"
	"time"

	"assay/internal/defaults"
	"assay/internal/results"
	"assay/internal/text"
	"assay/props"
	"assay/props/run"
	"assay/spec"
)

// joint is the name of the check by joint calibration, which is not a relation of problems.
const joint = "joint"

const jointWords = "draws given y, measured of draws without y, are distributed as those"

// places is the number of single y among which the counterexample is looked for.
const places = 8

// Options are those of a check. Zero is the default of package props.
type Options struct {
	Alpha float64 // bounds the probability that a candidate is rejected which obeys every relation
	Calls int     // of the candidate, on each of the two problems of a relation
	Draws int
	Seed  uint64
	// For stops the check after that time, of which every part has an equal share; see
	// [props.For]. Jobs, Watch and Journal are as [props.Jobs], [props.Watch] and [props.Remember].
	For     time.Duration
	Jobs    int
	Watch   func(props.Progress)
	Journal *run.Journal
}

// Report is the result of a check. Its JSON form holds no times.
type Report struct {
	Format    reportFormat  `json:"format"`
	Candidate string        `json:"candidate"`
	Problem   string        `json:"problem"`
	Outcome   props.Outcome `json:"outcome"`
	Stop      props.Stop    `json:"stop"`
	Alpha     float64       `json:"alpha"`
	Calls     int           `json:"calls_a_relation"`
	Draws     int           `json:"draws_a_call"`
	Seed      uint64        `json:"seed"`
	Findings  []finding     `json:"findings"`
	Warnings  []string      `json:"warnings,omitempty"`
}

// reportFormat is the first key of the JSON form; the number in it changes with the keys.
type reportFormat struct{}

// MarshalText returns the name of the format.
func (reportFormat) MarshalText() ([]byte, error) { return []byte("assay metamorphic 1"), nil }

// finding is what one relation says.
type finding struct {
	Relation string `json:"relation"`
	Words    string `json:"words"`
	// Skipped is why the relation says nothing of this problem or candidate, if so.
	Skipped string `json:"skipped,omitempty"`
	// Evidence is of [props.Compare] on the candidate after the map and the candidate itself, or
	// for joint calibration of [props.Consistent], at alpha over the number of relations.
	Evidence *props.Evidence `json:"evidence,omitempty"`
	// Y is, if the relation fails, the y of a few at which it fails most clearly, and
	// Log10Wealth the evidence there, on fresh randomness. It adds nothing to the verdict.
	Y           []float64 `json:"y,omitempty"`
	Log10Wealth float64   `json:"log10_wealth_at_y,omitempty"`
}

// Check asks the candidate on the problem and on its image under every relation, and
// last for joint calibration. The relations share alpha evenly. It stops at nothing but
// ctx, so that all that fail are told. It is an error if an option is out of range or the
// problem cannot be drawn from, or if there is none.
func Check(ctx context.Context, candidate spec.Sampler, p *spec.Problem, o Options) (*Report, error) {
	switch {
	case candidate == nil:
		return nil, errors.New("the candidate is nil: want a spec.Sampler")
	case p == nil || p.Prior() == nil:
		return nil, errors.New("the problem is nil, or has no prior: want one of spec.NewProblem")
	}
	if o.Alpha == 0 {
		o.Alpha = defaults.Alpha
	}
	if o.Calls == 0 {
		o.Calls = defaults.Calls
	}
	if o.Draws == 0 {
		o.Draws = defaults.Draws
	}
	r := &Report{
		Candidate: candidate.Name(), Problem: p.Name(), Outcome: props.Inconclusive, Stop: props.StopRefusal,
		Alpha: o.Alpha, Calls: o.Calls, Draws: o.Draws, Seed: o.Seed,
	}
	for _, relation := range relations {
		f := finding{Relation: relation.Name, Words: relation.Words}
		to, err := relation.image(p, o.Seed)
		if err == nil {
			err = f.compare(ctx, to.by(candidate, relation.Name), candidate, p, o)
		}
		if err == nil && f.fails() {
			err = f.locate(ctx, to.by(candidate, relation.Name), candidate, p, o)
		}
		if err := r.add(f, err); err != nil {
			return nil, err
		}
	}
	f := finding{Relation: joint, Words: jointWords}
	err := error(spec.Refuse("nothing is measured"))
	if p.Rows() > 0 {
		err = f.consistent(ctx, candidate, p, o)
	}
	if err := r.add(f, err); err != nil {
		return nil, err
	}
	if warning := o.Journal.Settle(); warning != "" {
		r.Warnings = append(r.Warnings, warning)
	}
	return results.Handed(r), nil
}

// compare compares the candidate after the map with the candidate, at its share of alpha.
func (f *finding) compare(ctx context.Context, after, candidate spec.Sampler, p *spec.Problem, o Options) error {
	c, err := props.Compare(ctx, after, candidate, p, o.compared(o.share())...)
	if err == nil {
		f.Evidence = &c.Evidence
	}
	return err
}

// consistent compares draws given y with draws without, at their share of alpha.
func (f *finding) consistent(ctx context.Context, candidate spec.Sampler, p *spec.Problem, o Options) error {
	var options []props.ConsistentOption
	for _, option := range o.common(o.share()) {
		options = append(options, option)
	}
	c, err := props.Consistent(ctx, candidate, candidate, p, options...)
	if err == nil {
		f.Evidence = &c.Evidence
	}
	return err
}

// share is the level of one relation.
func (o Options) share() float64 { return o.Alpha / float64(len(relations)+1) }

// common returns the options of every part.
func (o Options) common(alpha float64) []props.RunOption {
	return []props.RunOption{
		props.Alpha(alpha), props.Calls(o.Calls), props.Draws(o.Draws), props.Seed(o.Seed), props.Jobs(o.Jobs),
		props.For(o.For / time.Duration(len(relations)+1)), props.Watch(o.Watch), props.Remember(o.Journal),
	}
}

func (o Options) compared(alpha float64) (options []props.CompareOption) {
	for _, option := range o.common(alpha) {
		options = append(options, option)
	}
	return options
}

// outcome is that of the evidence, in the words of a report.
func (f *finding) outcome() props.Outcome {
	switch f.Evidence.Outcome {
	case props.Disagree, props.Inconsistent:
		return props.Rejected
	case props.NoDisagreement, props.NoInconsistency:
		return props.NotRejected
	}
	return props.Inconclusive
}

func (f *finding) fails() bool { return f.Evidence != nil && f.outcome() == props.Rejected }

// locate looks for a single y at which the relation fails.
func (f *finding) locate(ctx context.Context, after, candidate spec.Sampler, p *spec.Problem, o Options) error {
	c, err := props.Compare(ctx, after, candidate, p, append(o.compared(o.Alpha), props.Local(places))...)
	if err != nil {
		return err
	}
	f.Y, f.Log10Wealth = c.On.Y, c.Log10Wealth
	return nil
}

// add takes a finding, or the reason why there is none, into the report.
func (r *Report) add(f finding, err error) error {
	var refusal *spec.Refusal
	switch {
	case errors.As(err, &refusal):
		f.Skipped = refusal.Reason
	case err != nil:
		return err
	case f.Evidence.Stop == props.StopRefusal:
		f.Skipped, f.Evidence = f.Evidence.On.Fault.Message, nil
	}
	r.Findings = append(r.Findings, f)
	if f.Evidence == nil {
		return nil
	}
	// A rejection outweighs a crash, a crash an interruption or a budget too small, and
	// those a pass.
	if outcome, stop := f.outcome(), f.Evidence.Stop; rank(outcome, stop) > rank(r.Outcome, r.Stop) {
		r.Outcome, r.Stop = outcome, stop
	}
	return nil
}

func rank(outcome props.Outcome, stop props.Stop) int {
	switch {
	case outcome == props.Rejected:
		return 4
	case stop == props.StopFault:
		return 3
	case stop == props.StopRefusal:
		return 0
	case outcome == props.Inconclusive:
		return 2
	}
	return 1
}

// Failing returns the names of the relations that the candidate breaks.
func (r *Report) Failing() (names []string) {
	for _, f := range r.Findings {
		if f.fails() {
			names = append(names, f.Relation)
		}
	}
	return names
}

// String returns the report in a few lines of plain words.
func (r *Report) String() string {
	var page text.Page
	by := ""
	if names := r.Failing(); len(names) > 0 {
		by = " by " + strings.Join(names, ", ")
	}
	page.Line("%s: %s on %s%s", text.Name(r.Candidate), r.Outcome, text.Name(r.Problem), by)
	page.Field("bound", "a sampler that obeys every relation is ever rejected with probability at most %.3g", r.Alpha)
	for _, f := range r.Findings {
		f.write(&page)
	}
	page.Fields("warning", r.Warnings...)
	return page.String()
}

func (f finding) write(page *text.Page) {
	v := f.Evidence
	switch {
	case v == nil:
		page.Field("skipped", "%-11s  %s", f.Relation, f.Skipped)
		return
	case v.On.Fault != nil:
		page.Field("fault", "%-11s  %v", f.Relation, v.On.Fault)
		return
	}
	word := "open"
	switch f.outcome() {
	case props.Rejected:
		word = "broken"
	case props.NotRejected:
		word = "holds"
	}
	page.Field(word, "%-11s  %s (%s after %d calls)", f.Relation, f.Words, text.Power(v.Log10Wealth), v.Calls)
	if v.Pending != nil && v.Pending.Stalled {
		page.Subfield("pending", "%v", v.Pending)
	}
	if !f.fails() {
		return
	}
	if f.Y != nil {
		page.Subfield("at y", "%.3g, evidence %s there alone", f.Y, text.Power(f.Log10Wealth))
	}
	page.Subfield("witness", "%s", f.witness())
}

// witness says in words what the leading witness saw: of the draws on the image against
// that on the problem itself, or of those given y against those without.
func (f finding) witness() string {
	w := f.Evidence.On.Witnesses[0]
	if f.Relation == joint {
		return w.Between("given y", "without y")
	}
	return w.Between("after the map", "before it")
}
