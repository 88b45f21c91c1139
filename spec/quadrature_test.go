package spec

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// grid returns the points of a regular grid over a box around all components of r,
// nine deviations beyond the means, in one or two dimensions, and the volume of a
// cell.
func (r reference) grid(step float64) (points *mat.Dense, cell float64) {
	d := r.means[0].Len()
	lo, hi := make([]float64, d), make([]float64, d)
	for j := range d {
		lo[j], hi[j] = math.Inf(1), math.Inf(-1)
		for k, mean := range r.means {
			reach := 9 * math.Sqrt(r.covs[k].At(j, j))
			lo[j] = min(lo[j], mean.AtVec(j)-reach)
			hi[j] = max(hi[j], mean.AtVec(j)+reach)
		}
	}
	count := []int{1, 1}
	for j := range d {
		count[j] = int((hi[j]-lo[j])/step) + 1
	}
	points = mat.NewDense(count[0]*count[1], d, nil)
	for i := range count[0] * count[1] {
		points.Set(i, 0, lo[0]+step*float64(i%count[0]))
		if d == 2 {
			points.Set(i, 1, lo[1]+step*float64(i/count[0]))
		}
	}
	return points, math.Pow(step, float64(d))
}

// TestQuadrature integrates prior times likelihood over a grid: the total of the
// density, the evidence, and the posterior mean and second moments, by nothing but
// the density and the likelihood. On a grid of half a deviation the sum of a
// Gaussian density is off by 2 exp(-8 pi^2) = 1e-34 relatively; what lies beyond nine
// deviations is below 1e-18.
func TestQuadrature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 2).Draw(t, "d")
		p := drawFamily(t, d, false, rng)
		m := rapid.IntRange(1, 3).Draw(t, "m")
		a := drawMatrix(t, m, d, rng)
		a.Scale(1/(1e-9+mat.Norm(a, 2)), a)
		beta := rapid.Float64Range(0.3, 3).Draw(t, "beta")
		mm := measurement(t, a, beta)
		x, y := make([]float64, d), make([]float64, m)
		(&Problem{prior: p, given: mm}).Draw(x, y, rng)

		// Prior and likelihood together are as narrow as this.
		narrowest, _ := p.Scale()
		points, cell := referenceOf(p).grid(narrowest / math.Sqrt(1+narrowest*narrowest/beta/beta) / 2)
		n, _ := points.Dims()
		weights, likelihood := make([]float64, n), make([]float64, n)
		p.LogDensity(weights, points, 0)
		mm.LogLikelihood(likelihood, points, y)
		total, evidence := 0.0, 0.0
		for i, l := range likelihood {
			w := math.Exp(weights[i]) * cell
			total += w
			weights[i] = w * math.Exp(l)
			evidence += weights[i]
		}
		agree(t, "total", total, 1, 1e-10)
		c := condition(t, p, mm)
		agree(t, "evidence", c.LogEvidence(y), math.Log(evidence), 1e-9)

		floats.Scale(1/evidence, weights)
		mean, cov := referenceOf(c.Given(y)).moments()
		var sum mat.VecDense
		sum.MulVec(points.T(), mat.NewVecDense(n, weights))
		if !mat.EqualApprox(mean, &sum, 1e-9) {
			t.Fatalf("posterior mean %v, by quadrature %v", mean, sum)
		}
		for i := range d {
			for j := range d {
				var second float64
				for k, w := range weights {
					second += w * (points.At(k, i) - sum.AtVec(i)) * (points.At(k, j) - sum.AtVec(j))
				}
				agree(t, "posterior covariance", cov.At(i, j), second, 1e-8)
			}
		}
	})
}

// TestBayes: at every point, log posterior = log prior + log likelihood - log
// evidence, in any dimension. It needs a density, so no singular covariance.
func TestBayes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 9).Draw(t, "d")
		m := rapid.IntRange(1, 9).Draw(t, "m")
		p := drawFamily(t, d, false, rng)
		beta := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log10 beta"))
		a := drawMatrix(t, m, d, rng)
		mm := measurement(t, a, beta)
		x, y := make([]float64, d), make([]float64, m)
		(&Problem{prior: p, given: mm}).Draw(x, y, rng)
		c := condition(t, p, mm)
		law := c.Given(y)
		const n = 4
		at := mat.NewDense(n, d, nil)
		law.Sample(at, rng)
		at.SetRow(0, x)
		var prior, likelihood, posterior [n]float64
		p.LogDensity(prior[:], at, 0)
		mm.LogLikelihood(likelihood[:], at, y)
		law.(Density).LogDensity(posterior[:], at, 0)
		evidence := c.LogEvidence(y)
		for i := range n {
			want := prior[i] + likelihood[i] - evidence
			// As in TestPosteriorIdentities; deviations are relative to the widest, of 2.
			tolerance := 1e-8 + 1e-13*mat.Norm(a, 2)*(20+mat.Norm(mat.NewVecDense(d, x), 2))/beta
			agree(t, "log posterior", posterior[i], want, tolerance)
		}
	})
}
