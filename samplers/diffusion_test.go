package samplers

import (
	"context"
	"math"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// lawCase is a prior together with its law, for the projections of its draws.
type lawCase struct {
	name  string
	prior spec.Prior
	law   sumLaw
}

func (c lawCase) problem() *spec.Problem {
	return must(spec.NewProblem(c.name, c.prior, spec.Unmeasured(c.prior.Dim())))
}

// isotropic returns variance times the identity in d dimensions.
func isotropic(d int, variance float64) *mat.SymDense {
	s := mat.NewSymDense(d, nil)
	for i := range d {
		s.SetSym(i, i, variance)
	}
	return s
}

// lawCases are a Gaussian, a mixture and a data set, none of them centred or of
// unit scale.
func lawCases() []lawCase {
	cov := mat.NewSymDense(3, []float64{4, 1.5, 0, 1.5, 1, 0.1, 0, 0.1, 0.04})
	mean := []float64{30, -2, 0}
	gaussian := lawCase{"gaussian", must(spec.NewGaussian(mean, cov)), sumLaw{[]float64{1}, [][]float64{mean}, []*mat.SymDense{cov}}}

	parts := sumLaw{
		weights: []float64{0.6, 0.3, 0.1},
		means:   [][]float64{{-4, 0}, {3, 1}, {3, -3}},
		covs:    []*mat.SymDense{isotropic(2, 1), mat.NewSymDense(2, []float64{1, 0.9, 0.9, 1}), isotropic(2, 0.04)},
	}
	components := make([]*spec.Gaussian, len(parts.weights))
	for k := range components {
		components[k] = must(spec.NewGaussian(parts.means[k], parts.covs[k]))
	}
	mixture := lawCase{"mixture", must(spec.NewMixture(parts.weights, components)), parts}

	const bandwidth = 0.3
	points := mat.NewDense(5, 2, []float64{0, 0, 2, 0, 0, 3, 2.5, 2.5, 2, 0}) // one of them twice
	smoothed := sumLaw{}
	for i := range 5 {
		smoothed.weights = append(smoothed.weights, 0.2)
		smoothed.means = append(smoothed.means, points.RawRowView(i))
		smoothed.covs = append(smoothed.covs, isotropic(2, bandwidth*bandwidth))
	}
	dataSet := lawCase{"data set", must(spec.NewDataSet(points, bandwidth)), smoothed}
	return []lawCase{gaussian, mixture, dataSet}
}

// Along a direction where the prior is Gaussian the steps leave the deviation off
// by e, which [TestDeviationOfTheDraws] bounds, and the distribution function by
// 0.24 e; between modes the error of the steps is of the same order. e is 0.05 for
// the numbers of steps used here, whose grids span 20 times the scale of one
// deviation.
const stepBias = 0.24 * 0.05

// The draws have the law of the prior. With 5,000 of them the limit is
// 0.049 + 0.012, and a distance of 0.11 is noticed: a mode's weight off by 0.11, a
// shift by 0.28 deviations, a deviation off by 0.45.
func TestDiffusionDrawsThePrior(t *testing.T) {
	const n = 5000
	for _, c := range lawCases() {
		for _, s := range []Diffusion{{Heun, 40}, {Euler, 200}, {Ancestral, 200}} {
			agrees(t, s.Name()+" on a "+c.name, sample(t, s, c.problem(), nil, n, stream(t)), c.law, stepBias)
		}
	}
}

// Negative controls of the same comparison: what a mistake in the integrators
// would do.
func TestDiffusionMistakesAreNoticed(t *testing.T) {
	const n = 5000
	c := lawCases()[1]
	denoiser := c.prior.(spec.Denoiser)
	narrowest, widest := denoiser.Scale()
	sigmas := levelsBeyond(narrowest, widest, 100)
	upTo := func(sigma float64) []float64 { // the grid stopped at sigma, with that noise still on
		for i, s := range sigmas {
			if s < sigma {
				return sigmas[:i]
			}
		}
		return sigmas
	}
	noisy := func(factor float64) stepper {
		return towards(stochastic(func(t, s float64) float64 { return factor * s / t * math.Sqrt((t-s)*(t+s)) }))
	}
	for _, control := range []struct {
		mistake string
		step    stepper
		sigmas  []float64
	}{
		{"too few steps of Heun", heun, levelsBeyond(narrowest, widest, 5)},
		{"too few ancestral steps", steppers[Ancestral], levelsBeyond(narrowest, widest, 10)},
		{"twice the variance of the noise", noisy(math.Sqrt2), sigmas},
		{"half the variance of the noise", noisy(math.Sqrt2 / 2), sigmas},
		{"noise left on the draws", heun, upTo(1)},
		{"started too narrow", heun, karras(widest/2, narrowest/100, 100)},
	} {
		x := mat.NewDense(n, 2, nil)
		if err := evolve(t.Context(), "control", x, stream(t), diffusionFrom(denoiser, control.sigmas, control.step).run); err != nil {
			t.Fatal(err)
		}
		disagrees(t, control.mistake, x, c.law, stepBias)
	}
}

// For N(mu, c) the flow from t to s is x -> mu + sqrt((c+s^2)/(c+t^2)) (x - mu).
// Halving the steps of a second-order method divides the error by 4, up to terms
// of the next order, which at these numbers of steps are below a tenth; first order
// would give 2, third 8.
func TestHeunIsOfSecondOrder(t *testing.T) {
	const mu, c, from, to = 0.7, 0.25, 20.0, 0.01
	prior := must(spec.NewIsotropic([]float64{mu}, math.Sqrt(c)))
	const start = 33.0
	want := mu + math.Sqrt((c+to*to)/(c+from*from))*(start-mu)
	failure := func(steps int) float64 {
		x := mat.NewDense(1, 1, []float64{start})
		sigmas := karras(from, to, steps+1)[:steps+1] // without the step to 0
		if err := (reversal{denoiser: prior, levels: varianceExploding(sigmas), step: heun}).descend(t.Context(), x, nil); err != nil {
			t.Fatal(err)
		}
		return math.Abs(x.At(0, 0) - want)
	}
	for _, steps := range []int{100, 200, 400} {
		if ratio := failure(steps) / failure(2*steps); ratio < 3.6 || ratio > 4.4 {
			t.Errorf("the error falls by %.3f from %d steps to %d, want about 4", ratio, steps, 2*steps)
		}
	}
}

// deviationFactor returns, by the recursion that a method is on N(0, c), the
// deviation of its draws over the true one. Start, steps and end are all linear.
func deviationFactor(method Method, c float64, sigmas []float64) float64 {
	shrink := func(sigma float64) float64 { return c / (c + sigma*sigma) }
	variance := sigmas[0] * sigmas[0]
	for i, s := range sigmas[1:] {
		t := sigmas[i]
		factor, fresh := 0.0, 0.0
		switch {
		case s == 0:
			factor = shrink(t)
		case method == Heun:
			slope := (1 - shrink(t)) / t
			next := 1 + (s-t)*slope
			factor = 1 + (s-t)/2*(slope+next*(1-shrink(s))/s)
		default:
			factor = shrink(t) + s*s/(t*t)*(1-shrink(t))
			fresh = t*t - s*s
			if method == Ancestral {
				fresh *= s * s / (t * t)
			}
		}
		variance = factor*factor*variance + fresh
	}
	return math.Sqrt(variance / c)
}

// The claim in the comment of sigmaRange: with enough steps to forget their
// error, start and end leave the deviation short by 1 part in 10^4, to a
// percent of that (the next terms are 10^-8).
func TestStartAndEndCostOnePartInTenThousand(t *testing.T) {
	sigmas := levelsBeyond(1, 1, 20_000)
	if short := 1 - deviationFactor(Heun, 1, sigmas); math.Abs(short-1e-4) > 1e-6 {
		t.Errorf("the deviation is short by %.4g, want 1e-4", short)
	}
}

// The numbers of steps keep the error of the deviation of a Gaussian below these
// shares, on grids for priors whose widest deviation is that many times the narrowest:
// what one pays for the default numbers. The draws have the
// deviation of the recursion: 40,000 draws estimate it to 1/sqrt(80,000) = 0.0035
// relatively, and 6.5 times that, 0.023, is passed with probability 1e-10.
func TestDeviationOfTheDraws(t *testing.T) {
	const n = 40_000
	for _, c := range []struct {
		method Method
		steps  int
		widest float64 // deviation; the narrowest is 1
		bound  float64
	}{
		{Heun, 50, 1, 0.002}, {Euler, 500, 1, 0.011}, {Ancestral, 500, 1, 0.011},
		{Heun, 50, 100, 0.014}, {Euler, 500, 100, 0.024}, {Ancestral, 500, 100, 0.024},
		{Heun, 40, 20, 0.05}, {Euler, 200, 20, 0.05}, {Ancestral, 200, 20, 0.05}, // for stepBias
	} {
		sigmas := levelsBeyond(1, c.widest, c.steps)
		for _, variance := range []float64{1, c.widest, c.widest * c.widest} {
			factor := deviationFactor(c.method, variance, sigmas)
			if math.Abs(factor-1) > c.bound {
				t.Errorf("%s with %d steps: deviation %.4g off by %.4f, want at most %v", c.method, c.steps, math.Sqrt(variance), factor-1, c.bound)
			}
		}
	}
	// With few steps the error is large and known.
	for _, method := range []Method{Heun, Euler, Ancestral} {
		const steps = 6
		factor := deviationFactor(method, 1, levelsBeyond(1, 1, steps))
		p := must(spec.NewProblem("unit", newUnit(1), spec.Unmeasured(1)))
		x := sample(t, Diffusion{method, steps}, p, nil, n, stream(t))
		got := mat.Norm(x, 2) / math.Sqrt(n)
		if math.Abs(got/factor-1) > 0.023 {
			t.Errorf("%s with %d steps: deviation %.4f, by the recursion %.4f", method, steps, got, factor)
		}
		if math.Abs(factor-1) < 0.023 {
			t.Errorf("%s with %d steps: the control is too good, %.4f", method, steps, factor)
		}
	}
}

// The centre of the start is the mean, however far the prior is from the origin.
func TestStartIsCentred(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sd := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log10 sd"))
		mean := sd * math.Pow(10, rapid.Float64Range(-3, 9).Draw(t, "log10 distance"))
		prior := must(spec.NewIsotropic([]float64{mean, -mean}, sd))
		centre := smoothedMode(prior, 10*sd)
		// 1e-7 sigma is promised; rounding the mean adds 1e-15 of it.
		tol := 1e-7*10*sd + 1e-15*mean
		if math.Abs(centre[0]-mean) > tol || math.Abs(centre[1]+mean) > tol {
			t.Fatalf("centre %v, want %v within %v", centre, mean, tol)
		}
	})
}

