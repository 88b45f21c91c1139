package spec

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// derivative returns (f(h) - f(-h)) / 2h with one Richardson step, whose error is
// of the order of h^4 f^(5) + eps |f| / h: with h = 2^-9 of the length over which f
// changes, 1e-10 |f| and 1e-13 |f|.
func derivative(f func(h float64) float64, h float64) float64 {
	d := func(h float64) float64 { return (f(h) - f(-h)) / (2 * h) }
	return (4*d(h/2) - d(h)) / 3
}

// The denoiser is x + sigma^2 times the gradient of the log density (Tweedie), the
// Jacobian is the derivative of the denoiser, and is symmetric.
func TestDenoiserIsTheDerivativeOfTheDensity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 5).Draw(t, "d")
		p := drawFamily(t, d, true, rng)
		sigma := rapid.SampledFrom([]float64{0.1, 0.5, 1, 3, 30}).Draw(t, "sigma")
		const n = 5
		x := mat.NewDense(n, d, nil)
		p.Sample(x, rng)
		noise := scatter(n, d, rng)
		noise.Scale(sigma, noise)
		x.Add(x, noise)
		v, w := scatter(n, d, rng), scatter(n, d, rng)
		den, again := mat.NewDense(n, d, nil), mat.NewDense(n, d, nil)
		jv, jw := mat.NewDense(n, d, nil), mat.NewDense(n, d, nil)
		p.Denoise(den, x, sigma)
		jacobian := p.Linearize(again, x, sigma)
		jacobian(jv, v)
		jacobian(jw, w)
		if !mat.EqualApprox(den, again, 1e-13) {
			t.Fatalf("Denoise and Linearize differ:\n%v\n%v", mat.Formatted(den), mat.Formatted(again))
		}
		along := func(h float64) *mat.Dense {
			var y mat.Dense
			y.Scale(h, v)
			y.Add(x, &y)
			return &y
		}
		const h = 0x1p-9
		step := h * min(sigma, 1)
		for i := range n {
			log := func(h float64) float64 {
				var l [n]float64
				p.LogDensity(l[:], along(h), sigma)
				return l[i]
			}
			score := 0.0
			for j := range d {
				score += (den.At(i, j) - x.At(i, j)) / (sigma * sigma) * v.At(i, j)
			}
			// |log density| < 1e3 and its derivatives along v below 1e2/step... :
			// truncation 1e2 (step/sigma)^4 / step, rounding 1e3 eps / step.
			agree(t, "score", derivative(log, step), score, 1e-6*(1+math.Abs(score)))
			for j := range d {
				entry := func(h float64) float64 {
					y := mat.NewDense(n, d, nil)
					p.Denoise(y, along(h), sigma)
					return y.At(i, j)
				}
				agree(t, "jacobian", jv.At(i, j), derivative(entry, step), 1e-6*(1+math.Abs(jv.At(i, j))))
			}
			agree(t, "symmetry", dot(jv.RawRowView(i), w.RawRowView(i)), dot(jw.RawRowView(i), v.RawRowView(i)), 1e-10*(1+1/sigma/sigma))
		}
	})
}
