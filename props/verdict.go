package props

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"assay/internal/tally"
	"assay/internal/text"
	"assay/spec"
)

// Verdict is the result of a judgement. Its JSON form holds no times, so that the
// same seed gives the same bytes, unless a time limit ended it: see Pending.
type Verdict struct {
	Format    verdictFormat `json:"format"`
	Candidate string        `json:"candidate"`
	Outcome   Outcome       `json:"outcome"`
	// Alpha bounds the probability that a right candidate is rejected.
	Alpha float64 `json:"alpha"`
	// Tolerance is what counts as right; zero is the exact posterior. It has no form if it
	// is read on some problems by one definition and on some by another: each Finding has
	// its own.
	Tolerance spec.Tolerance `json:"tolerance"`
	// Fitted says that the tolerance is the largest of those that [WithinEach] gave.
	Fitted bool `json:"tolerance_within_each,omitempty"`
	// Log10Wealth is the evidence; rejection is at -log10(alpha). On several problems the
	// wealth is the mean of two: the mean over the problems, and that on all of them
	// Together.
	Log10Wealth float64 `json:"log10_wealth"`
	Stop        Stop    `json:"stop"`
	// Budget is the number of calls on each problem that were allowed.
	Budget     int `json:"calls_at_most"`
	Calls      int `json:"calls"`
	DrawsACall int `json:"draws_a_call"`
	// Local is the number of single y that were looked at, 0 for all y; then
	// DrawsACall is the number of exact draws that one draw was compared with.
	Local int `json:"local,omitempty"`
	// Given says that the single y is one that was asked for; see [At].
	Given       bool   `json:"y_given,omitempty"`
	Independent bool   `json:"independent_draws"`
	Seed        uint64 `json:"seed"`
	// Problems holds one entry for each problem, in the order given.
	Problems []Finding `json:"problems"`
	// Together is the evidence on several problems taken as one; nil for one problem, in
	// local mode, and where they have no witness in common.
	Together *Together `json:"together,omitempty"`
	// Fault is what the candidate did other than sampling, if anything, on the first
	// problem where it did.
	Fault *Fault `json:"fault,omitempty"`
	// Pending is the call that was waited for when a time limit ended the judgement.
	Pending *Pending `json:"pending,omitempty"`
	// OwnWitnesses are the names of the witnesses that the user added, see [Witness].
	OwnWitnesses []string `json:"own_witnesses,omitempty"`
	// Spent is what the candidate took in all calls that were bet on, by names such as
	// "points denoised", as far as it was counted or reported; see [spec.Spend].
	Spent    tally.Costs `json:"spent,omitempty"`
	Warnings []string    `json:"warnings,omitempty"`
	// Record is the course of the judgement, if it was asked for; see [Recorded].
	Record *Record `json:"-"`
}

// Together is the evidence on all problems taken as one, by the witnesses that they share.
type Together struct {
	Log10Wealth float64        `json:"log10_wealth"`
	Witnesses   []WitnessShare `json:"witnesses"` // the leading ones, the largest share first
}

// Finding is the evidence on one problem.
type Finding struct {
	Problem     string  `json:"problem"`
	Digest      string  `json:"digest"`         // of its canonical text form, in hexadecimal
	Read        string  `json:"read,omitempty"` // what was read from a user's file, in words
	Calls       int     `json:"calls"`
	Log10Wealth float64 `json:"log10_wealth"`
	// Form is the definition by which the tolerance is read on this problem; empty if the
	// exact law is asked for.
	Form spec.Form `json:"tolerance_form,omitempty"`
	// Fault is why the candidate was asked no more about this problem, if it was not.
	Fault *Fault `json:"fault,omitempty"`
	// Y is, in local mode, the single y with the most evidence.
	Y []float64 `json:"y,omitempty"`
	// Resolution is the deviation of the noise, in the units of x, under which the
	// evidence was strongest: of the order of the tolerance tau, 0 if that is 0.
	Resolution float64 `json:"resolution"`
	// Witnesses holds the leading witnesses, the largest share first.
	Witnesses []WitnessShare `json:"witnesses"`
	// CalibrationError is, in a verdict that rejects nothing, an upper confidence limit
	// (95 % for each witness, at any stopping rule) for the calibration error of every
	// witness: how far the probability that the truth ranks below some of the draws is
	// from what it should be.
	CalibrationError float64 `json:"calibration_error_at_most,omitempty"`
	// Noticed is, in a verdict that rejects nothing, what it would have noticed; empty
	// where the exact posterior is unknown.
	Noticed []Noticed `json:"would_have_noticed,omitempty"`
}

