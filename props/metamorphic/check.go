package metamorphic

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"assay/internal/text"
	"assay/props"
	"assay/spec"
)

// Joint is the name of the check by joint calibration, which is no relation of problems.
const Joint = "joint"

const jointWords = "draws given y, measured of draws without y, are distributed as those"

// places is the number of single y among which the counterexample is looked for.
const places = 8

// Options are those of a check. Zero is the default of package props.
type Options struct {
	Alpha float64 // bounds the probability that a candidate is rejected which obeys every relation
	Calls int     // of the candidate, on each of the two problems of a relation
	Draws int
	Seed  uint64
	// More is passed on to [props.Judge]: how to watch, to remember, and so on.
	More []props.Option
}

// Report is the result of a check. Its JSON form holds no times.
type Report struct {
	Candidate string        `json:"candidate"`
	Problem   string        `json:"problem"`
	Outcome   props.Outcome `json:"outcome"`
	Stop      props.Stop    `json:"stop"`
	Alpha     float64       `json:"alpha"`
	Calls     int           `json:"calls_a_relation"`
	Draws     int           `json:"draws_a_call"`
	Seed      uint64        `json:"seed"`
	Findings  []Finding     `json:"findings"`
}

// Finding is what one relation says.
type Finding struct {
	Relation string `json:"relation"`
	Words    string `json:"words"`
	// Skipped is why the relation says nothing of this problem or candidate, if so.
	Skipped string `json:"skipped,omitempty"`
	// Verdict is on the candidate after the map, compared with the candidate itself at
	// alpha over the number of relations.
	Verdict *props.Verdict `json:"verdict,omitempty"`
	// Y is, if the relation fails, the y of a few at which it fails most clearly, and
	// Log10Wealth the evidence there, on fresh randomness. It adds nothing to the verdict.
	Y           []float64 `json:"y,omitempty"`
	Log10Wealth float64   `json:"log10_wealth_at_y,omitempty"`
}

// Check asks the candidate on the problem and on its image under every relation, and
// last for joint calibration. The relations share alpha evenly. It stops at nothing but
// ctx, so that all that fail are told. It is an error if an option is out of range or the
// problem cannot be drawn from.
func Check(ctx context.Context, candidate spec.Sampler, p *spec.Problem, o Options) (*Report, error) {
	if o.Alpha == 0 {
		o.Alpha = props.DefaultAlpha
	}
	if o.Calls == 0 {
		o.Calls = props.DefaultCalls
	}
	if o.Draws == 0 {
		o.Draws = props.DefaultDraws
	}
	r := &Report{
		Candidate: candidate.Name(), Problem: p.Name(), Outcome: props.Inconclusive, Stop: props.StopRefusal,
		Alpha: o.Alpha, Calls: o.Calls, Draws: o.Draws, Seed: o.Seed,
	}
	for _, relation := range relations {
		f := Finding{Relation: relation.Name, Words: relation.Words}
		to, err := relation.image(p, o.Seed)
		if err == nil {
			err = f.judge(ctx, to.by(candidate, relation.Name), p, o, props.Against(candidate))
		}
		if err == nil && f.fails() {
			err = f.locate(ctx, to.by(candidate, relation.Name), candidate, p, o)
		}
		if err := r.add(f, err); err != nil {
			return nil, err
		}
	}
	f := Finding{Relation: Joint, Words: jointWords}
	err := error(spec.Refuse("nothing is measured"))
	if p.Rows() > 0 {
		err = f.judge(ctx, candidate, p, o, props.DrawnBy(candidate))
	}
	if err := r.add(f, err); err != nil {
		return nil, err
	}
	return r, nil
}

// judge fills in the verdict, at its share of alpha.
func (f *Finding) judge(ctx context.Context, candidate spec.Sampler, p *spec.Problem, o Options, how props.Option) (err error) {
	f.Verdict, err = props.Judge(ctx, candidate, []*spec.Problem{p}, o.with(how, props.Alpha(o.Alpha/float64(len(relations)+1)))...)
	return err
}

func (o Options) with(more ...props.Option) []props.Option {
	options := append([]props.Option{props.Calls(o.Calls), props.Draws(o.Draws), props.Seed(o.Seed), props.Terse()}, o.More...)
	return append(options, more...)
}

func (f *Finding) fails() bool { return f.Verdict != nil && f.Verdict.Outcome == props.Rejected }

// locate looks for a single y at which the relation fails.
func (f *Finding) locate(ctx context.Context, after, candidate spec.Sampler, p *spec.Problem, o Options) error {
	v, err := props.Judge(ctx, after, []*spec.Problem{p}, o.with(props.Against(candidate), props.Alpha(o.Alpha), props.Local(places))...)
	if err != nil {
		return err
	}
	f.Y, f.Log10Wealth = v.Worst().Y, v.Log10Wealth
	return nil
}

// add takes a finding, or the reason why there is none, into the report.
func (r *Report) add(f Finding, err error) error {
	var refusal *spec.Refusal
	switch {
	case errors.As(err, &refusal):
		f.Skipped = refusal.Reason
	case err != nil:
		return err
	case f.Verdict.Stop == props.StopRefusal:
		f.Skipped, f.Verdict = f.Verdict.Fault.Message, nil
	}
	r.Findings = append(r.Findings, f)
	if f.Verdict == nil {
		return nil
	}
	// A rejection outweighs a crash, a crash an interruption or a budget too small, and
	// those a pass.
	if rank(f.Verdict.Outcome, f.Verdict.Stop) > rank(r.Outcome, r.Stop) {
		r.Outcome, r.Stop = f.Verdict.Outcome, f.Verdict.Stop
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
	page.Line("%s: %s on %s%s", r.Candidate, r.Outcome, r.Problem, by)
	page.Field("bound", "a sampler that obeys every relation is ever rejected with probability at most %.3g", r.Alpha)
	for _, f := range r.Findings {
		f.write(&page)
	}
	return page.String()
}

func (f Finding) write(page *text.Page) {
	v := f.Verdict
	switch {
	case v == nil:
		page.Field("skipped", "%-11s  %s", f.Relation, f.Skipped)
		return
	case v.Fault != nil:
		page.Field("fault", "%-11s  %v", f.Relation, v.Fault)
		return
	}
	word := "open"
	switch v.Outcome {
	case props.Rejected:
		word = "broken"
	case props.NotRejected:
		word = "holds"
	}
	page.Field(word, "%-11s  %s (%s after %d calls)", f.Relation, f.Words, text.Power(v.Log10Wealth), v.Calls)
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
func (f Finding) witness() string {
	w := f.Verdict.Worst().Witnesses[0]
	draws, others := "after the map", "before it"
	if f.Relation == Joint {
		draws, others = "given y", "without y"
	}
	switch {
	case w.MeanRank > 0.55:
		return fmt.Sprintf("%s: lower %s than %s, %.0f%% of the time", w.Name, draws, others, 100*w.MeanRank)
	case w.MeanRank < 0.45:
		return fmt.Sprintf("%s: higher %s than %s, %.0f%% of the time", w.Name, draws, others, 100*(1-w.MeanRank))
	}
	return fmt.Sprintf("%s: the same on average %s and %s, but not in spread or shape", w.Name, draws, others)
}
