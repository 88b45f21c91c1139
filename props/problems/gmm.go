package problems

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/internal/catalogue"
	"assay/internal/memory"
	"assay/spec"
)

// gmm is the mixture benchmark of Cardoso, Idrissi, Le Corff and Moulines, "Monte
// Carlo guided Diffusion for Bayesian linear inverse problems" (2023): 25 unit
// Gaussians at (-8i, -8j) repeated d/2 times, i and j from -2 to 2, weights squared
// standard normals normalised; A a dy x d Gaussian matrix whose singular values
// are replaced by sorted uniforms; the noise a uniform times the largest of them.
func gmm(args *catalogue.Args) family {
	d := args.Int("d", 8, 2, maxDim)
	dy := args.Int("dy", 1, 1, d)
	if d%2 != 0 {
		args.Fail("d=%d: want an even number, the means being d/2 pairs", d)
	}
	seed := seedArg(args)
	return func(name string) (*spec.Problem, error) {
		// A and its decomposition, and what conditioning decomposes for each component.
		if err := memory.Need(name, 8*float64(d)*(16*float64(dy)+200)); err != nil {
			return nil, err
		}
		rng := spec.Stream(seed, "problems/gmm", nil, 0)
		var weights []float64
		var components []*spec.Gaussian
		for i := -2; i <= 2; i++ {
			for j := -2; j <= 2; j++ {
				mean := make([]float64, d)
				for k := 0; k < d; k += 2 {
					mean[k], mean[k+1] = float64(-8*i), float64(-8*j)
				}
				component, err := spec.NewIsotropic(mean, 1)
				if err != nil {
					return nil, err
				}
				w := rng.NormFloat64()
				weights = append(weights, w*w)
				components = append(components, component)
			}
		}
		prior, err := spec.NewMixture(weights, components)
		if err != nil {
			return nil, err
		}

		// rng.Float64 may be 0, which is not a deviation; 1 - u has the same law without it.
		singular := make([]float64, dy)
		for i := range singular {
			singular[i] = 1 - rng.Float64()
		}
		slices.Sort(singular)
		slices.Reverse(singular)
		var svd mat.SVD
		if !svd.Factorize(normalMatrix(dy, d, 1, rng), mat.SVDThin) {
			return nil, fmt.Errorf("problem %s: the singular value decomposition of A did not converge", name)
		}
		var u, v, a mat.Dense
		svd.UTo(&u)
		svd.VTo(&v)
		a.Product(&u, mat.NewDiagDense(dy, singular), v.T())
		measurement, err := spec.NewLinear(&a, (1-rng.Float64())*singular[0])
		if err != nil {
			return nil, err
		}
		return spec.NewProblem(name, prior, measurement)
	}
}
