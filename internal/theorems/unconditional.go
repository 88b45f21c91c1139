package theorems

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/problems/hard"
	"assay/reduction"
	"assay/samplers"
	"assay/spec"
)

// heun50 is the sampler of the statements on Theorem 1.4. What its discretisation costs is computed,
// by [flow], and not chosen.
var heun50 = samplers.Diffusion{Method: samplers.Heun, Steps: 50}

// unconditional checks that the reverse diffusion on the polynomial-time score samples the
// hard prior (Theorem 1.4): at cryptographic size, draws satisfy f(signs) = parities, but for
// the share that discretisation costs; at a size where more can be asked, it is judged as a
// (tau, delta)-unconditional sampler, of what it costs there, and not rejected.
func unconditional(r *run) (Result, error) {
	return unconditionalBy(r, heun50, []string{"aes128", "sha256"})
}

func unconditionalBy(r *run, sampler spec.Sampler, functions []string) (Result, error) {
	c := consistency{share: 1}
	for i, function := range functions {
		in, _, err := hard.Parse(function)
		if err != nil {
			return Result{}, err
		}
		if err := c.count(r, sampler, in, in, r.of(128, 4096), r.stream("unconditional", i)); err != nil {
			return Result{}, err
		}
	}
	const small = "goldreich:n=5,m=5"
	in, err := wellModelled(small, 2, func(*reduction.Dials) {})
	if err != nil {
		return Result{}, err
	}
	verdict, within, err := judgeUnconditional(r, sampler, in, in, small, r.of(300, 2000))
	if err != nil {
		return Result{}, err
	}
	return c.result(r, verdict, within, small), nil
}

// consistency counts draws of which f(signs) = parities.
type consistency struct {
	right, all int
	share      float64 // that are to be
	detail     string
}

// count adds draws of a sampler that sees the instance as a prior.
func (c *consistency) count(r *run, sampler spec.Sampler, in *reduction.Instance, prior spec.Prior, draws int, rng *rand.Rand) error {
	f, err := newFlow(r.ctx, heun50, in)
	if err != nil {
		return err
	}
	c.share = min(c.share, f.consistent(in.Function().M))
	k, err := consistent(r.ctx, sampler, in, prior, draws, rng)
	if err != nil {
		return err
	}
	c.right, c.all = c.right+k, c.all+draws
	c.detail += fmt.Sprintf("%s (d = %d) %d of %d are; ", in.Function().Name, in.Dim(), k, draws)
	return nil
}

// result is that of the count and of a verdict, each at half of alpha.
func (c *consistency) result(r *run, v *props.Verdict, within spec.Tolerance, small string) Result {
	p := atMost(c.right, c.all, c.share)
	judged := fmt.Sprintf("%s as a (%.2g, %.2g)-sampler after %d calls", v.Outcome, within.Tau, within.Delta, v.Calls)
	seen := judgedNotice(v)
	if c.all > 0 {
		seen = fmt.Sprintf("%.2g %% of draws with a wrong parity; ", 100*(1-noticedBelow(c.all, c.share, r.alpha/2))) + seen
	}
	return Result{
		Quantity: "share of draws with f(signs) not the parities",
		Measured: float64(c.all-c.right) / float64(max(1, c.all)), Relation: AtMost, Bound: 1 - c.share,
		P: p, Holds: p > r.left() && v.Outcome == props.NotRejected,
		WouldNotice: seen,
		Detail:      c.detail + fmt.Sprintf("the flow of 50 Heun steps leaves %.2g at most; tau is a fortieth of the lattice spacing, and delta what that flow costs", 1-c.share),
		Notes:       []string{small + ": " + judged},
	}
}

// judgeUnconditional judges a sampler that sees the instance as a prior, within what the flow of
// [heun50] costs on it.
func judgeUnconditional(r *run, sampler spec.Sampler, in *reduction.Instance, prior spec.Prior, name string, calls int) (*props.Verdict, spec.Tolerance, error) {
	within, err := Within(r.ctx, in)
	if err != nil {
		return nil, within, err
	}
	problem, err := spec.NewProblem("unmeasured "+name, prior, spec.Unmeasured(in.Dim()))
	if err != nil {
		return nil, within, err
	}
	v, err := r.judge(sampler, []*spec.Problem{problem}, props.Within(within), props.Alpha(r.alpha/2), props.Calls(calls))
	return v, within, err
}

// Consistent returns how many of the given number of unconditional draws of the sampler
// satisfy f(signs) = parities.
func Consistent(ctx context.Context, sampler spec.Sampler, in *reduction.Instance, draws int, rng *rand.Rand) (count int, err error) {
	return consistent(ctx, sampler, in, in, draws, rng)
}

// consistent is Consistent for a sampler that sees the instance as a prior.
func consistent(ctx context.Context, sampler spec.Sampler, in *reduction.Instance, prior spec.Prior, draws int, rng *rand.Rand) (count int, err error) {
	problem, err := spec.NewProblem("unmeasured", prior, spec.Unmeasured(in.Dim()))
	if err != nil {
		return 0, err
	}
	x := mat.NewDense(draws, in.Dim(), nil)
	if err := sampler.Sample(ctx, x, problem, nil, rng); err != nil {
		return 0, err
	}
	for row := range draws {
		point := x.RawRowView(row)
		if in.IsPreimage(in.Secret(point), in.Parities(point)) {
			count++
		}
	}
	return count, nil
}
