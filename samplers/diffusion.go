package samplers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// Method is a way to integrate the reverse diffusion.
type Method string

// The methods. In all of them the last step, to sigma = 0, returns the denoised
// point.
const (
	// Heun integrates the probability-flow ODE dx/dsigma = (x - D(x))/sigma by
	// Heun's method (Karras et al. 2022, Algorithm 1): second order, two
	// calls of the denoiser a step, deterministic after the start.
	Heun Method = "heun"
	// Euler integrates the reverse SDE by Euler-Maruyama in the variance
	// sigma^2: from t to s,
	// x += (t^2 - s^2) score + sqrt(t^2 - s^2) z. First order in law.
	Euler Method = "euler"
	// Ancestral draws from the exact bridge between x and the denoised point
	// D: x = D + (s^2/t^2)(x - D) + s sqrt(1 - s^2/t^2) z. The mean of the
	// step is that of Euler, the noise is smaller by s/t. First order in law.
	Ancestral Method = "ancestral"
)

// Diffusion is the unconditional diffusion sampler (Theorem 1.4), which ignores y
// and needs nothing but the denoiser of the prior: noise of widths far beyond
// the prior is brought down to zero over Steps levels, spaced as in [karras]. 50 steps of
// Heun's method suffice for deviations from 1 to 3,000, 500 of the others from 1 to
// 10,000.
type Diffusion struct {
	Method Method
	Steps  int
}

// sigmaRange returns F, how far the noise goes beyond the prior's scale: from F times
// the widest deviation down to the narrowest over F.
//
// Along a direction of variance c, the law at sigma is wider than the noise alone,
// from which we start, by sqrt(1 + c/sigma^2), and the flow keeps that ratio: the
// draws are too narrow by the factor 1 - 1/(2 F^2). In total variation the start
// is off by at most sqrt(d/8)/F^2. The last step returns the mean of x0 and drops
// its variance, about sigma^2 where sigma is far below every deviation: it makes
// the deviation c/sqrt(c + sigma^2), too narrow by the same factor again. Together
// they cost 1/F^2, and a wider range costs longer steps, whose error falls as
// steps^-2 with Heun's method. F = steps/2 lets both fall together, neither
// far above the other; at 100, one part in 10^4, it takes some 10^9 draws to
// notice.
func sigmaRange(steps int) float64 {
	return min(max(float64(steps)/2, 10), 100)
}

func (s Diffusion) Name() string {
	return fmt.Sprintf("diffusion:method=%s,steps=%d", s.Method, s.Steps)
}

// Fewer implements [spec.Stepwise].
func (s Diffusion) Fewer() (spec.Sampler, bool) {
	s.Steps /= 2
	return s, s.Steps > 0
}

// Independent is true.
func (s Diffusion) Independent() bool { return true }

// Sample fills the rows of dst with independent draws from the prior, near enough;
// y is not used. It declines a prior that is not a [spec.Denoiser], and one whose widest
// deviation is so many times the narrowest, more than 1,000, that the steps leave a
// deviation off by more than 0.05 of itself; the refusal says how many would do.
func (s Diffusion) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, _ []float64, rng *rand.Rand) error {
	if err := atLeastOne(s.Name(), s.Steps); err != nil {
		return err
	}
	step, ok := steppers[s.Method]
	if !ok {
		return fmt.Errorf("%s: unknown method %q, want %s, %s or %s", s.Name(), s.Method, Heun, Euler, Ancestral)
	}
	denoiser, err := denoiserOf(ctx, s.Name(), p)
	if err != nil {
		return err
	}
	narrowest, widest := denoiser.Scale()
	if !(0 < narrowest && narrowest <= widest && !math.IsInf(widest, 1)) {
		return fmt.Errorf("%s: the prior's scale is from %v to %v, want 0 < narrowest <= widest", s.Name(), narrowest, widest)
	}
	if err := s.resolves(narrowest, widest); err != nil {
		return err
	}
	flow := diffusionFrom(denoiser, levelsBeyond(narrowest, widest, s.Steps), step)
	return evolve(ctx, s.Name(), dst, rng, flow.run)
}

// levelsBeyond returns the noise levels for a prior of the given scale.
func levelsBeyond(narrowest, widest float64, steps int) []float64 {
	f := sigmaRange(steps)
	return karras(f*widest, narrowest/f, steps)
}

// diffusionFrom returns the diffusion down the given deviations of the noise, from noise of the
// first round the centre of the prior.
func diffusionFrom(denoiser spec.Denoiser, sigmas []float64, step stepper) reversal {
	return reversal{
		denoiser: denoiser,
		levels:   varianceExploding(sigmas),
		centre:   smoothedMode(denoiser, sigmas[0]),
		spread:   sigmas[0],
		step:     step,
	}
}

// smoothedMode returns the mode of the law smoothed by sigma, far above its
// width, where it is all but the mean: the fixed point of the denoiser. From the
// origin the distance shrinks by (width/sigma)^2 an iteration, 0.01 or less
// here, so once a move is below sigma/10^5 the rest is below 1e-7 sigma.
func smoothedMode(denoiser spec.Denoiser, sigma float64) []float64 {
	x, next := mat.NewDense(1, denoiser.Dim(), nil), mat.NewDense(1, denoiser.Dim(), nil)
	for range 32 {
		denoiser.Denoise(next, x, sigma)
		x.Sub(next, x)
		move := mat.Norm(x, 2)
		x.Copy(next)
		if move <= sigma/1e5 {
			break
		}
	}
	return x.RawRowView(0)
}

// steppers holds the step of each method.
var steppers = map[Method]stepper{
	Heun:      heun,
	Euler:     towards(stochastic(noiseOf[Euler])),
	Ancestral: towards(stochastic(noiseOf[Ancestral])),
}

// noiseOf holds the deviation of the noise of a step from t to s.
var noiseOf = map[Method]func(t, s float64) float64{
	Euler: func(t, s float64) float64 {
		if s == 0 {
			return 0
		}
		return math.Sqrt((t - s) * (t + s))
	},
	Ancestral: func(t, s float64) float64 {
		return s / t * math.Sqrt((t-s)*(t+s))
	},
}

// stochastic returns the rule x = x0 + (s^2/t^2)(x - x0) + noise of the deviation given for
// a step from t to s.
func stochastic(deviation func(t, s float64) float64) rule {
	return func(from, to level) (float64, float64) {
		t, s := from.noise, to.noise
		keep := s / t * (s / t)
		return keep, deviation(t, s)
	}
}
