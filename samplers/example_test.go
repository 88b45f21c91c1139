package samplers_test

import (
	"context"
	"fmt"

	"assay/samplers"
	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// halves returns x in R^2, N(0, I), of which the first coordinate is measured.
func halves(beta float64) *spec.Problem {
	prior, err := spec.NewIsotropic([]float64{0, 0}, 1)
	if err != nil {
		panic(err)
	}
	measurement, err := spec.NewLinear(mat.NewDense(1, 2, []float64{1, 0}), beta)
	if err != nil {
		panic(err)
	}
	problem, err := spec.NewProblem("halves", prior, measurement)
	if err != nil {
		panic(err)
	}
	return problem
}

func ExampleParse() {
	dps, err := samplers.Parse("dps:zeta=0.3")
	fmt.Println(dps.Name(), err)
	_, err = samplers.Parse("dps:rate=0.3")
	fmt.Println(err)
	// Output:
	// dps:zeta=0.3,steps=1000 <nil>
	// sampler dps: unknown key "rate"; it takes zeta, steps
}

// The acceptance rate of rejection is p(y) (2 pi beta^2)^(m/2); here y is
// N(0, 1 + beta^2), and at y = 0 that is beta/sqrt(1 + beta^2) = 0.0995.
func ExampleRejection() {
	problem, y := halves(0.1), []float64{0}
	sampler := &samplers.Rejection{Proposal: samplers.Prior(), Max: 1e6}
	draws := mat.NewDense(20_000, 2, nil)
	if err := sampler.Sample(context.Background(), draws, problem, y, spec.Stream(1, "example", nil, 0)); err != nil {
		fmt.Println(err)
	}
	examined, accepted := sampler.Proposals()
	fmt.Printf("accepted %.2f\n", float64(accepted)/float64(examined))

	// Of a measurement too precise for it, it says so.
	err := sampler.Sample(context.Background(), draws, halves(1e-6), y, spec.Stream(1, "example", nil, 1))
	fmt.Println(err)
	// Output:
	// accepted 0.10
	// rejection:max=1e+06,proposal=prior: expects 1e+06 proposals a draw (1/(p(y) (2 pi beta^2)^(m/2))), 2e+10 for 20000 draws; the limit is 1e+06
}

// An unconditional sampler is one of the problem in which nothing is measured.
func ExampleDiffusion() {
	prior, err := spec.NewIsotropic([]float64{3}, 0.5)
	if err != nil {
		panic(err)
	}
	problem, err := spec.NewProblem("unmeasured", prior, spec.Unmeasured(1))
	if err != nil {
		panic(err)
	}
	draws := mat.NewDense(20_000, 1, nil)
	diffusion := samplers.Diffusion{Method: samplers.Heun, Steps: 50}
	if err := diffusion.Sample(context.Background(), draws, problem, nil, spec.Stream(1, "example", nil, 0)); err != nil {
		panic(err)
	}
	fmt.Printf("mean %.1f\n", mat.Sum(draws)/20_000)
	// Output:
	// mean 3.0
}
