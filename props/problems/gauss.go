package problems

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"assay/internal/catalogue"
	"assay/internal/memory"
	"assay/spec"
)

// maxDim bounds d in a name: a mistyped 80000000 gets an error, not a machine out
// of memory.
const maxDim = 4096

// gauss is a Gaussian with standard normal mean and covariance G G^T / d, G a
// d x d matrix of standard normals, measured by m rows of deviation 1/sqrt(d)
// an entry, so that a coordinate of x and of A x both vary by about 1.
func gauss(args *catalogue.Args) family {
	d := args.Int("d", 4, 1, maxDim)
	m := args.Int("m", 2, 0, maxDim)
	beta := args.Float("beta", 0.5, 1e-6, 1e6)
	seed := seedArg(args)
	return func(name string) (*spec.Problem, error) {
		// Of d x d there are 26 matrices at the peak and of m x d 16, G, the covariance, A and their
		// decompositions, until they are collected.
		if err := memory.Need(name, 8*float64(d)*(26*float64(d)+16*float64(m))); err != nil {
			return nil, err
		}
		rng := spec.Stream(seed, "problems/gauss", nil, 0)
		mean := make([]float64, d)
		fillNormal(mean, 1, rng)
		g := normalMatrix(d, d, 1/math.Sqrt(float64(d)), rng)
		cov := mat.NewSymDense(d, nil)
		cov.SymOuterK(1, g)
		prior, err := spec.NewGaussian(mean, cov)
		if err != nil {
			return nil, err
		}
		measurement := spec.Unmeasured(d)
		if m > 0 {
			measurement, err = spec.NewLinear(normalMatrix(m, d, 1/math.Sqrt(float64(d)), rng), beta)
			if err != nil {
				return nil, err
			}
		}
		return spec.NewProblem(name, prior, measurement)
	}
}
