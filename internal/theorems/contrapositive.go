package theorems

import (
	"fmt"
	"math"

	"assay/internal/wealth"
	"assay/props"
	"assay/props/inversion"
	"assay/props/problems/hard"
	"assay/samplers"
	"assay/spec"
)

// stakes is how much of its worth the engine may lose by not knowing in advance that
// the first draw will fail: it splits its wealth over stakes, and one failure is then
// worth this part of 1/slack at least.
const stakes = 5

// contrapositive checks the inequality read backwards, as evidence: one draw that is not a
// preimage multiplies the wealth against an exact sampler by at most 1/slack, and by about
// that; so two samplers from the literature are rejected after a few draws, without any
// use of the exact posterior, and the exact sampler is not.
func contrapositive(r *run) (Result, error) { return contrapositiveOf(r, samplers.Exact()) }

// contrapositiveOf checks it with a candidate in place of the exact sampler.
func contrapositiveOf(r *run, right spec.Sampler) (Result, error) {
	in, name, err := hard.Parse("goldreich:n=16,m=16")
	if err != nil {
		return Result{}, err
	}
	bound := in.Slack(0)
	one := wealth.NewFailures(bound)
	one.Observe(1)
	worth := math.Exp(one.LogWealth())

	judge := func(candidate spec.Sampler, targets int) (*inversion.Verdict, error) {
		v, err := inversion.Invert(r.ctx, candidate, in, name, spec.Tolerance{}, inversion.Options{Alpha: r.alpha, Targets: targets, Seed: r.seed})
		if err == nil && v.Fault != nil {
			err = v.Fault
		}
		if err == nil {
			err = r.ctx.Err()
		}
		return v, err
	}
	exact, err := judge(right, r.of(200, 2000))
	if err != nil {
		return Result{}, err
	}
	p := math.Pow(10, -max(0, exact.Log10Wealth))
	holds := exact.Outcome == props.NotRejected && worth <= 1/bound && worth >= 1/(stakes*bound)
	detail := fmt.Sprintf("exact: %d of %d inverted", exact.Inverted, exact.Targets)
	for _, candidate := range []spec.Sampler{samplers.DPS{Zeta: 0.5, Steps: r.of(200, 1000)}, samplers.PiGDM{Steps: 100}} {
		v, err := judge(candidate, r.of(4, 20))
		if err != nil {
			return Result{}, err
		}
		holds = holds && v.Outcome == props.Rejected
		detail += fmt.Sprintf("; %s: %d of %d, %s at target %d", candidate.Name(), v.Inverted, v.Targets, v.Outcome, v.RejectedAt)
	}
	return Result{
		Quantity: "wealth after one failure",
		Measured: worth,
		Relation: AtMost,
		Bound:    1 / bound,
		P:        p,
		Holds:    holds,
		WouldNotice: fmt.Sprintf("an exact sampler that fails for %.2g %% of targets; a failure worth more than 1/slack, or less than a %dth of that",
			100*noticedFailures(exact.Targets, bound, r.alpha), stakes),
		Detail: detail,
	}, nil
}
