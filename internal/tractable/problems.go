// Package tractable generates problems for the tests that judge rejection and the reverse
// diffusion as properties: [Problems] that rejection can afford, and [Products], on which the law
// of a diffusion is known from calculations on lines.
package tractable

import (
	"math"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/spec"
)

// Problems generates problems that rejection can afford and on which y informs: in
// R^1 to R^4, with Gaussian, mixture and data-set priors, 1 to 3 rows measured.
//
//   - Means and points lie in the cube [-3, 3]^d. Deviations of Gaussians and of
//     components are from 0.1 to 1, along axes turned at random, and so is the bandwidth
//     of data sets. So the widest deviation is at most sqrt(1 + 9 d), and at most 61 times
//     the narrowest.
//   - A row of A x has deviation 1 under the prior, and beta is from 0.4 to 1. Were the
//     prior Gaussian, y would tell between 1/2 log(1 + m/beta^2) and m/2 log(1 +
//     1/beta^2) nats about x: from 0.35 nats, one row at beta = 1, to 2.97, three at 0.4.
//     No prior of that covariance tells more.
//   - At a y of its own the acceptance exp(-|y - A x|^2 / (2 beta^2)) of a draw x of the
//     prior is on average (2 + 2/beta^2)^(-1/2) for one row and a Gaussian prior, 0.26 at
//     the least, and for m uncorrelated rows that to the power m, 0.018 at the least.
//     For every prior it is at least exp(-m (1/2 + 1/beta^2)) (Jensen).
//
// The problems shrink towards one coordinate, one component, axes as they are, and a
// deviation and a beta of 1.
func Problems() *rapid.Generator[*spec.Problem] {
	return rapid.Custom(func(t *rapid.T) *spec.Problem {
		d := rapid.IntRange(1, 4).Draw(t, "d")
		m := rapid.IntRange(1, min(3, d)).Draw(t, "m")
		name := rapid.SampledFrom([]string{"gaussian", "mixture", "dataset"}).Draw(t, "family")
		var prior spec.Prior
		var parts law
		switch name {
		case "gaussian":
			parts = drawLaw(t, d, 1)
			prior = must(spec.NewGaussian(parts.means[0], parts.covs[0]))
		case "mixture":
			parts = drawLaw(t, d, rapid.IntRange(2, 4).Draw(t, "components"))
			prior = parts.mixture()
		default:
			points, bandwidth := drawPoints(t, d), drawWithin(t, 0.1, "bandwidth")
			parts = smoothedPoints(points, bandwidth)
			prior = must(spec.NewDataSet(points, bandwidth))
		}
		measurement := drawInformative(t, parts.covariance(), m)
		return must(spec.NewProblem("tractable "+name, prior, measurement))
	})
}

// law is a mixture of Gaussians before it becomes a prior. The weights sum to 1.
type law struct {
	weights []float64
	means   [][]float64
	covs    []*mat.SymDense
}

// drawLaw draws a mixture of n components with axes and deviations of their own.
func drawLaw(t *rapid.T, d, n int) (l law) {
	l.weights = drawWeights(t, n)
	for range n {
		sd := make([]float64, d)
		for i := range sd {
			sd[i] = drawWithin(t, 0.1, "sd")
		}
		l.means = append(l.means, drawVector(t, d, "mean"))
		l.covs = append(l.covs, turned(drawFrame(t, d), sd))
	}
	return l
}

func (l law) mixture() *spec.Mixture {
	components := make([]*spec.Gaussian, len(l.means))
	for k, mean := range l.means {
		components[k] = must(spec.NewGaussian(mean, l.covs[k]))
	}
	return must(spec.NewMixture(l.weights, components))
}

// covariance returns that of the whole law.
func (l law) covariance() *mat.SymDense {
	d := len(l.means[0])
	centre, cov := mat.NewVecDense(d, nil), mat.NewSymDense(d, nil)
	for k, w := range l.weights {
		centre.AddScaledVec(centre, w, mat.NewVecDense(d, l.means[k]))
	}
	var off mat.VecDense
	for k, w := range l.weights {
		off.SubVec(mat.NewVecDense(d, l.means[k]), centre)
		cov.SymRankOne(cov, w, &off)
		for i := range d {
			for j := i; j < d; j++ {
				cov.SetSym(i, j, cov.At(i, j)+w*l.covs[k].At(i, j))
			}
		}
	}
	return cov
}