// A flat direction stays flat, and a point mass is itself.
func TestDiffusionOnFlatPriors(t *testing.T) {
	prior := must(spec.NewDiagonal([]float64{5, -3}, []float64{2, 0}))
	p := must(spec.NewProblem("flat", prior, spec.Unmeasured(2)))
	for _, s := range []Diffusion{{Heun, 50}, {Euler, 50}, {Ancestral, 50}} {
		x := sample(t, s, p, nil, 100, stream(t))
		for i := range 100 {
			if math.Abs(x.At(i, 1)+3) > 1e-12 {
				t.Fatalf("%s leaves a flat direction at %v, want -3", s.Name(), x.At(i, 1))
			}
		}
	}
	point := must(spec.NewProblem("point", must(spec.NewIsotropic([]float64{7}, 0)), spec.Unmeasured(1)))
	for _, s := range []Diffusion{{Heun, 5}, {Ancestral, 5}} {
		if x := sample(t, s, point, nil, 3, stream(t)); math.Abs(x.At(0, 0)-7) > 1e-12 {
			t.Errorf("%s on a point mass at 7 draws %v", s.Name(), x.At(0, 0))
		}
	}
}

func TestDiffusionWantsAScale(t *testing.T) {
	for _, scale := range [][2]float64{{0, 1}, {2, 1}, {math.NaN(), 1}, {1, math.Inf(1)}} {
		p := must(spec.NewProblem("odd", oddScale{newUnit(1), scale}, spec.Unmeasured(1)))
		if err := (Diffusion{Heun, 5}).Sample(context.Background(), mat.NewDense(1, 1, nil), p, nil, stream(t)); err == nil {
			t.Errorf("no error for a scale of %v", scale)
		}
	}
}

type oddScale struct {
	*unit
	scale [2]float64
}

func (o oddScale) Scale() (narrowest, widest float64) { return o.scale[0], o.scale[1] }
