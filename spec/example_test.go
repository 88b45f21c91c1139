package spec_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// A mixture of two bumps is measured along the first axis, next to the right one.
func ExampleNewMixture() {
	left, err := spec.NewIsotropic([]float64{-2, 0}, 1)
	if err != nil {
		log.Fatal(err)
	}
	right, err := spec.NewIsotropic([]float64{2, 1}, 1)
	if err != nil {
		log.Fatal(err)
	}
	prior, err := spec.NewMixture([]float64{3, 1}, []*spec.Gaussian{left, right})
	if err != nil {
		log.Fatal(err)
	}
	first, err := spec.NewLinear(mat.NewDense(1, 2, []float64{1, 0}), 1)
	if err != nil {
		log.Fatal(err)
	}
	c, err := prior.Condition(first)
	if err != nil {
		log.Fatal(err)
	}
	y := []float64{1.5}
	posterior := c.Given(y).(*spec.Mixture)
	fmt.Printf("log p(y) = %.4f\n", c.LogEvidence(y))
	for k := range posterior.Len() {
		weight, g := posterior.Component(k)
		fmt.Printf("weight %.4f, mean %.2f\n", weight, g.Mean())
	}
	// Output:
	// log p(y) = -2.5751
	// weight 0.1300, mean [-0.25 0.00]
	// weight 0.8700, mean [1.75 1.00]
}

// The covariance may be singular: here all draws have x_0 = x_1.
func ExampleNewGaussian() {
	g, err := spec.NewGaussian([]float64{1, 1}, mat.NewSymDense(2, []float64{4, 4, 4, 4}))
	if err != nil {
		log.Fatal(err)
	}
	x := mat.NewDense(1, 2, []float64{5, 3})
	g.Denoise(x, x, 1)
	fmt.Printf("%.4f\n", x.RawRowView(0))

	_, err = spec.NewGaussian([]float64{1, 1}, mat.NewSymDense(2, []float64{4, 5, 5, 4}))
	fmt.Println(err)
	// Output:
	// [3.6667 3.6667]
	// gaussian: covariance: an eigenvalue is -1, the largest 9: want a positive semi-definite matrix
}

// Three points, smoothed by a little. Of a point with much noise on it, the
// denoiser makes a mean of them, and the Jacobian says how it moves.
func ExampleNewDataSet() {
	prior, err := spec.NewDataSet(mat.NewDense(3, 2, []float64{0, 0, 4, 0, 0, 4}), 0.1)
	if err != nil {
		log.Fatal(err)
	}
	x := mat.NewDense(1, 2, []float64{1, 2})
	v := mat.NewDense(1, 2, []float64{1, 0})
	denoised, moved := mat.NewDense(1, 2, nil), mat.NewDense(1, 2, nil)
	jacobian := prior.Linearize(denoised, x, 2)
	jacobian(moved, v)
	fmt.Printf("%.4f %.4f\n", denoised.RawRowView(0), moved.RawRowView(0))
	// Output:
	// [0.6237 1.6894] [0.5257 -0.2616]
}

func ExampleParseProblem() {
	p, err := spec.ParseProblem([]byte(`{
		"name": "two points",
		"prior": {"kind": "dataset", "bandwidth": 0.5, "points": [[0, 0], [3, 4]]},
		"measurement": {"A": [[1, 1]], "beta": 0.1, "dim": 2}
	}`))
	if err != nil {
		log.Fatal(err)
	}
	x, y := make([]float64, 2), make([]float64, 1)
	p.Draw(x, y, rand.New(rand.NewPCG(1, 2)))
	c, err := p.Posterior()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Name(), c.Given(y).(*spec.Mixture).Len())

	_, err = spec.ParseProblem([]byte(`{"name": "p", "prior": {"kind": "dataset", "bandwith": 1}, "measurement": {}}`))
	fmt.Println(err)
	// Output:
	// two points 2
	// problem p: prior: data set: key "bandwidth" is missing
}
