package samplers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// DPS is diffusion posterior sampling (Chung et al. 2023, Algorithm 1): every
// ancestral step of a variance-preserving diffusion is followed by a step of length
// Zeta times the gradient, with respect to x_t, of the norm |y - A x0(x_t)|,
// not of its square, x0 being the denoised point. Neither beta nor the spread of x0
// about the denoised point enters, so it is a heuristic. The norm is that of each
// row alone (the original code took it over the whole batch, so that the
// draws depended on each other). Its schedule expects a prior of about unit scale
// round the origin. The authors use 1,000 steps and Zeta from 0.3 (blur,
// super-resolution) to 0.5 (inpainting).
type DPS struct {
	Zeta  float64
	Steps int
}

func (s DPS) Name() string { return fmt.Sprintf("dps:zeta=%v,steps=%d", s.Zeta, s.Steps) }

// Fewer implements [spec.Stepwise].
func (s DPS) Fewer() (spec.Sampler, bool) {
	s.Steps /= 2
	return s, s.Steps > 0
}

// Independent is true.
func (s DPS) Independent() bool { return true }

// Sample fills the rows of dst (L x d) with independent draws for y (length m). It
// declines a prior that is not a [spec.Denoiser] and a measurement that is not linear.
func (s DPS) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	if err := atLeastOne(s.Name(), s.Steps); err != nil {
		return err
	}
	if !(s.Zeta >= 0) || math.IsInf(s.Zeta, 1) {
		return fmt.Errorf("%s: zeta is %v, want a finite number from 0", s.Name(), s.Zeta)
	}
	denoiser, m, err := linearInverse(ctx, s.Name(), p)
	if err != nil {
		return err
	}
	loop := reversal{denoiser: denoiser, levels: downwards(s.Steps), spread: 1, step: towards(ddim(1))}
	if m.Rows() > 0 {
		loop.guide = func(rows int) guidance { return s.guidance(newNormGradient(m, rows, y)) }
	}
	return evolve(ctx, s.Name(), dst, rng, loop.run)
}

// guidance follows the gradient after each step.
func (s DPS) guidance(gradient *normGradient) guidance {
	return guidance{jacobian: true, after: func(b *batch, from, _ level) {
		// x_t / signal went into the denoiser, so the chain rule divides by signal.
		gradient.at(b.scratch, b.clean, b.product)
		floats.AddScaled(b.x.RawMatrix().Data, -s.Zeta/from.signal, b.scratch.RawMatrix().Data)
	}}
}

// normGradient computes the gradient of |y - A x0(x)| for the rows of a batch.
type normGradient struct {
	measurement spec.Linear
	y           []float64
	residual    *mat.Dense // rows x m
}

func newNormGradient(m spec.Linear, rows int, y []float64) *normGradient {
	return &normGradient{m, y, mat.NewDense(rows, m.Rows(), nil)}
}

// at stores in row i of dst (n x d) the gradient -J A^T r/|r|, r = y - A x0, at
// row i of x0, J being the Jacobian of x0 there. Where r is zero the norm has no
// gradient, and at stores 0, its smallest subgradient.
func (g *normGradient) at(dst, x0 *mat.Dense, jacobian func(dst, v *mat.Dense)) {
	g.measurement.Residual(g.residual, x0, g.y)
	rows, m := g.residual.Dims()
	for i := range rows {
		r := blas64.Vector{N: m, Data: g.residual.RawRowView(i), Inc: 1}
		if norm := blas64.Nrm2(r); norm > 0 {
			blas64.Scal(-1/norm, r)
		}
	}
	g.measurement.Adjoint(dst, g.residual)
	jacobian(dst, dst)
}
