package samplers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"assay/internal/langevin"
	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// AnnealedLangevin is the posterior sampler of Xun, Gupta and Price 2025 (Algorithm 1):
// it starts from a draw of the prior by diffusion, and follows it through the posteriors
// of ever less noisy measurements, y_1, ..., y_N = y, of which y_i is
// y_(i+1) + N(0, (eta_i^2 - eta_(i+1)^2) I), by a leg of Langevin steps for each from the
// second on, with the drift score(x) + A^T (y_i - A x)/eta_i^2. For a prior that is
// strongly log-concave, or nearly so around a good enough guess that is measured too, it
// is right to any accuracy in polynomial time; between modes that are further apart it
// does not move, so that it gives them the weights of the prior. It needs no Jacobian.
//
// What differs from the original. Its schedule solves an inequality for each level, with a
// constant that is not given; here (eta_i/eta_(i+1))^2 is at most 1.5 (2 is admissible), from
// an eta_1 of ten times the widest deviation of the prior, as A stretches it, where y says
// little. Its legs take equal times; here they take equally many steps, of the length
// Step/(1/narrowest^2 + |A|^2/eta_i^2), which is stable, and which in the stiffest
// direction makes the variance too large by about Step/2. The score is that of the prior
// smoothed by a thirtieth of its narrowest deviation, since no denoiser has one at 0. The
// published experiments start from draws of DPS instead.
type AnnealedLangevin struct {
	Steps int     // a leg, at least 1
	Step  float64 // above 0, at most 1
}

func (s AnnealedLangevin) Name() string {
	return fmt.Sprintf("alangevin:steps=%d,step=%v", s.Steps, s.Step)
}

// Fewer implements [spec.Stepwise].
func (s AnnealedLangevin) Fewer() (spec.Sampler, bool) {
	s.Steps /= 2
	return s, s.Steps > 0
}

// Independent is true: every draw is the end of a chain of its own.
func (s AnnealedLangevin) Independent() bool { return true }

const langevinStart = 50 // Heun steps of the diffusion that draws from the prior

// Sample fills the rows of dst (L x d) with independent draws for y (length m). It declines
// a prior that is not a [spec.Denoiser], and one without a density, which has no score.
func (s AnnealedLangevin) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	if err := atLeastOne(s.Name(), s.Steps); err != nil {
		return err
	}
	if !(0 < s.Step && s.Step <= 1) {
		return fmt.Errorf("%s: step is %v, want a number above 0, at most 1", s.Name(), s.Step)
	}
	denoiser, measurement, err := linearInverse(ctx, s.Name(), p)
	if err != nil {
		return err
	}
	narrowest, widest := denoiser.Scale()
	plan := langevin.NewPlan(s.Step, narrowest, widest, spectralNorm(measurement), measurement.Beta())
	prior := diffusionFrom(denoiser, levelsBeyond(narrowest, widest, langevinStart), heun)
	if len(plan.Legs) > 0 && !hasDensity(denoiser, prior.centre, plan.Smoothing) {
		return spec.Refuse("%s needs a prior with a density, and that of problem %s has standard deviation 0 in some direction", s.Name(), p.Name())
	}
	return evolve(ctx, s.Name(), dst, rng, func(ctx context.Context, x *mat.Dense, noise streams) error {
		if err := prior.run(ctx, x, noise); err != nil || len(plan.Legs) == 0 {
			return err
		}
		return newLangevin(denoiser, measurement, x, y, plan).run(ctx, s.Steps, noise)
	})
}

// chains is a batch of chains under way.
type chains struct {
	denoiser    spec.Denoiser
	measurement spec.Linear
	plan        langevin.Plan
	x           *mat.Dense // n x d
	score       *mat.Dense // n x d
	pull        *mat.Dense // n x d: A^T (y_i - A x)
	y           []float64
	shift       *mat.Dense // n x m: y_i - y
	residual    *mat.Dense // n x m
}

