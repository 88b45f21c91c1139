package samplers

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// odd measurements: full rank, more rows than columns, a row twice, a row of zeros.
func oddMatrices() []*mat.Dense {
	return []*mat.Dense{
		mat.NewDense(1, 3, []float64{1, -2, 0.5}),
		mat.NewDense(2, 3, []float64{1, 0.5, 0, 0, -1, 2}),
		mat.NewDense(5, 3, []float64{1, 2, 3, 0, 1, 0, 1, 1, 1, -1, 0, 2, 2, 2, 2}),
		mat.NewDense(3, 3, []float64{1, 1, 0, 1, 1, 0, 0, 0, 0}),
		mat.NewDense(1, 3, nil),
	}
}

// Second route to the guidance: A^T (r2 A A^T + beta^2 I)^-1 (y - A x0) by an
// explicit inverse, and the product with the Jacobian by central differences of
// the denoiser, width 1e-4, error below 1e-6 of the vector as for [TestNormGradient].
func TestGuidanceByAnExplicitInverse(t *testing.T) {
	p, _ := guided()
	denoiser := p.Prior().(spec.Denoiser)
	rng := stream(t)
	for k, a := range oddMatrices() {
		m, d := a.Dims()
		for _, beta := range []float64{0.05, 1, 20} {
			measurement := must(spec.NewLinear(a, beta))
			y := make([]float64, m)
			for i := range y {
				y[i] = rng.NormFloat64()
			}
			factors, err := factorise(measurement, y)
			if err != nil {
				t.Fatal(err)
			}
			for _, sigma := range []float64{0.1, 1, 30} {
				r2 := sigma * sigma / (1 + sigma*sigma)
				const rows = 3
				x, x0, got := mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil)
				splitStreams(rng, rows).addNormal(x, 1)
				jacobian := denoiser.Linearize(x0, x, sigma)
				factors.pseudoInverse(rows).at(got, x0, r2, jacobian)
				for i := range rows {
					v := explicitGuidance(a, beta, r2, y, x0.RawRowView(i))
					for j := range d {
						want := differences(func(x []float64) float64 { // the derivative of D . v
							clean := mat.NewDense(1, d, nil)
							denoiser.Denoise(clean, mat.NewDense(1, d, x), sigma)
							return mat.Dot(clean.RowView(0), v)
						}, x.RawRowView(i), 1e-4)[j]
						if math.Abs(got.At(i, j)-want) > 2e-6*(1+mat.Norm(v, 2)) {
							t.Errorf("A %d, beta %v, sigma %v: guidance[%d] = %v, want %v", k, beta, sigma, j, got.At(i, j), want)
						}
					}
				}
			}
		}
	}
}

// explicitGuidance returns A^T (r2 A A^T + beta^2 I)^-1 (y - A x0).
func explicitGuidance(a *mat.Dense, beta, r2 float64, y, x0 []float64) *mat.VecDense {
	m, d := a.Dims()
	var gram, inverse mat.Dense
	gram.Mul(a, a.T())
	gram.Scale(r2, &gram)
	for i := range m {
		gram.Set(i, i, gram.At(i, i)+beta*beta)
	}
	if err := inverse.Inverse(&gram); err != nil {
		panic(err)
	}
	residual, solved, v := mat.NewVecDense(m, nil), mat.NewVecDense(m, nil), mat.NewVecDense(d, nil)
	residual.MulVec(a, mat.NewVecDense(d, x0))
	residual.SubVec(mat.NewVecDense(m, y), residual)
	solved.MulVec(&inverse, residual)
	v.MulVec(a.T(), solved)
	return v
}

// unitProblem is N(0, I) in 3 dimensions measured by a, with a y of its joint law
// and the posterior, from the information form: precision I + A^T A / beta^2.
func unitProblem(t *testing.T, a *mat.Dense, beta float64) (*spec.Problem, []float64, sumLaw) {
	m, d := a.Dims()
	p := must(spec.NewProblem("unit", must(spec.NewIsotropic(make([]float64, d), 1)), must(spec.NewLinear(a, beta))))
	y := make([]float64, m)
	p.Draw(make([]float64, d), y, stream(t))
	precision := isotropic(d, 1)
	for i := range m {
		precision.SymRankOne(precision, 1/(beta*beta), a.RowView(i))
	}
	var factor mat.Cholesky
	if !factor.Factorize(precision) {
		t.Fatal("precision not positive")
	}
	cov, mean := mat.NewSymDense(d, nil), mat.NewVecDense(d, nil)
	if err := factor.InverseTo(cov); err != nil {
		t.Fatal(err)
	}
	mean.MulVec(a.T(), mat.NewVecDense(m, y))
	mean.ScaleVec(1/(beta*beta), mean)
	mean.MulVec(cov, mean)
	return p, y, sumLaw{[]float64{1}, [][]float64{mean.RawVector().Data}, []*mat.SymDense{cov}}
}

