// Package inversion judges a candidate by the reduction alone: a sampler of the posterior of a
// hard instance inverts the one-way function inside it, so that one that does not invert does not sample the posterior.
// No exact posterior is used. [Invert] asks and gives a [Verdict]; what may be
// set is in options.go, and what follows from a rate of inversions in limits.go.
package inversion

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/clock"
	"assay/internal/results"
	"assay/internal/tally"
	"assay/internal/text"
	"assay/internal/wealth"
	"assay/props"
	"assay/props/run"
	"assay/reduction"
	"assay/spec"
)

// Verdict is what the reduction says of a candidate: how often it inverts the
// function inside a hard instance, and what follows. No exact posterior is used.
type Verdict struct {
	Format    inversionFormat `json:"format"`
	Candidate string          `json:"candidate"`
	Function  string          `json:"function"` // with the dials of the instance
	Outcome   props.Outcome   `json:"outcome"`
	// Alpha bounds the probability that a sampler within the tolerance is rejected.
	Alpha float64 `json:"alpha"`
	// Tolerance is what counts as right, tau in the units of x, scaled by 1/R. Its form,
	// Definition 1.5 or joint, is also that of what follows.
	Tolerance   spec.Tolerance `json:"tolerance"`
	Log10Wealth float64        `json:"log10_wealth"`
	Stop        props.Stop     `json:"stop"`
	// RejectedAt is the number of targets after which the evidence reached 1/alpha; 0
	// if it did not.
	RejectedAt int `json:"rejected_at"`
	// Slack is how much more often than its draws are off by more than tau a sampler can
	// fail to invert; see [reduction.Instance.Slack].
	Slack float64 `json:"slack"`
	// Bound is what the failure probability of a draw of a sampler within the tolerance
	// cannot exceed: slack and [spec.Tolerance.Failure], but 1 at most.
	Bound float64 `json:"bound"`

	// Planned is the number of targets that were to be tried, if nothing else was to end the
	// run; 0 if a time limit could, whose number depends on what the candidate does.
	Planned    int          `json:"targets_planned"`
	Targets    int          `json:"targets"`  // tried
	Inverted   int          `json:"inverted"` // of them, by at least one draw
	DrawsACall int          `json:"draws_a_target"`
	Found      int          `json:"found"` // draws that are preimages, over all targets
	Denoised   int64        `json:"denoised_points"`
	Seed       uint64       `json:"seed"`
	Fault      *props.Fault `json:"fault,omitempty"`
	// Pending is the target that was waited for when a time limit ended the run.
	Pending *props.Pending `json:"pending,omitempty"`

	// Elapsed is the time spent in the candidate. It is not part of the JSON form.
	Elapsed time.Duration `json:"-"`
}

// inversionFormat is the first key of the JSON form; the number in it changes with the keys.
type inversionFormat struct{}

// MarshalText returns the name of the format.
func (inversionFormat) MarshalText() ([]byte, error) { return []byte("assay inversion 1"), nil }

// Invert asks the candidate to invert the function of the instance on images of
// uniform secrets, one call each, and bets on the draws that are not preimages: of a
// (tau, delta)-posterior sampler (Definition 1.5) each draw fails with probability at most
// 1 - (1 - delta)^2, and of one in the form [spec.Joint] delta, plus the slack of the
// instance (Theorem 1.7; see [reduction.Instance.Slack]). All targets are tried, also after
// rejection, so that the rate is known. name is that of the problem, for reports. It is an
// error, and no verdict, if the candidate or the instance is nil, or an option or the tolerance is
// out of range.
func Invert(ctx context.Context, candidate spec.Sampler, in *reduction.Instance, name string, tolerance spec.Tolerance, o Options) (*Verdict, error) {
	switch {
	case candidate == nil:
		return nil, errors.New("the candidate is nil: want a spec.Sampler")
	case in == nil:
		return nil, errors.New("the instance is nil: want one of reduction.New")
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	if tolerance.Form == "" {
		tolerance.Form = spec.Definition15
	}
	if err := tolerance.Check(); err != nil {
		return nil, err
	}
	if tolerance.Form != spec.Definition15 && tolerance.Form != spec.Joint {
		return nil, fmt.Errorf("the reduction says nothing of %s: want %s or %s", tolerance.Form, spec.Definition15, spec.Joint)
	}
	problem, err := spec.NewProblem(name, in, in.Measurement())
	if err != nil {
		return nil, err
	}
	slack := in.Slack(tolerance.Tau * in.Dials().R)
	bound := min(1, tolerance.Failure()+slack)
	v := &Verdict{
		Candidate: candidate.Name(), Function: name, Alpha: o.Alpha, Tolerance: tolerance, Slack: slack, Bound: bound,
		DrawsACall: o.Draws, Seed: o.Seed, Stop: props.StopCalls, Outcome: props.NotRejected,
	}
	v.Planned = o.Targets
	if o.For > 0 {
		v.Planned = 0
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, o.For)
		defer cancel()
	}
	times := new(clock.Clock)
	times.Begin(1)
	runner := times.Timed(run.InProcess(metered(candidate)))
	failures := wealth.NewFailures(bound)
	for target := range o.Targets {
		share, fault := v.attempt(ctx, runner, in, problem, target, &o)
		if ctx.Err() != nil {
			v.Stop = props.StopInterrupted
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				v.Stop, v.Pending = props.StopTime, times.Stop()
			}
			break
		}
		if fault != nil {
			v.Fault, v.Stop = fault, props.StopFault
			if fault.Kind == props.FaultRefusal {
				v.Stop = props.StopRefusal
			}
			break
		}
		failures.Observe(share)
		v.Log10Wealth = failures.LogWealth() / math.Ln10
		if v.RejectedAt == 0 && failures.LogWealth() >= -math.Log(o.Alpha) {
			v.RejectedAt = v.Targets
		}
		if o.Watch != nil {
			o.Watch(props.Progress{Calls: v.Targets, Budget: o.Targets, Log10Wealth: v.Log10Wealth, Threshold: -math.Log10(o.Alpha)})
		}
	}
	switch {
	case v.RejectedAt > 0: // evidence once found stands, whatever came after
		v.Outcome = props.Rejected
	case v.Stop != props.StopCalls && v.Stop != props.StopTime, v.Targets == 0, v.Pending != nil && v.Pending.Stalled:
		v.Outcome = props.Inconclusive
	}
	return results.Handed(v), nil
}

