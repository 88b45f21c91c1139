package theorems

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/problems"
	"assay/reduction"
	"assay/samplers"
	"assay/spec"
)

// consistentShare is the share of draws that must satisfy f(signs) = parities.
const consistentShare = 0.999

// unconditional checks that the reverse diffusion on the polynomial-time score samples the
// hard prior (Theorem 1.4): at cryptographic size, nearly all draws satisfy
// f(signs) = parities; at a size where more can be asked, it is judged like any other
// unconditional sampler, and not rejected.
func unconditional(r *run) (Result, error) {
	diffusion := samplers.Diffusion{Method: samplers.Heun, Steps: 50}
	return unconditionalBy(r, diffusion, []string{"aes128", "sha256"})
}

func unconditionalBy(r *run, sampler spec.Sampler, functions []string) (Result, error) {
	var ps []float64
	var detail string
	var right, all int
	for i, function := range functions {
		in, _, err := problems.Hard(function)
		if err != nil {
			return Result{}, err
		}
		draws := r.of(64, 4096)
		k, err := Consistent(r.ctx, sampler, in, draws, r.stream("unconditional", i))
		if err != nil {
			return Result{}, err
		}
		ps = append(ps, atMost(k, draws, consistentShare))
		low, _ := reduction.Interval(k, draws, 0.9)
		detail += fmt.Sprintf("%s (d = %d) %d of %d, at least %.4f with 95 %% confidence; ", function, in.Dim(), k, draws, low)
		right, all = right+k, all+draws
	}
	const small = "goldreich:n=5,m=5"
	in, name, err := problems.Hard(small)
	if err != nil {
		return Result{}, err
	}
	problem, err := spec.NewProblem("unmeasured "+name, in, spec.Unmeasured(in.Dim()))
	if err != nil {
		return Result{}, err
	}
	verdict, err := r.judge(sampler, []*spec.Problem{problem}, props.Alpha(r.alpha/2), props.Calls(r.of(200, 2000)))
	if err != nil {
		return Result{}, err
	}
	p := combined(ps)
	return Result{
		Quantity: "share of draws with f(signs) = parities",
		Measured: float64(right) / float64(all), Relation: AtLeast, Bound: consistentShare,
		P: p, Holds: p > r.alpha/2 && verdict.Outcome == props.NotRejected,
		Detail: detail + fmt.Sprintf("%s after %d calls on %s", verdict.Outcome, verdict.Calls, small),
	}, nil
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
