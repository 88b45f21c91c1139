package power

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/internal/planted"
	"assay/spec"
)

// model is a problem whose posteriors are simple enough to plant errors into.
type model struct {
	problem *spec.Problem
	rho     float64
	// given returns a function that fills x with one exact draw given y, and the
	// centre of the posterior: its mean, or for two modes the point between them.
	given func(y []float64) (draw func(x []float64, rng *rand.Rand), centre []float64)
}

// plant returns the model with the sampler of a planted error.
func (m *model) plant(name string, wrong spoilt, goals map[int]Goal) Case {
	fill := func(ctx context.Context, dst *mat.Dense, _ *spec.Problem, y []float64, rng *rand.Rand) error {
		draw, centre := m.given(y)
		planted.Rows(dst, &planted.Setting{Y: y, Centre: centre, Exact: draw}, wrong, rng)
		return ctx.Err()
	}
	return Case{Name: name, Problem: m.problem, Sampler: spec.NewSampler(name, true, fill), Goals: goals}
}

// newNormal returns the model y ~ N(0, 4I), x | y ~ N(y, C) in dimension d, C with 1 on
// the diagonal and rho beside it. As a problem, its prior is N(0, 4I + C), and
// regressing y on x gives A = 4 (4I + C)^-1 and a noise of covariance
// 4I - 16 (4I + C)^-1, which is whitened: what is measured is W y, W W^T the inverse
// of that covariance.
func newNormal(name string, d int, rho float64) (*model, error) {
	equal := func(diagonal, beside float64) *mat.SymDense {
		c := mat.NewSymDense(d, nil)
		for i := range d {
			for j := i; j < d; j++ {
				c.SetSym(i, j, beside)
			}
			c.SetSym(i, i, diagonal)
		}
		return c
	}
	prior, err := spec.NewGaussian(make([]float64, d), equal(5, rho))
	if err != nil {
		return nil, err
	}
	var inverse mat.Dense
	if err := inverse.Inverse(equal(5, rho)); err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	noise := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			noise.SetSym(i, j, -16*inverse.At(i, j))
		}
		noise.SetSym(i, i, 4-16*inverse.At(i, i))
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(noise, true) {
		return nil, fmt.Errorf("model %s: no eigenvalues", name)
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	whiten, colour := mat.NewDense(d, d, nil), mat.NewDense(d, d, nil)
	for k, variance := range eigen.Values(nil) {
		for j := range d {
			whiten.Set(k, j, vectors.At(j, k)/math.Sqrt(variance))
			colour.Set(j, k, vectors.At(j, k)*math.Sqrt(variance))
		}
	}
	var a mat.Dense
	a.Mul(whiten, &inverse)
	a.Scale(4, &a)
	problem, err := newProblem(name, prior, &a, 1)
	if err != nil {
		return nil, err
	}
	given := func(y []float64) (func([]float64, *rand.Rand), []float64) {
		var centre mat.VecDense
		centre.MulVec(colour, mat.NewVecDense(d, y))
		c := centre.RawVector().Data
		return func(x []float64, rng *rand.Rand) { drawEquicorrelated(x, c, rho, rng) }, c
	}
	return &model{problem, rho, given}, nil
}

// newBimodal returns the model x_1 = +-3 + N(0, 1), which y does not see, and
// y ~ N(0, 4), x_2 | y ~ N(y, 1).
func newBimodal() (*model, error) {
	var modes []*spec.Gaussian
	for _, at := range []float64{-3, 3} {
		mode, err := spec.NewGaussian([]float64{at, 0}, mat.NewSymDense(2, []float64{1, 0, 0, 5}))
		if err != nil {
			return nil, err
		}
		modes = append(modes, mode)
	}
	prior, err := spec.NewMixture([]float64{1, 1}, modes)
	if err != nil {
		return nil, err
	}
	// y = .8 x_2 + N(0, .8) has variance 4 and E[x_2 | y] = y.
	problem, err := newProblem("two modes", prior, mat.NewDense(1, 2, []float64{0, .8}), math.Sqrt(.8))
	if err != nil {
		return nil, err
	}
	given := func(y []float64) (func([]float64, *rand.Rand), []float64) {
		centre := []float64{0, y[0]}
		return func(x []float64, rng *rand.Rand) {
			drawEquicorrelated(x, centre, 0, rng)
			x[0] += float64(6*rng.IntN(2) - 3)
		}, centre
	}
	return &model{problem, 0, given}, nil
}

// newAtoms returns the model x uniform on {-1, 1}^3, y = x + 1.5 N(0, I).
func newAtoms() (*model, error) {
	const d, beta = 3, 1.5
	var atoms []*spec.Gaussian
	for code := range 1 << d {
		at := make([]float64, d)
		for i := range at {
			at[i] = float64(2*(code>>i&1) - 1)
		}
		atom, err := spec.NewGaussian(at, mat.NewSymDense(d, nil))
		if err != nil {
			return nil, err
		}
		atoms = append(atoms, atom)
	}
	weights := make([]float64, len(atoms))
	for i := range weights {
		weights[i] = 1
	}
	prior, err := spec.NewMixture(weights, atoms)
	if err != nil {
		return nil, err
	}
	identity := mat.NewDense(d, d, nil)
	for i := range d {
		identity.Set(i, i, 1)
	}
	problem, err := newProblem("8 atoms", prior, identity, beta)
	if err != nil {
		return nil, err
	}
	given := func(y []float64) (func([]float64, *rand.Rand), []float64) {
		up, mean := make([]float64, d), make([]float64, d)
		for i, v := range y {
			up[i] = 1 / (1 + math.Exp(-2*v/(beta*beta))) // signs are independent given y
			mean[i] = 2*up[i] - 1
		}
		return func(x []float64, rng *rand.Rand) {
			for i := range x {
				x[i] = -1
				if rng.Float64() < up[i] {
					x[i] = 1
				}
			}
		}, mean
	}
	return &model{problem, 0, given}, nil
}

func newProblem(name string, prior spec.Prior, a mat.Matrix, beta float64) (*spec.Problem, error) {
	measurement, err := spec.NewLinear(a, beta)
	if err != nil {
		return nil, err
	}
	return spec.NewProblem(name, prior, measurement)
}

// drawEquicorrelated fills x with a normal vector of the given mean, variances 1 and
// correlations rho >= 0.
func drawEquicorrelated(x, mean []float64, rho float64, rng *rand.Rand) {
	common := math.Sqrt(rho) * rng.NormFloat64()
	own := math.Sqrt(1 - rho)
	for i := range x {
		x[i] = mean[i] + common + own*rng.NormFloat64()
	}
}
