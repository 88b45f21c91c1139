package samplers

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"assay/internal/langevin"
	"assay/internal/tweedie"
	"assay/spec"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// langevinLaw returns the mean and the variance of the draws on N(mean, sd^2), measured by a
// gain and noise beta: every step is affine in x, the shift of y and fresh noise, so that
// x and the shift are jointly Gaussian. It starts from the prior itself.
func langevinLaw(s AnnealedLangevin, mean, sd, gain, beta, y float64) (m, variance float64) {
	plan := langevin.NewPlan(s.Step, sd, sd, math.Abs(gain), beta)
	m, variance = mean, sd*sd
	shift, covariance := plan.Start*plan.Start-beta*beta, 0.
	for _, leg := range plan.Legs {
		next := leg.Eta*leg.Eta - beta*beta
		covariance *= next / shift
		shift = next
		prior := leg.Step / (sd*sd + plan.Smoothing*plan.Smoothing)
		likelihood := leg.Step * gain / (leg.Eta * leg.Eta)
		for range s.Steps {
			keep := 1 - prior - likelihood*gain
			variance = keep*keep*variance + 2*keep*likelihood*covariance + likelihood*likelihood*shift + 2*leg.Step
			covariance = keep*covariance + likelihood*shift
			m = keep*m + prior*mean + likelihood*y
		}
	}
	return m, variance
}

// The draws have the law that the recursion says, with few steps, when it is far from the
// posterior, and with many, when it is near. The start by diffusion is off by 1/1250 of a
// deviation at most (sigmaRange), which few steps keep: a distance of 2e-4.
func TestAnnealedLangevinHasItsLaw(t *testing.T) {
	const n, mean, sd, bias = 3000, 1, 0.5, 2e-4
	for _, c := range []struct{ gain, beta, y float64 }{{1, 0.2, 0}, {-2, 0.1, -3}, {1, 5, 6}} {
		p := must(spec.NewProblem("line", must(spec.NewIsotropic([]float64{mean}, sd)), must(spec.NewLinear(mat.NewDense(1, 1, []float64{c.gain}), c.beta))))
		precision := 1/(sd*sd) + c.gain*c.gain/(c.beta*c.beta)
		posterior := sumLaw{[]float64{1}, [][]float64{{(mean/(sd*sd) + c.gain*c.y/(c.beta*c.beta)) / precision}}, []*mat.SymDense{isotropic(1, 1/precision)}}
		for _, s := range []AnnealedLangevin{{1, 0.5}, {1, 1}, {40, 0.3}} {
			what := fmt.Sprintf("%s, %+v", s.Name(), c)
			m, v := langevinLaw(s, mean, sd, c.gain, c.beta, c.y)
			draws := sample(t, s, p, []float64{c.y}, n, stream(t))
			agrees(t, what, draws, sumLaw{[]float64{1}, [][]float64{{m}}, []*mat.SymDense{isotropic(1, v)}}, bias)
			if s.Steps == 40 { // the variance is too large by 1/(1 - 0.15) at most, a distance of 0.021
				agrees(t, what+", posterior", draws, posterior, 0.021)
			} else if c.beta < 1 { // and where y says much, few steps are not enough
				disagrees(t, what+", posterior", draws, posterior, bias)
			}
		}
	}
}

// langevinByHand is Algorithm 1 for one row, from a start, with the noise in the order in
// which the sampler draws it and the formulas written out.
func langevinByHand(s AnnealedLangevin, p *spec.Problem, norm float64, y, x []float64, rng *rand.Rand) {
	narrowest, widest := p.Prior().(spec.Denoiser).Scale()
	measurement, _ := p.Linear()
	plan := langevin.NewPlan(s.Step, narrowest, widest, norm, measurement.Beta())
	a, target := measurement.A(), plan.Legs[len(plan.Legs)-1].Eta
	m, d := a.Dims()
	own := make([]float64, m) // y_i
	for i := range own {
		own[i] = y[i] + math.Sqrt(plan.Start*plan.Start-target*target)*rng.NormFloat64()
	}
	before := plan.Start
	score, at := mat.NewDense(1, d, nil), mat.NewDense(1, d, nil)
	for _, leg := range plan.Legs {
		// y_i given y_(i-1) and y_N: normal, the precisions of the two ways to it added.
		if up, down := before*before-leg.Eta*leg.Eta, leg.Eta*leg.Eta-target*target; down > 0 {
			for i := range own {
				mean := (own[i]/up + y[i]/down) / (1/up + 1/down)
				own[i] = mean + rng.NormFloat64()/math.Sqrt(1/up+1/down)
			}
		} else {
			copy(own, y)
		}
		before = leg.Eta
		for range s.Steps {
			at.SetRow(0, x)
			tweedie.Score(score, p.Prior().(spec.Denoiser), at, plan.Smoothing)
			drift := append([]float64(nil), score.RawRowView(0)...)
			for i := range own {
				r := (own[i] - floats.Dot(a.RawRowView(i), x)) / (leg.Eta * leg.Eta)
				floats.AddScaled(drift, r, a.RawRowView(i))
			}
			for j := range x {
				x[j] += leg.Step*drift[j] + math.Sqrt(2*leg.Step)*rng.NormFloat64()
			}
		}
	}
}

