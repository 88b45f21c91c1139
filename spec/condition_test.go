package spec

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// TestConditionAgainstKalman compares densities, evidences and posteriors of all
// families, singular ones included, with the reference. Both are functions of
// matrices of condition number below (|A| sd / beta)^2 ~ 1e5, so that rounding stays
// below 1e-10 of the logarithms.
func TestConditionAgainstKalman(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 5).Draw(t, "d")
		m := rapid.IntRange(1, 7).Draw(t, "m")
		p := drawFamily(t, d, true, rng)
		mm := measurement(t, drawMatrix(t, m, d, rng), math.Exp(rapid.Float64Range(-1, 2).Draw(t, "log beta")))
		x, y := make([]float64, d), make([]float64, m)
		(&Problem{prior: p, given: mm}).Draw(x, y, rng)

		ref := referenceOf(p)
		post, evidence := ref.condition(mm, y)
		c := condition(t, p, mm)
		agree(t, "evidence", c.LogEvidence(y), evidence, 1e-9*(1+math.Abs(evidence)))
		law := c.Given(y)
		const n, sigma = 4, 0.3
		// Where the posterior is: components of less than e^-75 of it are left out.
		at := mat.NewDense(n, d, nil)
		law.Sample(at, rng)
		at.SetRow(0, x)
		var got [n]float64
		p.LogDensity(got[:], at, sigma)
		for i, v := range got {
			want := ref.logDensity(at.RawRowView(i), sigma)
			agree(t, "density", v, want, 1e-9*(1+math.Abs(want)))
		}
		law.(Density).LogDensity(got[:], at, sigma)
		for i, v := range got {
			want := post.logDensity(at.RawRowView(i), sigma)
			agree(t, "posterior density", v, want, 1e-9*(1+math.Abs(want)))
		}
		mean, cov := post.moments()
		gotMean, gotCov := referenceOf(law).moments()
		if !mat.EqualApprox(mean, gotMean, 1e-9) || !mat.EqualApprox(cov, gotCov, 1e-9) {
			t.Fatalf("posterior mean and covariance\n%v\n%v\nwant\n%v\n%v",
				mat.Formatted(gotMean), mat.Formatted(gotCov), mat.Formatted(mean), mat.Formatted(cov))
		}
	})
}

// TestDenoisingIsConditioning: denoising is the posterior mean, and sigma^2 times
// the Jacobian the posterior covariance, under the measurement of x itself with
// beta = sigma. The two routes share the frames but not the formulas.
func TestDenoisingIsConditioning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 5).Draw(t, "d")
		p := drawFamily(t, d, true, rng)
		sigma := math.Pow(10, rapid.Float64Range(-5, 5).Draw(t, "log10 sigma"))
		identity := mat.NewDense(d, d, nil)
		for j := range d {
			identity.Set(j, j, 1)
		}
		c := condition(t, p, measurement(t, identity, sigma))
		// Four rows: enough for the matrix products.
		const n = 4
		x := mat.NewDense(n, d, nil)
		p.Sample(x, rng)
		noise := scatter(n, d, rng)
		noise.Scale(sigma, noise)
		x.Add(x, noise)
		denoised := mat.NewDense(n, d, nil)
		jacobian := p.Linearize(denoised, x, sigma)
		columns := make([]*mat.Dense, d)
		for j := range columns {
			v := mat.NewDense(n, d, nil)
			for i := range n {
				v.Set(i, j, 1)
			}
			jacobian(v, v)
			columns[j] = v
		}
		for i := range n {
			mean, cov := referenceOf(c.Given(x.RawRowView(i))).moments()
			size := mat.Norm(x.RowView(i), 2) + 5
			for j := range d {
				// x enters by x/sigma; rounding moves it by eps size/sigma deviations.
				tolerance := 1e-12 * size * (1 + 1/sigma)
				agree(t, "mean", denoised.At(i, j), mean.AtVec(j), 1e-12*size*(1+size/sigma))
				for k := range d {
					got := columns[k].At(i, j) * sigma * sigma
					agree(t, "covariance", got, cov.At(j, k), tolerance*(1+size))
				}
			}
		}
	})
}