// attempt asks the candidate for one target, and returns the share of its draws that
// are not preimages.
func (v *Verdict) attempt(ctx context.Context, runner run.Runner, in *reduction.Instance, problem *spec.Problem, target int, o *Options) (share float64, fault *props.Fault) {
	rng := o.key("invert", problem.Digest(), uint64(target)).Stream()
	z := in.RandomImage(rng)
	y := in.Target(z, rng)
	start := time.Now()
	answer := runner.Answer(ctx, run.Call{
		Sampler: v.Candidate, Role: "candidate", Problem: problem, Replicate: uint64(target), Draws: v.DrawsACall, Y: y,
		Key: o.key("candidate", problem.Digest(), uint64(target)),
	})
	v.Elapsed += time.Since(start)
	v.Denoised += int64(answer.Spent[tally.PointsDenoised])
	if answer.Fault != nil {
		f := answer.Fault
		return 0, &props.Fault{Kind: props.FaultKind(f.Kind), Message: f.Message, Stack: f.Stack, Problem: problem.Name(), Call: target}
	}
	found := in.Read(answer.Draws, z).Found
	v.Targets++
	v.Found += found
	if found > 0 {
		v.Inverted++
	}
	return 1 - float64(found)/float64(v.DrawsACall), nil
}

// ExcludedDelta returns the delta below which the candidate is refuted, at confidence
// 1 - level, as a (tau, delta)-posterior sampler in the form of the tolerance, by the rate of
// failures alone; 0 if it is for none. With q the lower confidence limit of that rate less the
// slack, that is q in the joint form, and by Definition 1.5 1 - sqrt(1 - q), at which
// 1 - (1 - delta)^2 = q. With several draws a target it counts a target as inverted if any
// draw does it, which only lowers the result.
func (v *Verdict) ExcludedDelta(level float64) float64 {
	if v.Targets == 0 {
		return 0
	}
	_, high := v.limits(level)
	failure := max(0, 1-high-v.Slack)
	if v.Tolerance.Form == spec.Joint {
		return failure
	}
	return 1 - math.Sqrt(1-failure)
}

// String returns the verdict in a few lines of plain words.
func (v *Verdict) String() string {
	var b text.Page
	b.Line("%s: %s on %s", text.Name(v.Candidate), v.Outcome, text.Name(v.Function))
	if v.Fault != nil {
		b.Field("fault", "%v", v.Fault)
	}
	if v.Pending != nil && v.Pending.Stalled {
		b.Field("pending", "%v", v.Pending)
	}
	if v.Targets == 0 {
		return b.String()
	}
	low, high := v.limits(0.025)
	how := ""
	switch {
	case v.Planned == 0:
		how = " at whatever time it ends"
	case v.Targets < v.Planned:
		how = fmt.Sprintf(" whatever the other %d come to", v.Planned-v.Targets)
	}
	b.Field("inverted", "%d of %d targets (95%% interval %.3f to %.3f%s), %d draws each", v.Inverted, v.Targets, low, high, how, v.DrawsACall)
	b.Field("work", "%s points denoised, %v a target", text.Number(float64(v.Denoised)), (v.Elapsed / time.Duration(v.Targets)).Round(10*time.Microsecond))
	b.Field("bound", "a draw of a right sampler is not a preimage with probability at most %.2g", v.Bound)
	if v.RejectedAt > 0 {
		b.Field("evidence", "10^%.1f; reached 10^%.1f after %d targets (a right sampler ever does with probability at most %.3g)",
			v.Log10Wealth, -math.Log10(v.Alpha), v.RejectedAt, v.Alpha)
	} else {
		b.Field("evidence", "10^%.1f, of 10^%.1f needed (%s)", v.Log10Wealth, -math.Log10(v.Alpha), v.Stop)
	}
	if delta := v.ExcludedDelta(0.05); delta > 0 {
		b.Field("follows", "it is not a (%.3g, delta)-posterior sampler (%s) for any delta below %.3f (95%% confidence)", v.Tolerance.Tau, v.Tolerance.Form, delta)
	}
	return b.String()
}

// metered returns the candidate with every problem metered: it cannot know by its pointer one that is
// made here.
func metered(candidate spec.Sampler) spec.Sampler {
	return spec.NewSampler(candidate.Name(), candidate.Independent(), func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		return candidate.Sample(ctx, dst, spec.Metered(ctx, p), y, rng)
	})
}
