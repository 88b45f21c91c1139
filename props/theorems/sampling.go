package theorems

import (
	"fmt"

	"assay/props"
	"assay/reduction"
	"assay/reduction/oneway"
	"assay/reduction/relu"
	"assay/samplers"
	"assay/spec"
)

// tolerance is what Theorem 1.4 is asked for: a tau of a twentieth of the lattice spacing or
// less, so that a wrong parity is no small error, and a delta for the signs that are wrong in the
// prior itself and the noise that 50 steps leave.
var tolerance = spec.Tolerance{Tau: 0.003, Delta: 0.02}

// sampling checks Theorem 1.4 on the networks of Definition 1.1, C = 2: diffusion that
// knows nothing of the prior but its networks is not rejected as a (tau, delta)-unconditional
// sampler where the prior is small, and where it is large draws points of which f(signs) =
// parities.
func sampling(r *run) (Result, error) {
	functions := []string{"goldreich:n=64,m=64"}
	if r.budget == Full {
		functions = append(functions, "speck32:rounds=5", "aes128")
	}
	return samplingBy(r, functions, func(f *oneway.Function) *oneway.Function { return f })
}

// samplingBy is sampling with networks of other functions than those of the prior.
func samplingBy(r *run, functions []string, of func(f *oneway.Function) *oneway.Function) (Result, error) {
	const C, small = 2, "goldreich:n=5,m=5"
	diffusion := samplers.Diffusion{Method: samplers.Heun, Steps: 50}
	problem := func(function string) (*relu.Networks, error) {
		in, err := wellModelled(function, C, func(*reduction.Dials) {})
		if err != nil {
			return nil, err
		}
		wrong, err := reduction.New(of(in.Function()), in.Dials())
		if err != nil {
			return nil, err
		}
		return relu.NewNetworks(in, wrong, C), nil
	}
	result := Result{Quantity: "share of draws with f(signs) = parities", Relation: AtLeast, Bound: consistentShare}
	var ps []float64
	var right, all int
	for i, function := range functions {
		networks, err := problem(function)
		if err != nil {
			return Result{}, err
		}
		draws := r.of(64, 512)
		k, err := consistent(r.ctx, diffusion, networks.Instance, networks, draws, r.stream("sampling", i))
		if err == nil {
			err = networks.Err()
		}
		if err != nil {
			return Result{}, err
		}
		ps, right, all = append(ps, atMost(k, draws, consistentShare)), right+k, all+draws
		low, _ := reduction.Interval(k, draws, 0.9)
		result.Detail += fmt.Sprintf("%s (d = %d) %d of %d, at least %.4f with 95 %% confidence; ", function, networks.Dim(), k, draws, low)
	}
	networks, err := problem(small)
	if err != nil {
		return Result{}, err
	}
	unmeasured, err := spec.NewProblem("unmeasured "+small, networks, spec.Unmeasured(networks.Dim()))
	if err != nil {
		return Result{}, err
	}
	verdict, err := r.judge(diffusion, []*spec.Problem{unmeasured}, props.Within(tolerance),
		props.Alpha(r.alpha/2), props.Calls(r.of(250, 2000)))
	if broken := networks.Err(); broken != nil { // which may be why there is a fault
		err = broken
	}
	if err != nil {
		return Result{}, err
	}
	result.Measured, result.P = float64(right)/float64(all), combined(ps)
	result.Holds = result.P > r.alpha/2 && verdict.Outcome == props.NotRejected
	judged := fmt.Sprintf("%s as a (%v, %v)-sampler after %d calls", verdict.Outcome, tolerance.Tau, tolerance.Delta, verdict.Calls)
	result.Notes = []string{small + ": " + judged}
	result.Detail += judged + " on " + small + ", networks certified for C = 2"
	return result, nil
}