// Positive control: on N(0, I) the assumption behind the guidance is true, so with
// many steps the draws have the law of the posterior. With 3,000 draws the
// limit is 0.063 + 0.012, and a distance of 0.14 is noticed: a shift by 0.35
// deviations, a deviation off by 0.6. The finer comparison is the next test;
// this one sees all directions together and the fresh noise.
func TestPiGDMIsExactOnTheUnitGaussian(t *testing.T) {
	const n = 3000
	for k, a := range oddMatrices() {
		p, y, posterior := unitProblem(t, a, 0.5)
		for _, eta := range []float64{0, 1} {
			s := PiGDM{Steps: 400, Eta: eta}
			agrees(t, fmt.Sprintf("A %d, %s", k, s.Name()), sample(t, s, p, y, n, stream(t)), posterior, stepBias)
		}
	}
	a := oddMatrices()[1]
	p, y, posterior := unitProblem(t, a, 0.5)
	s := PiGDM{Steps: 400}
	noisier := must(spec.NewProblem("noisier", p.Prior(), must(spec.NewLinear(a, 1))))
	measurement, _ := p.Linear()
	narrower := must(spec.NewProblem("narrower", must(spec.NewIsotropic(make([]float64, 3), 0.5)), measurement))
	disagrees(t, "opposite y", sample(t, s, p, []float64{-y[0], -y[1]}, n, stream(t)), posterior, stepBias)
	disagrees(t, "twice the noise", sample(t, s, noisier, y, n, stream(t)), posterior, stepBias)
	disagrees(t, "half the deviation of the prior", sample(t, s, narrower, y, n, stream(t)), posterior, stepBias)
}

// That the assumption matters: on a prior of half the deviation, the posterior of
// that prior is missed, by a distance that no number of steps mends.
func TestPiGDMIsWrongOnANarrowerGaussian(t *testing.T) {
	a := mat.NewDense(1, 1, []float64{1})
	const sd, beta, y = 0.5, 0.5, 1.5
	p := must(spec.NewProblem("narrower", must(spec.NewIsotropic([]float64{0}, sd)), must(spec.NewLinear(a, beta))))
	posterior := sumLaw{[]float64{1}, [][]float64{{y / 2}}, []*mat.SymDense{isotropic(1, sd*sd/2)}}
	const n = 4000
	agrees(t, "exact", sample(t, Exact(), p, []float64{y}, n, stream(t)), posterior, stepBias)
	for _, steps := range []int{100, 800} {
		disagrees(t, fmt.Sprintf("%d steps", steps), sample(t, PiGDM{Steps: steps}, p, []float64{y}, n, stream(t)), posterior, stepBias)
	}
}

// On N(0, I), eta = 0, the draws are an affine function of the start, and the
// flow takes a start at x_T to the posterior's
// mean + sd (x_T - signal mean)/sqrt(signal^2 sd^2 + noise^2) along a singular
// direction of A. DDIM is of first order: twice the steps halve the error.
func TestPiGDMIsOfFirstOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gain := rapid.Float64Range(0.2, 3).Draw(t, "A")
		beta := rapid.Float64Range(0.3, 2).Draw(t, "beta")
		y := rapid.Float64Range(-3, 3).Draw(t, "y")
		p := must(spec.NewProblem("affine", newUnit(1), must(spec.NewLinear(mat.NewDense(1, 1, []float64{gain}), beta))))
		variance := 1 / (1 + gain*gain/(beta*beta))
		mean, sd := variance*gain*y/(beta*beta), math.Sqrt(variance)
		end := variancePreserving(1)[1]
		const rows = 4
		failure := func(steps int) float64 {
			x := mat.NewDense(rows, 1, nil)
			if err := (PiGDM{Steps: steps}).Sample(t.Context(), x, p, []float64{y}, spec.Stream(1, "affine", nil, 0)); err != nil {
				t.Fatal(err)
			}
			total := 0.0
			for i, rng := range splitStreams(spec.Stream(1, "affine", nil, 0), rows) {
				start := rng.NormFloat64()
				want := mean + sd*(start-end.signal*mean)/math.Hypot(end.signal*sd, end.noise)
				total += math.Abs(x.At(i, 0) - want)
			}
			return total / rows
		}
		// The second-order term is some 10 steps^-1 of the first: a few percent at
		// 400 steps. Where the first nearly vanishes there is no order to see.
		few, many := failure(400), failure(800)
		if many > 1e-5 && (few/many < 1.8 || few/many > 2.2) {
			t.Fatalf("the error is %v with 400 steps and %v with 800, ratio %.3f, want about 2", few, many, few/many)
		}
		if few > 0.05 {
			t.Fatalf("the error with 400 steps is %v", few)
		}
	})
}

// On a prior far wider than unit scale the guidance overshoots by the ratio of
// the variances at every step: the method's own failure, reported and not hidden.
func TestPiGDMSaysThatItDiverged(t *testing.T) {
	prior := must(spec.NewIsotropic([]float64{0, 0}, 1e4))
	p := must(spec.NewProblem("wide", prior, must(spec.NewLinear(mat.NewDense(1, 2, []float64{1, 0}), 0.1))))
	err := (PiGDM{Steps: 1000}).Sample(t.Context(), mat.NewDense(2, 2, nil), p, []float64{1}, stream(t))
	if err == nil || !strings.Contains(err.Error(), "the iteration diverged") {
		t.Errorf("got %v, want that it diverged", err)
	}
}