func newLangevin(denoiser spec.Denoiser, m spec.Linear, x *mat.Dense, y []float64, plan langevin.Plan) *chains {
	n, d := x.Dims()
	return &chains{
		denoiser, m, plan, x,
		mat.NewDense(n, d, nil), mat.NewDense(n, d, nil),
		y, mat.NewDense(n, len(y), nil), mat.NewDense(n, len(y), nil),
	}
}

// run goes through the legs, steps a leg.
func (c *chains) run(ctx context.Context, steps int, noise streams) error {
	last := c.plan.Legs[len(c.plan.Legs)-1].Eta
	// Given y_N the shift of y_i has the variance eta_i^2 - eta_N^2. It is drawn from y_1
	// on, each given the one before: a Brownian bridge that ends at 0.
	variance := excess(c.plan.Start, last)
	noise.addNormal(c.shift, math.Sqrt(variance))
	for _, leg := range c.plan.Legs {
		next := excess(leg.Eta, last)
		c.shift.Scale(next/variance, c.shift)
		noise.addNormal(c.shift, math.Sqrt(next*(1-next/variance)))
		variance = next
		for range steps {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.step(leg, noise)
		}
	}
	return nil
}

// excess returns a^2 - b^2.
func excess(a, b float64) float64 { return (a - b) * (a + b) }

func (c *chains) step(leg langevin.Leg, noise streams) {
	c.denoiser.Denoise(c.score, c.x, c.plan.Smoothing)
	c.measurement.Residual(c.residual, c.x, c.y)
	c.residual.Add(c.residual, c.shift)
	c.measurement.Adjoint(c.pull, c.residual)
	x, score, pull := c.x.RawMatrix().Data, c.score.RawMatrix().Data, c.pull.RawMatrix().Data
	prior := leg.Step / c.plan.Smoothing / c.plan.Smoothing
	likelihood := leg.Step / leg.Eta / leg.Eta
	for k, v := range x {
		x[k] = v + prior*(score[k]-v) + likelihood*pull[k]
	}
	noise.addNormal(c.x, math.Sqrt(2*leg.Step))
}

// powerIterations find a norm to a few percent, which is enough for a step length.
const powerIterations = 20

// oblique returns a vector of length d that could be orthogonal to another only by
// accident.
func oblique(d int) *mat.Dense {
	v, rng := mat.NewDense(1, d, nil), spec.Stream(0, "oblique", nil, 0)
	for j := range d {
		v.Set(0, j, rng.NormFloat64())
	}
	return v
}

// spectralNorm returns |A| by power iteration on A^T A; 0 if nothing is measured.
func spectralNorm(m spec.Linear) float64 {
	if m.Rows() == 0 {
		return 0
	}
	v, u, norm := oblique(m.Dim()), mat.NewDense(1, m.Rows(), nil), 0.
	for range powerIterations {
		v.Scale(1/mat.Norm(v, 2), v)
		m.Forward(u, v)
		if norm = mat.Norm(u, 2); norm == 0 {
			return 0
		}
		m.Adjoint(v, u)
	}
	return norm
}

// hasDensity reports whether the law spreads in every direction near the centre: along a
// direction of deviation 0 the Jacobian J of its denoiser is 0, however little the noise, and
// I - J has an eigenvalue of 1. Elsewhere I - J is about (smoothing/deviation)^2, at most
// 1/900.
func hasDensity(denoiser spec.Denoiser, centre []float64, smoothing float64) bool {
	if smoothing*smoothing < 0x1p-1000 {
		return false // as far as a float64 can tell
	}
	x, clean := mat.NewDense(1, len(centre), centre), mat.NewDense(1, len(centre), nil)
	jacobian := denoiser.Linearize(clean, x, smoothing)
	v, w := oblique(len(centre)), mat.NewDense(1, len(centre), nil)
	for range powerIterations {
		v.Scale(1/mat.Norm(v, 2), v)
		jacobian(w, v)
		v.Sub(v, w)
		if !(mat.Norm(v, 2) > 0) {
			return true
		}
	}
	return mat.Norm(v, 2) < 0.5 || mat.Norm(v, 2) > 1.5
}