// Step by step it does what the algorithm says, on a prior whose score is not linear. Rounding,
// 1e-15 a step and more where the smoothing divides it, stays below 1e-9; a step of another length moves
// the draws by a hundredth and more.
func TestAnnealedLangevinIsAlgorithm1(t *testing.T) {
	p, y := guided()
	const n = 6
	s := AnnealedLangevin{Steps: 7, Step: 0.3}
	got := sample(t, s, p, y, n, stream(t))
	start := sample(t, Diffusion{Heun, langevinStart}, p, y, n, stream(t))
	other := sample(t, AnnealedLangevin{Steps: 7, Step: 0.31}, p, y, n, stream(t))
	measurement, _ := p.Linear()
	norm := spectralNorm(measurement)
	for i, rng := range splitStreams(stream(t), n) {
		for range p.Dim() {
			rng.NormFloat64() // of the start
		}
		x := append([]float64(nil), start.RawRowView(i)...)
		langevinByHand(s, p, norm, y, x, rng)
		for j, v := range x {
			if math.Abs(got.At(i, j)-v) > 1e-8 {
				t.Errorf("draw %d is %v, by hand %v", i, got.RawRowView(i), x)
				break
			}
		}
	}
	if mat.EqualApprox(got, other, 1e-3) {
		t.Error("a step of another length gives the same draws")
	}
}

// The plan goes down by at most half in variance, ends at the noise itself, begins where y
// says little, and takes steps shorter than the stiffest direction allows.
func TestLangevinPlan(t *testing.T) {
	s := AnnealedLangevin{Steps: 10, Step: 0.2}
	for _, c := range []struct{ narrowest, widest, norm, beta float64 }{
		{1, 1, 1, 1}, {0.1, 10, 3, 1e-3}, {1, 2, 1, 1e4}, {1e-6, 1e6, 1e3, 1e-6},
	} {
		plan := langevin.NewPlan(s.Step, c.narrowest, c.widest, c.norm, c.beta)
		if plan.Start < 10*c.norm*c.widest*(1-1e-12) || plan.Smoothing > c.narrowest/30*(1+1e-12) {
			t.Errorf("%+v: start %v, smoothing %v", c, plan.Start, plan.Smoothing)
		}
		before := plan.Start
		for _, leg := range plan.Legs {
			ratio := before / leg.Eta * (before / leg.Eta)
			stiffness := 1/(c.narrowest*c.narrowest) + c.norm*c.norm/(leg.Eta*leg.Eta)
			if !(1 < ratio && ratio <= 1.5+1e-9) || math.Abs(leg.Step*stiffness/s.Step-1) > 1e-9 {
				t.Errorf("%+v: after eta = %v leg %+v", c, before, leg)
			}
			before = leg.Eta
		}
		if math.Abs(before/c.beta-1) > 1e-12 {
			t.Errorf("%+v: it ends at eta = %v", c, before)
		}
	}
	if plan := langevin.NewPlan(s.Step, 1, 1, 0, 1); len(plan.Legs) != 0 {
		t.Errorf("with nothing measured there are %d legs", len(plan.Legs))
	}
}

// The norm is that of the singular values, to a tenth: the first two of these are at
// least a fifth apart, so that 20 iterations leave less than (1/1.2)^40.
func TestSpectralNorm(t *testing.T) {
	for k, a := range append(oddMatrices(), mat.NewDense(2, 2, []float64{3, 0, 0, 1})) {
		var svd mat.SVD
		svd.Factorize(a, mat.SVDNone)
		want := svd.Values(nil)[0]
		if got := spectralNorm(must(spec.NewLinear(a, 1))); !(got >= 0.9*want && got <= want*(1+1e-12)) {
			t.Errorf("matrix %d: norm %v, by its singular values %v", k, got, want)
		}
	}
	if got := spectralNorm(spec.Unmeasured(3)); got != 0 {
		t.Errorf("nothing measured has the norm %v", got)
	}
}

// A law of deviation 0 in some direction has no score, whatever the others are; one
// that moves little has.
func TestLawWithoutADensityIsDeclined(t *testing.T) {
	a := mat.NewDense(1, 3, []float64{1, 1, 1})
	for _, c := range []struct {
		sd       []float64
		declined bool
	}{{[]float64{1, 0, 2}, true}, {[]float64{0, 0, 1e-3}, true}, {[]float64{0, 0, 0}, true}, {[]float64{1, 1e-3, 2}, false}} {
		p := must(spec.NewProblem("flat", must(spec.NewDiagonal([]float64{1, 2, 3}, c.sd)), must(spec.NewLinear(a, 1))))
		err := (AnnealedLangevin{1, 0.1}).Sample(t.Context(), mat.NewDense(1, 3, nil), p, []float64{1}, stream(t))
		var refusal *spec.Refusal
		if declined := errors.As(err, &refusal); declined != c.declined || declined && !strings.Contains(err.Error(), "needs a prior with a density") {
			t.Errorf("deviations %v: %v", c.sd, err)
		}
	}
}
