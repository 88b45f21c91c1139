package samplers

import (
	"context"
	"fmt"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// TDS is the twisted diffusion sampler (Wu, Trippe, Naesseth, Blei and Cunningham 2023, Algorithm 1):
// the ancestral steps of a variance-preserving diffusion, guided by the gradient of a twist, a guess
// at p(y | x_t), and corrected by the weights of Particles particles. It is right in the limit of many, but
// for the length of the steps, whatever the prior and the twist; with one it is a heuristic, as
// [DPS] and [PiGDM] are.
//
// The twist is the law of y if x0 given x_t were normal with the denoised point D as its mean and v I as
// its covariance: N(y; A D, v A A^T + beta^2 I), v = sigma^2 Tau^2/(sigma^2 + Tau^2), which is the variance of
// x0 given x_t where the prior is N(0, Tau^2 I). Tau = 0 is the likelihood of D. As in [PiGDM], a step goes
// towards D plus sigma^2 J A^T (v A A^T + beta^2 I)^-1 (y - A D), the mean of x0 given y by Tweedie's formula,
// J being the Jacobian of D; the last goes to D itself, whose weight has the true likelihood.
//
// A system is resampled, systematically, before a step if its effective particles are fewer than
// Threshold times Particles: 1 is every step, 0 never. The authors resample at every one of 100 steps, with 2 to 64
// particles.
//
// What differs from the original. It measures pixels without noise, so that A A^T = I and beta = 0, and its Tau
// is sqrt(0.12), for images; here the schedule expects a prior of about unit scale round the origin. Its paper moves
// the mean of a step by variance times grad log twist, its code towards a shifted D as here: the same for short
// steps, and right where the twist is. It returns the weighted particles of one system; here a draw is one
// particle, picked by its weight, of a system of its own, so that draws are independent. Its model learns the
// variance of a step; this one takes that of the exact bridge. It clips the shifted points to [-1, 1].
type TDS struct {
	Steps     int
	Particles int
	Tau       float64
	Threshold float64
}

func (s TDS) Name() string {
	return fmt.Sprintf("tds:steps=%d,particles=%d,tau=%v,threshold=%v", s.Steps, s.Particles, s.Tau, s.Threshold)
}

// Fewer implements [spec.Stepwise].
func (s TDS) Fewer() (spec.Sampler, bool) {
	s.Steps /= 2
	return s, s.Steps > 0
}

// Independent is true: every draw is of a system of particles of its own.
func (s TDS) Independent() bool { return true }

// Sample fills the rows of dst (L x d) with independent draws for y (length m). It
// declines a prior that is not a [spec.Denoiser] and a measurement that is not linear. It is an error if
// all particles of a draw diverge.
func (s TDS) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	if err := atLeastOne(s.Name(), s.Steps); err != nil {
		return err
	}
	if err := particlesInRange(s.Name(), s.Particles, s.Threshold); err != nil {
		return err
	}
	if !(s.Tau >= 0) {
		return fmt.Errorf("%s: tau is %v, want a number from 0", s.Name(), s.Tau)
	}
	denoiser, measurement, factors, err := factorisedInverse(ctx, s.Name(), p, y)
	if err != nil {
		return err
	}
	if factors == nil {
		return unweighted(ctx, s.Name(), s.Steps, denoiser, dst, rng)
	}
	return s.loop(denoiser, measurement, factors, y).fill(ctx, s.Name(), dst, rng)
}

// loop returns what Sample runs where something is measured.
func (s TDS) loop(denoiser spec.Denoiser, measurement spec.Linear, factors *singularFactors, y []float64) particleLoop {
	return particleLoop{
		denoiser: denoiser, levels: downwards(s.Steps), rule: ddim(1), particles: s.Particles, threshold: s.Threshold,
		twist: func(points int) twist { return s.twist(factors.pseudoInverse(points)) }, likelihood: measurement, y: y,
	}
}

// twist returns the twist for a batch of points.
func (s TDS) twist(g *pseudoInverseGuidance) twist {
	return twist{guides: true, at: func(logs []float64, shift *mat.Dense, b *batch, at level) {
		v := 1 / (1/(at.sigma()*at.sigma()) + 1/(s.Tau*s.Tau))
		g.at(shift, b.clean, v, b.product)
		blas64.Scal(at.sigma()*at.sigma(), vector(shift))
		g.logDensity(logs, v)
	}}
}