// sameLaw fails unless two laws are the same, by their densities at draws of the
// first, smoothed by its narrowest deviation (so that singular ones have one). It
// takes points within about 6 deviations: an error of e in a log density is one of
// e/6 or more of a deviation in a mean, e/36 of a deviation's size.
func sameLaw(t *rapid.T, what string, a, b Prior, tolerance float64) {
	const n = 6
	x := mat.NewDense(n, a.Dim(), nil)
	a.Sample(x, drawRng(t))
	sigma, _ := a.(Denoiser).Scale()
	var got, want [n]float64
	a.(Density).LogDensity(want[:], x, sigma)
	b.(Density).LogDensity(got[:], x, sigma)
	for i := range n {
		agree(t, what, got[i], want[i], tolerance)
	}
}

// TestPosteriorIdentities checks what every exact posterior obeys, for beta from
// 1e-6 to 1e6.
func TestPosteriorIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 5).Draw(t, "d")
		m := rapid.IntRange(1, 6).Draw(t, "m")
		p := drawFamily(t, d, true, rng)
		beta := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log10 beta"))
		a := drawMatrix(t, m, d, rng)
		mm := measurement(t, a, beta)
		x, y := make([]float64, d), make([]float64, m)
		(&Problem{prior: p, given: mm}).Draw(x, y, rng)
		c := condition(t, p, mm)
		law := c.Given(y)
		// Rounding of A x and of y, some 1e-15 |A| (|x| + |mean|), moves the law by
		// that many times 1/beta deviations, and log densities by six times that.
		tolerance := 1e-8 + 1e-13*mat.Norm(a, 2)*(10+mat.Norm(mat.NewVecDense(d, x), 2))/beta

		factor := math.Exp(rapid.Float64Range(-9, 9).Draw(t, "log factor"))
		var ca mat.Dense
		ca.Scale(factor, a)
		cy := make([]float64, m)
		for i, v := range y {
			cy[i] = factor * v
		}
		scaled := condition(t, p, measurement(t, &ca, factor*beta))
		sameLaw(t, "(cA, cy, c beta)", law, scaled.Given(cy), tolerance)
		agree(t, "evidence of (cA, cy, c beta)", scaled.LogEvidence(cy)+float64(m)*math.Log(factor), c.LogEvidence(y), tolerance)

		u := rotation(m, rng)
		var ua mat.Dense
		ua.Mul(u, a)
		var uy mat.VecDense
		uy.MulVec(u, mat.NewVecDense(m, y))
		turned := condition(t, p, measurement(t, &ua, beta))
		sameLaw(t, "(UA, Uy, beta)", law, turned.Given(uy.RawVector().Data), tolerance)
		agree(t, "evidence of (UA, Uy, beta)", turned.LogEvidence(uy.RawVector().Data), c.LogEvidence(y), tolerance)

		var twice mat.Dense
		twice.Stack(a, a)
		double := condition(t, p, measurement(t, &twice, math.Sqrt2*beta))
		sameLaw(t, "each row twice with sqrt(2) beta", law, double.Given(append(append([]float64(nil), y...), y...)), tolerance)

		if m > 1 {
			k := 1 + rng.IntN(m-1)
			first := condition(t, p, measurement(t, a.Slice(0, k, 0, d), beta))
			then := condition(t, first.Given(y[:k]).(Conditioner), measurement(t, a.Slice(k, m, 0, d), beta))
			sameLaw(t, "one after the other", law, then.Given(y[k:]), tolerance)
			agree(t, "evidence of one after the other", first.LogEvidence(y[:k])+then.LogEvidence(y[k:]), c.LogEvidence(y), tolerance)
		}
	})
}