// WitnessShare is what one witness says.
type WitnessShare struct {
	Code  string  `json:"code"` // of the name, such as log_likelihood, x:3 for x[3], or own: and the name
	Name  string  `json:"name"`
	Share float64 `json:"share"` // of the wealth on its problem
	// MeanRank is the mean rank of the truth among the draws of a call: 0.5 is
	// expected, 0 is below every draw, 1 above.
	MeanRank float64 `json:"mean_rank"`
}

// Side is 1 if the witness is too low in the draws, -1 if it is too high, 0 if it is right on
// average.
func (w WitnessShare) Side() int {
	switch {
	case w.MeanRank > 0.55:
		return 1
	case w.MeanRank < 0.45:
		return -1
	}
	return 0
}

// String says in words what the witness saw.
func (w WitnessShare) String() string {
	name := text.Name(w.Name)
	switch w.Side() {
	case 1:
		return fmt.Sprintf("%s: too low in the draws, below the truth %.0f%% of the time", name, 100*w.MeanRank)
	case -1:
		return fmt.Sprintf("%s: too high in the draws, above the truth %.0f%% of the time", name, 100*(1-w.MeanRank))
	}
	return fmt.Sprintf("%s: right on average in the draws, wrong in spread or shape", name)
}

// Fault is one failure of the candidate, and the call in which it happened.
type Fault struct {
	Kind    FaultKind `json:"kind"`
	Problem string    `json:"problem"`
	Call    int       `json:"call"` // on that problem, from 0
	Message string    `json:"message"`
	// Sampler is whose it is, where two were asked; see [Compare] and [Consistent].
	Sampler string `json:"sampler,omitempty"`
	// Stack is the trace of a panic. It holds addresses, which differ from run to
	// run, and so is not part of the JSON form.
	Stack string `json:"-"`
}

// shownBytes is how much of a message is shown; its JSON form holds it in full.
const shownBytes = 2000

// Error returns the fault in one line. The message may be that of a program, and is cut.
func (f *Fault) Error() string {
	return fmt.Sprintf("%s on %s, call %d: %s", text.Safe(string(f.Kind)), text.Name(f.Problem), f.Call, text.Cut(f.Message, shownBytes))
}

// Worst returns the problem with the most evidence against the candidate.
func (v *Verdict) Worst() Finding {
	worst := v.Problems[0]
	for _, f := range v.Problems[1:] {
		if f.Log10Wealth > worst.Log10Wealth {
			worst = f
		}
	}
	return worst
}

// String returns the verdict in a few lines of plain words.
func (v *Verdict) String() string {
	var b text.Page
	worst := v.Worst()
	switch {
	case v.Outcome == Rejected:
		witnesses := worst.Witnesses
		if v.Together != nil && v.Together.Log10Wealth > worst.Log10Wealth {
			witnesses = v.Together.Witnesses
			b.Line("%s: rejected on %d problems together, most clearly on %s", text.Name(v.Candidate), len(v.Problems), text.Name(worst.Problem))
		} else {
			b.Line("%s: rejected on %s", text.Name(v.Candidate), text.Name(worst.Problem))
		}
		b.Field("evidence", "%s after %s (a right sampler ever reaches %s with probability at most %.3g)",
			text.Power(v.Log10Wealth), v.work(), text.Power(threshold(v.Alpha)), v.Alpha)
		if worst.Y != nil {
			b.Field("at y", "%s", shortVector(worst.Y))
		}
		label := "witness"
		for _, w := range witnesses {
			b.Field(label, "%s", w)
			label = ""
		}
		v.writeShares(&b)
		v.writeFaults(&b)
	case v.Fault != nil:
		b.Line("%s: %s", text.Name(v.Candidate), v.Outcome)
		v.writeFaults(&b)
		if v.Calls > 0 {
			v.writeShares(&b)
		}
	default:
		b.Line("%s: %s", text.Name(v.Candidate), v.Outcome)
		b.Field("evidence", "%s after %s, of %s needed (%s)",
			text.Power(v.Log10Wealth), v.work(), text.Power(threshold(v.Alpha)), ended(v.Stop, v.Budget))
		if v.Given {
			b.Field("at y", "%s", shortVector(worst.Y))
		}
	}
	v.Pending.Write(&b)
	if v.Outcome == NotRejected {
		v.writePass(&b)
	}
	writeRead(&b, v.Problems)
	v.writeTolerance(&b)
	writeOwnWitnesses(&b, v.OwnWitnesses)
	writeSpent(&b, v.Spent)
	for _, w := range v.Warnings {
		b.Field("warning", "%s", w)
	}
	return b.String()
}

