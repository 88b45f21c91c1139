package theorems

import (
	"assay/internal/relu"
	"assay/reduction"
	"assay/reduction/oneway"
)

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
	c := consistency{share: 1}
	for i, function := range functions {
		networks, err := problem(function)
		if err != nil {
			return Result{}, err
		}
		err = c.count(r, heun50, networks.Instance, networks, r.of(128, 512), r.stream("sampling", i))
		if broken := networks.Err(); broken != nil { // which may be why
			err = broken
		}
		if err != nil {
			return Result{}, err
		}
	}
	networks, err := problem(small)
	if err != nil {
		return Result{}, err
	}
	verdict, within, err := judgeUnconditional(r, heun50, networks.Instance, networks, small, r.of(300, 2000))
	if broken := networks.Err(); broken != nil { // which may be why there is a fault
		err = broken
	}
	if err != nil {
		return Result{}, err
	}
	return c.result(r, verdict, within, small+", networks certified for C = 2"), nil
}
