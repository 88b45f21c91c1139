package mutants

import (
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// The problems are small, so that a judgement of 20,000 draws takes a second, and have
// nothing special: no mean is 0, no deviation 1, no matrix symmetric.
var (
	// correlated is a Gaussian law on R^3, seen through two rows.
	correlated = once("mutants/correlated", func() (spec.Prior, error) {
		root := mat.NewDense(3, 3, []float64{1.2, 0, 0, 0.7, 0.8, 0, -0.4, 0.5, 0.6})
		var cov mat.SymDense
		cov.SymOuterK(1, root)
		return spec.NewGaussian([]float64{1, -0.5, 0.3}, &cov)
	}, mat.NewDense(2, 3, []float64{1, 0.5, -0.3, 0.2, -1, 0.8}), 0.6)

	// long is a Gaussian law on R^8, seen through one row: every draw takes eight normal
	// numbers, so that a small flaw of all or a rare one of some shows.
	long = once("mutants/long", func() (spec.Prior, error) {
		return spec.NewDiagonal([]float64{1, 0.5, -0.5, 2, -1, 0.3, -0.7, 1.5}, []float64{0.5, 0.8, 1.1, 1.4, 0.6, 0.9, 1.2, 0.7})
	}, mat.NewDense(1, 8, []float64{0.5, 0.3, -0.4, 0.2, 0.6, -0.1, 0.3, 0.4}), 0.8)

	// line is a Gaussian law on the line, seen with noise.
	line = once("mutants/line", lineLaw, mat.NewDense(1, 1, []float64{0.8}), 0.9)

	// many is the same law seen 60 times in small units, which says as much as one good
	// look. The likelihood of so many large numbers is below the smallest float64.
	many = once("mutants/many", lineLaw, constant(60, 1, 129e3), 1e6)

	// modes is a law of three modes on the line. What is seen leaves two or three.
	modes = once("mutants/modes", func() (spec.Prior, error) {
		return mixture([]float64{0.3, 0.45, 0.25}, [][]float64{{-2}, {0.5}, {3}}, []float64{0.4, 0.8, 0.5})
	}, mat.NewDense(1, 1, []float64{1}), 1.2)

	// three is a law of three modes in the plane, seen through one row; two is the same
	// without the third mode.
	three = once("mutants/three", func() (spec.Prior, error) {
		return mixture([]float64{0.3, 0.45, 0.25}, [][]float64{{-2, -1}, {0.5, 2}, {2.5, -1.5}}, []float64{0.6, 0.8, 0.5})
	}, mat.NewDense(1, 2, []float64{0.6, 0.5}), 1)
	two = once("mutants/two", func() (spec.Prior, error) {
		return mixture([]float64{0.4, 0.6}, [][]float64{{-2, -1}, {0.5, 2}}, []float64{0.6, 0.8})
	}, mat.NewDense(1, 2, []float64{0.6, 0.5}), 1)

	// atoms is uniform on the corners of the cube {-1, 1}^3, all but sharp.
	atoms = once("mutants/atoms", func() (spec.Prior, error) {
		points := mat.NewDense(8, 3, nil)
		for k := range 8 {
			for j := range 3 {
				points.Set(k, j, float64(2*(k>>j&1)-1))
			}
		}
		return spec.NewDataSet(points, 0.05)
	}, mat.NewDiagDense(3, []float64{1, 1, 1}), 1.5)

	// box is uniform on [0, 1].
	box = once("mutants/box", func() (spec.Prior, error) { return uniform{}, nil }, mat.NewDense(1, 1, []float64{1}), 0.4)
)

func lineLaw() (spec.Prior, error) { return spec.NewIsotropic([]float64{1}, 1.5) }

// once returns the problem, made at the first call. A mistake in it is ours.
func once(name string, prior func() (spec.Prior, error), a mat.Matrix, beta float64) func() *spec.Problem {
	return sync.OnceValue(func() *spec.Problem {
		law, err := prior()
		if err != nil {
			panic(err)
		}
		m, err := spec.NewLinear(a, beta)
		if err != nil {
			panic(err)
		}
		p, err := spec.NewProblem(name, law, m)
		if err != nil {
			panic(err)
		}
		return p
	})
}

// mixture returns the mixture of isotropic Gaussians.
func mixture(weights []float64, means [][]float64, deviations []float64) (spec.Prior, error) {
	parts := make([]*spec.Gaussian, len(means))
	for k := range parts {
		g, err := spec.NewIsotropic(means[k], deviations[k])
		if err != nil {
			return nil, err
		}
		parts[k] = g
	}
	return spec.NewMixture(weights, parts)
}

func constant(r, c int, v float64) *mat.Dense {
	a := mat.NewDense(r, c, nil)
	for i := range r {
		for j := range c {
			a.Set(i, j, v)
		}
	}
	return a
}

// uniform is the uniform law on [0, 1].
type uniform struct{}

func (uniform) Dim() int { return 1 }

func (uniform) Sample(dst *mat.Dense, rng *rand.Rand) {
	n, _ := dst.Dims()
	for i := range n {
		dst.Set(i, 0, rng.Float64())
	}
}
