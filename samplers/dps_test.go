package samplers

import (
	"math"
	"math/rand/v2"
	"testing"

	"assay/internal/tweedie"
	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// guided is a mixture of unit scale, measured by two rows, and a y.
func guided() (*spec.Problem, []float64) {
	prior := must(spec.NewMixture([]float64{0.5, 0.3, 0.2}, []*spec.Gaussian{
		must(spec.NewIsotropic([]float64{1, 0, -1}, 0.4)),
		must(spec.NewIsotropic([]float64{-1, 0.5, 0}, 0.6)),
		must(spec.NewDiagonal([]float64{0, -1, 1}, []float64{0.2, 0.5, 0.3})),
	}))
	a := mat.NewDense(2, 3, []float64{1, 0.5, 0, 0, -1, 2})
	return must(spec.NewProblem("guided", prior, must(spec.NewLinear(a, 0.2)))), []float64{0.3, 1}
}

// residualNorm returns |y - A D(x)|.
func residualNorm(p *spec.Problem, y, x []float64, sigma float64) float64 {
	x0 := mat.NewDense(1, len(x), nil)
	p.Prior().(spec.Denoiser).Denoise(x0, mat.NewDense(1, len(x), append([]float64(nil), x...)), sigma)
	r := mat.NewDense(1, len(y), nil)
	measurement, _ := p.Linear()
	measurement.Residual(r, x0, y)
	return mat.Norm(r, 2)
}

// differences returns the gradient of f at x by central differences of width h.
func differences(f func(x []float64) float64, x []float64, h float64) []float64 {
	gradient := make([]float64, len(x))
	for j := range x {
		moved := append([]float64(nil), x...)
		moved[j] = x[j] + h
		up := f(moved)
		moved[j] = x[j] - h
		gradient[j] = (up - f(moved)) / (2 * h)
	}
	return gradient
}

// The gradient is that of the norm, by central differences of width 1e-4, whose
// error is h^2/6 times a third derivative, here below 1e-6. The gradient of the
// square differs from it by the factor 2|r| and must not pass.
func TestNormGradient(t *testing.T) {
	p, y := guided()
	denoiser, rng := p.Prior().(spec.Denoiser), stream(t)
	const rows = 5
	for _, sigma := range []float64{0.3, 1, 5} {
		x, x0, got := mat.NewDense(rows, 3, nil), mat.NewDense(rows, 3, nil), mat.NewDense(rows, 3, nil)
		splitStreams(rng, rows).addNormal(x, 1)
		jacobian := denoiser.Linearize(x0, x, sigma)
		measurement, _ := p.Linear()
		newNormGradient(measurement, rows, y).at(got, x0, jacobian)
		for i := range rows {
			norm := func(x []float64) float64 { return residualNorm(p, y, x, sigma) }
			square := func(x []float64) float64 { return norm(x) * norm(x) }
			off := func(f func([]float64) float64) float64 {
				largest := 0.0
				for j, want := range differences(f, x.RawRowView(i), 1e-4) {
					largest = max(largest, math.Abs(got.At(i, j)-want))
				}
				return largest
			}
			if off(norm) > 1e-6 {
				t.Errorf("sigma %v, row %d: off by %v", sigma, i, off(norm))
			}
			if off(square) < 1e-3 {
				t.Errorf("sigma %v, row %d: the gradient of the square passes too", sigma, i)
			}
		}
	}
}

// Where the residual vanishes there is no gradient, and no step.
func TestNormGradientAtZero(t *testing.T) {
	m := must(spec.NewLinear(mat.NewDense(1, 2, []float64{1, 1}), 0.1))
	got := mat.NewDense(1, 2, []float64{9, 9})
	newNormGradient(m, 1, []float64{3}).at(got, mat.NewDense(1, 2, []float64{1, 2}), func(dst, v *mat.Dense) { dst.Copy(v) })
	if got.At(0, 0) != 0 || got.At(0, 1) != 0 {
		t.Errorf("the gradient at a zero residual is %v, want 0", got.RawRowView(0))
	}
}

// algorithm1 is Algorithm 1 of Chung et al. 2023 for one row, written as there,
// with the betas of 1,000 steps and the gradient by finite differences in x_t.
func algorithm1(p *spec.Problem, y []float64, zeta float64, rng *rand.Rand) []float64 {
	const steps = 1000
	d := p.Dim()
	var alpha, bar [steps + 1]float64
	bar[0] = 1
	for i := 1; i <= steps; i++ {
		alpha[i] = 1 - (1e-4 + (0.02-1e-4)*float64(i-1)/(steps-1))
		bar[i] = bar[i-1] * alpha[i]
	}
	x := make([]float64, d)
	for j := range x {
		x[j] = rng.NormFloat64()
	}
	score := mat.NewDense(1, d, nil)
	for i := steps; i >= 1; i-- {
		root, sigma := math.Sqrt(bar[i]), math.Sqrt((1-bar[i])/bar[i])
		scaled := mat.NewDense(1, d, nil)
		for j := range x {
			scaled.Set(0, j, x[j]/root)
		}
		tweedie.Score(score, p.Prior().(spec.Denoiser), scaled, sigma)
		gradient := differences(func(x []float64) float64 {
			scaled := make([]float64, d)
			for j := range x {
				scaled[j] = x[j] / root
			}
			return residualNorm(p, y, scaled, sigma)
		}, x, 1e-5)
		for j := range x {
			clean := (x[j] + (1-bar[i])*score.At(0, j)/root) / root // the score of x_t is that of x_t/root over root
			next := math.Sqrt(alpha[i])*(1-bar[i-1])/(1-bar[i])*x[j] + math.Sqrt(bar[i-1])*(1-alpha[i])/(1-bar[i])*clean
			if i > 1 {
				next += math.Sqrt((1-bar[i-1])/(1-bar[i])*(1-alpha[i])) * rng.NormFloat64()
			}
			x[j] = next - zeta*gradient[j]
		}
	}
	return x
}

// DPS does what the paper says, step by step over all 1,000, given the same noise.
// y is out of reach, because where the residual is shorter than a step the direction
// of the gradient, and with it the whole path, is sensitive to the last bit. Here
// |r| is about 80: finite differences of width 1e-5 are good to 1e-9, and 1,000
// of them, times zeta, add up to less than 1e-6. Half of zeta moves the draws by
// units, the gradient of the square by 160 times as far.
func TestDPSIsAlgorithm1(t *testing.T) {
	p, _ := guided()
	y := []float64{60, -60}
	const n = 8
	for _, zeta := range []float64{0, 0.02} {
		got := sample(t, DPS{Zeta: zeta, Steps: 1000}, p, y, n, stream(t))
		half := sample(t, DPS{Zeta: zeta / 2, Steps: 1000}, p, y, n, stream(t))
		differs := 0.0
		for i, rng := range splitStreams(stream(t), n) {
			want := algorithm1(p, y, zeta, rng)
			for j, v := range want {
				if math.Abs(got.At(i, j)-v) > 1e-6 {
					t.Errorf("zeta %v: draw %d is %v, by the paper %v", zeta, i, got.RawRowView(i), want)
					break
				}
				differs = max(differs, math.Abs(half.At(i, j)-v))
			}
		}
		if zeta > 0 && differs < 0.1 {
			t.Errorf("zeta %v: half of zeta differs by %v only, so the comparison sees nothing", zeta, differs)
		}
	}
}

// One step by hand: on N(0, 1) with y = x measured, the only step takes
// x_T to D = signal x_T (D(x) = x/(1+sigma^2), x = x_T/signal), then
// adds zeta times d|y - D|/dx_T = -signal sign(y - D).
func TestDPSOneStepByHand(t *testing.T) {
	p := must(spec.NewProblem("one step", newUnit(1), must(spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 1))))
	const zeta = 0.7
	signal := variancePreserving(1000)[1000].signal
	for _, y := range []float64{-2, 5} {
		got := sample(t, DPS{Zeta: zeta, Steps: 1}, p, []float64{y}, 3, stream(t))
		for i, rng := range splitStreams(stream(t), 3) {
			want := signal*rng.NormFloat64() + zeta*signal*math.Copysign(1, y)
			if math.Abs(got.At(i, 0)-want) > 1e-14 {
				t.Errorf("y %v, row %d: %v, want %v", y, i, got.At(i, 0), want)
			}
		}
	}
}

// Without guidance the ancestral steps draw the prior; with it the draws are pulled
// towards y. The bias of 400 steps is bounded in
// [TestVariancePreservingStepsKeepTheDeviation].
func TestDPSWithoutGuidanceDrawsThePrior(t *testing.T) {
	const n = 5000
	c := lawCases()[2]
	p := must(spec.NewProblem("guided data", c.prior, must(spec.NewLinear(mat.NewDense(1, 2, []float64{1, 0}), 0.1))))
	y := []float64{2}
	agrees(t, "nothing measured", sample(t, DPS{Zeta: 0.5, Steps: 400}, c.problem(), nil, n, stream(t)), c.law, stepBias)
	agrees(t, "zeta = 0", sample(t, DPS{Zeta: 0, Steps: 400}, p, y, n, stream(t)), c.law, stepBias)
	disagrees(t, "zeta = 0.5", sample(t, DPS{Zeta: 0.5, Steps: 400}, p, y, n, stream(t)), c.law, stepBias)
}