// writeFaults says what went wrong on which problem.
func (v *Verdict) writeFaults(b *text.Page) {
	for _, f := range v.Problems {
		if f.Fault != nil {
			b.Line("  %v", f.Fault)
		}
	}
}

// writeShares says what the evidence is on each of several problems, and on all together.
func (v *Verdict) writeShares(b *text.Page) {
	if len(v.Problems) == 1 {
		return
	}
	label := "each"
	for _, f := range v.Problems {
		b.Field(label, "%-8s after %d calls on %s", text.Power(f.Log10Wealth), f.Calls, text.Name(f.Problem))
		label = ""
	}
	if v.Together != nil {
		b.Field("together", "%s", text.Power(v.Together.Log10Wealth))
	}
}

// writePass says what a pass means, problem by problem.
func (v *Verdict) writePass(b *text.Page) {
	for _, f := range v.Problems {
		if f.CalibrationError == 0 {
			continue
		}
		b.Field("on", "%s", text.Name(f.Problem))
		if len(f.Noticed) > 0 {
			b.Line("    would have noticed, nine times in ten")
		}
		for _, n := range f.Noticed {
			b.Subfield("", "%-11s  %s", n.Effect, n.Words)
		}
		b.Line("    calibrated to %.2g at every witness (95 %% confidence each)", f.CalibrationError)
	}
}

// writeRead says what was read from the user's files.
func writeRead(b *text.Page, findings []Finding) {
	for _, f := range findings {
		if f.Read != "" {
			b.Field("read", "%s", f.Read)
		}
	}
}

// newFinding returns the finding on a problem before its first call.
func newFinding(p *spec.Problem) Finding {
	read, _ := p.Read()
	return Finding{Problem: p.Name(), Digest: hex.EncodeToString(p.Digest()), Read: read}
}

// threshold returns the evidence at which a judgement rejects, as log10.
func threshold(alpha float64) float64 { return -math.Log10(alpha) }

// work returns what was asked of the candidate.
func (v *Verdict) work() string {
	return work(v.Calls, v.DrawsACall, v.Local, v.Given, fmt.Sprintf("%d exact draws", v.DrawsACall))
}

// work returns what was asked in so many calls; at single y each draw is looked at among others.
func work(calls, draws, local int, given bool, others string) string {
	switch {
	case given:
		return fmt.Sprintf("%d draws at the y given, each among %s", calls, others)
	case local > 0:
		return fmt.Sprintf("%d draws at %d single y, each among %s", calls, local, others)
	}
	return fmt.Sprintf("%d calls of %d draws", calls, draws)
}

// ended says why a judgement ended, and what the budget was if that is not why.
func ended(stop Stop, budget int) string {
	if stop == StopTime || stop == StopUntil || stop == StopInterrupted {
		return fmt.Sprintf("%s; the budget was %d calls a problem", stop, budget)
	}
	return string(stop)
}

// shortVector returns the first few numbers of x.
func shortVector(x []float64) string {
	const most = 6
	var b strings.Builder
	for _, v := range x[:min(most, len(x))] {
		fmt.Fprintf(&b, "%.3g ", v)
	}
	if len(x) > most {
		fmt.Fprintf(&b, "... (%d in all)", len(x))
	}
	return strings.TrimSpace(b.String())
}