// smoothedPoints is the law of the rows of points, each as likely, smoothed by the
// bandwidth.
func smoothedPoints(points *mat.Dense, bandwidth float64) (l law) {
	n, d := points.Dims()
	sd := make([]float64, d)
	for j := range sd {
		sd[j] = bandwidth
	}
	kernel := turned(identity(d), sd)
	for i := range n {
		l.weights = append(l.weights, 1/float64(n))
		l.means = append(l.means, points.RawRowView(i))
		l.covs = append(l.covs, kernel)
	}
	return l
}

func drawPoints(t *rapid.T, d int) *mat.Dense {
	n := rapid.IntRange(2, 8).Draw(t, "points")
	return mat.NewDense(n, d, drawVector(t, n*d, "point"))
}

// drawWithin draws a scale from low to 1, evenly in its logarithm; it shrinks to 1.
func drawWithin(t *rapid.T, low float64, label string) float64 {
	return math.Pow(low, rapid.Float64Range(0, 1).Draw(t, label))
}

// drawWeights draws n weights that sum to 1, none less than a fifth of another.
func drawWeights(t *rapid.T, n int) []float64 {
	weights := make([]float64, n)
	sum := 0.0
	for k := range weights {
		weights[k] = drawWithin(t, 0.2, "weight")
		sum += weights[k]
	}
	for k := range weights {
		weights[k] /= sum
	}
	return weights
}

// drawFrame draws d orthonormal rows, a product of rotations in the planes of
// neighbouring axes; it shrinks to the axes themselves.
func drawFrame(t *rapid.T, d int) *mat.Dense {
	q := identity(d)
	for i := 1; i < d; i++ {
		sin, cos := math.Sincos(rapid.Float64Range(0, math.Pi).Draw(t, "angle"))
		a, b := q.RawRowView(i-1), q.RawRowView(i)
		for j := range a {
			a[j], b[j] = cos*a[j]+sin*b[j], cos*b[j]-sin*a[j]
		}
	}
	return q
}

func identity(d int) *mat.Dense {
	q := mat.NewDense(d, d, nil)
	for i := range d {
		q.Set(i, i, 1)
	}
	return q
}

// turned returns the covariance with the given deviations along the rows of the frame.
func turned(frame *mat.Dense, sd []float64) *mat.SymDense {
	cov := mat.NewSymDense(len(sd), nil)
	for i, v := range sd {
		cov.SymRankOne(cov, v*v, frame.RowView(i))
	}
	return cov
}

// drawInformative draws a measurement of m orthogonal rows, scaled so that under a prior
// of the given covariance each has deviation 1, with noise from 0.4 to 1.
func drawInformative(t *rapid.T, cov *mat.SymDense, m int) spec.Linear {
	d := cov.SymmetricDim()
	a := mat.DenseCopyOf(drawFrame(t, d).Slice(0, m, 0, d))
	for i := range m {
		row := mat.NewVecDense(d, a.RawRowView(i))
		row.ScaleVec(1/math.Sqrt(mat.Inner(row, cov, row)), row)
	}
	return must(spec.NewLinear(a, drawWithin(t, 0.4, "beta")))
}

// numbers are the entries of means and points, in the units of x: small integers, zeros among
// them, or any number of that size.
var numbers = rapid.OneOf(rapid.Map(rapid.IntRange(-3, 3), func(k int) float64 { return float64(k) }), rapid.Float64Range(-3, 3))

func drawVector(t *rapid.T, d int, label string) []float64 {
	return rapid.SliceOfN(numbers, d, d).Draw(t, label)
}

// must returns v. An error is a mistake in this package, so it panics.
func must[T any](v T, err error) T {
	if err != nil {
		panic("tractable: " + err.Error())
	}
	return v
}
