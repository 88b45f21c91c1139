package samplers

import (
	"context"
	"fmt"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// SMC is the bootstrap particle filter (Gordon, Salmond and Smith 1993) down the ancestral steps of a
// variance-preserving diffusion: particles move as if nothing were measured, and the likelihood of their denoised
// points alone weighs them, at the last step that of the points themselves. It is [TDS] with Tau = 0 and
// without the gradient, so that it needs neither a Jacobian nor a linear measurement, and many more particles. Its
// schedule expects a prior of about unit scale round the origin. A system is resampled, systematically,
// before a step if its effective particles are fewer than Threshold times Particles.
type SMC struct {
	Steps     int
	Particles int
	Threshold float64
}

func (s SMC) Name() string {
	return fmt.Sprintf("smc:steps=%d,particles=%d,threshold=%v", s.Steps, s.Particles, s.Threshold)
}

// Fewer implements [spec.Stepwise].
func (s SMC) Fewer() (spec.Sampler, bool) {
	s.Steps /= 2
	return s, s.Steps > 0
}

// Independent is true: every draw is of a system of particles of its own.
func (s SMC) Independent() bool { return true }

// Sample fills the rows of dst (L x d) with independent draws for y (length m). It
// declines a prior that is not a [spec.Denoiser] and a measurement that is not a [spec.Likelihood]. It is an error if
// no particle of a draw can have given y.
func (s SMC) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	if err := atLeastOne(s.Name(), s.Steps); err != nil {
		return err
	}
	if err := particlesInRange(s.Name(), s.Particles, s.Threshold); err != nil {
		return err
	}
	denoiser, err := denoiserOf(ctx, s.Name(), p)
	if err != nil {
		return err
	}
	if p.Rows() == 0 {
		return unweighted(ctx, s.Name(), s.Steps, denoiser, dst, rng)
	}
	likelihood, ok := p.Likelihood()
	if !ok {
		return spec.Refuse("%s needs the likelihood of y given x, and problem %s has none", s.Name(), p.Name())
	}
	return s.loop(denoiser, likelihood, y).fill(ctx, s.Name(), dst, rng)
}

// loop returns what Sample runs where something is measured.
func (s SMC) loop(denoiser spec.Denoiser, likelihood spec.Likelihood, y []float64) particleLoop {
	return particleLoop{
		denoiser: denoiser, levels: downwards(s.Steps), rule: ddim(1), particles: s.Particles, threshold: s.Threshold,
		twist: func(int) twist {
			return twist{at: func(logs []float64, _ *mat.Dense, b *batch, _ level) { likelihood.LogLikelihood(logs, b.clean, y) }}
		},
		likelihood: likelihood, y: y,
	}
}
