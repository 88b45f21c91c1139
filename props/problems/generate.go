package problems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/spec"
)

// The generators make ordinary problems and odd ones: beta from 1e-6 to 1e6,
// laws that are singular or have atoms, components that repeat or weigh next to
// nothing or nothing, laws far from the origin, and measurements of no row, one
// row, more rows than coordinates, of low rank, with rows that vanish or repeat.
// What they draw shrinks towards few coordinates, one component, small integers
// and beta = 1.

// Any generates problems of every family, in up to 8 dimensions.
func Any() *rapid.Generator[*spec.Problem] { return anyUpTo(8) }

// Small generates problems of every family, in up to 4 dimensions: cheap enough
// to run a sampler on thousands of them.
func Small() *rapid.Generator[*spec.Problem] { return anyUpTo(4) }

// Gaussian generates problems with a Gaussian prior, in up to 8 dimensions.
func Gaussian() *rapid.Generator[*spec.Problem] { return generator("gaussian", 8, gaussianPrior) }

// Mixture generates problems with a Gaussian mixture as prior, in up to 8
// dimensions; some are mixtures of point masses, laws on finitely many points.
func Mixture() *rapid.Generator[*spec.Problem] { return generator("mixture", 8, mixturePrior) }

// DataSet generates problems with a smoothed data set as prior, in up to 8
// dimensions.
func DataSet() *rapid.Generator[*spec.Problem] { return generator("dataset", 8, dataSetPrior) }

func anyUpTo(maxDim int) *rapid.Generator[*spec.Problem] {
	return rapid.OneOf(
		generator("gaussian", maxDim, gaussianPrior),
		generator("mixture", maxDim, mixturePrior),
		generator("dataset", maxDim, dataSetPrior),
	)
}

// must returns v. An error is a mistake in this package, so it panics.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("problems: generated: %v", err))
	}
	return v
}

// generator returns the generator of problems with priors by prior.
func generator(name string, maxDim int, prior func(t *rapid.T, d int) (spec.Prior, error)) *rapid.Generator[*spec.Problem] {
	return rapid.Custom(func(t *rapid.T) *spec.Problem {
		d := rapid.IntRange(1, maxDim).Draw(t, "d")
		p := must(prior(t, d))
		return must(spec.NewProblem("generated "+name, p, drawMeasurement(t, d)))
	})
}

// entry generates the entries of means and matrices: small integers, zeros among
// them, or any number of that size.
func entry() *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(-3, 3), func(k int) float64 { return float64(k) }),
		rapid.Float64Range(-3, 3),
	)
}

func drawVector(t *rapid.T, d int, label string) []float64 {
	return rapid.SliceOfN(entry(), d, d).Draw(t, label)
}

func drawMatrix(t *rapid.T, n, d int, label string) *mat.Dense {
	return mat.NewDense(n, d, drawVector(t, n*d, label))
}

// drawPowerOfTen draws a scale from 10^-spread to 10^spread; it shrinks to 1.
func drawPowerOfTen(t *rapid.T, spread int, label string) float64 {
	return math.Pow(10, float64(rapid.IntRange(-spread, spread).Draw(t, label)))
}

// drawMean draws a point near the origin or far from it.
func drawMean(t *rapid.T, d int) []float64 {
	mean := drawVector(t, d, "mean")
	if far := rapid.SampledFrom([]float64{0, 0, 0, 1e2, 1e4}).Draw(t, "far"); far > 0 {
		for i := range mean {
			mean[i] += far
		}
	}
	return mean
}

func gaussianPrior(t *rapid.T, d int) (spec.Prior, error) { return drawGaussian(t, d) }

func drawGaussian(t *rapid.T, d int) (*spec.Gaussian, error) {
	mean := drawMean(t, d)
	switch rapid.SampledFrom([]string{"isotropic", "diagonal", "full", "point"}).Draw(t, "covariance") {
	case "isotropic":
		return spec.NewIsotropic(mean, drawPowerOfTen(t, 3, "log10 sd"))
	case "diagonal":
		sd := drawVector(t, d, "sd")
		for i := range sd {
			sd[i] = math.Abs(sd[i])
		}
		return spec.NewDiagonal(mean, sd)
	case "point":
		return spec.NewIsotropic(mean, 0)
	}
	// L L^T with L of k columns has rank k at most: singular where k < d.
	l := drawMatrix(t, d, rapid.IntRange(1, d).Draw(t, "rank"), "factor")
	cov := mat.NewSymDense(d, nil)
	cov.SymOuterK(1, l)
	return spec.NewGaussian(mean, cov)
}

func mixturePrior(t *rapid.T, d int) (spec.Prior, error) {
	weights, components, err := drawComponents(t, d)
	if err != nil {
		return nil, err
	}
	return spec.NewMixture(weights, components)
}

// drawComponents draws the parts of a mixture, of which at least one has weight 1.
func drawComponents(t *rapid.T, d int) (weights []float64, components []*spec.Gaussian, err error) {
	n := rapid.IntRange(1, 5).Draw(t, "components")
	atoms := rapid.SampledFrom([]bool{false, false, true}).Draw(t, "atoms")
	weights = make([]float64, n)
	components = make([]*spec.Gaussian, n)
	for k := range components {
		weights[k] = rapid.OneOf(
			rapid.Float64Range(0.1, 1),
			rapid.SampledFrom([]float64{0, 1e-300, 1e-12, 1e-3}),
		).Draw(t, "weight")
		switch {
		case k > 0 && rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "repeats"):
			components[k] = components[rapid.IntRange(0, k-1).Draw(t, "which")]
		case atoms:
			components[k], err = spec.NewIsotropic(drawMean(t, d), 0)
		default:
			components[k], err = drawGaussian(t, d)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	weights[rapid.IntRange(0, n-1).Draw(t, "sure")] = 1
	return weights, components, nil
}

func dataSetPrior(t *rapid.T, d int) (spec.Prior, error) {
	n := rapid.IntRange(1, 8).Draw(t, "points")
	points := mat.NewDense(n, d, nil)
	for i := range n {
		if i > 0 && rapid.SampledFrom([]bool{false, false, false, true}).Draw(t, "repeats") {
			points.SetRow(i, points.RawRowView(rapid.IntRange(0, i-1).Draw(t, "which")))
			continue
		}
		points.SetRow(i, drawMean(t, d))
	}
	return spec.NewDataSet(points, drawPowerOfTen(t, 3, "log10 bandwidth"))
}

func drawMeasurement(t *rapid.T, d int) spec.Linear {
	m := rapid.OneOf(
		rapid.IntRange(0, d),
		rapid.Just(1),
		rapid.IntRange(d+1, d+2),
	).Draw(t, "m")
	if m == 0 {
		return spec.Unmeasured(d)
	}
	return must(spec.NewLinear(drawOperator(t, m, d), drawPowerOfTen(t, 6, "log10 beta")))
}

func drawOperator(t *rapid.T, m, d int) *mat.Dense {
	a := drawMatrix(t, m, d, "A")
	row := func() int { return rapid.IntRange(0, m-1).Draw(t, "row") }
	switch rapid.SampledFrom([]string{"as drawn", "low rank", "zero row", "repeated row"}).Draw(t, "oddity of A") {
	case "low rank":
		rank := rapid.IntRange(1, min(m, d)).Draw(t, "rank of A")
		a.Mul(drawMatrix(t, m, rank, "left"), drawMatrix(t, rank, d, "right"))
	case "zero row":
		clear(a.RawRowView(row()))
	case "repeated row":
		a.SetRow(row(), a.RawRowView(row()))
	}
	return a
}
