package samplers

import (
	"context"
	"fmt"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// PiGDM is pseudo-inverse guided diffusion (Song, Vahdat, Mardani and Kautz 2023).
// It takes x0 given x_t for normal with the denoised point D as its mean and
// r^2 I as its covariance, r^2 = sigma^2/(1 + sigma^2), so that y given x_t has
// the score J A^T (r^2 A A^T + beta^2 I)^-1 (y - A D) on the scale of
// x0 + sigma z, J being the Jacobian of D. By Tweedie's formula the mean of x0
// given x_t and y is then D plus sigma^2 times that, and a DDIM step goes towards it.
// (Public implementations add the guidance after the step, with weights of their
// own; this weight is the one that follows from the assumption, so that the method
// is exact but for the steps where the assumption is true, if the prior is N(0, I).)
// A heuristic otherwise, and unstable for priors much wider than that. Eta is the
// share of fresh noise: 0 for an ODE, 1 for ancestral steps. The authors use 100 steps
// and an eta of 1.
type PiGDM struct {
	Steps int
	Eta   float64
}

func (s PiGDM) Name() string { return fmt.Sprintf("pigdm:steps=%d,eta=%v", s.Steps, s.Eta) }

// Fewer implements [spec.Stepwise].
func (s PiGDM) Fewer() (spec.Sampler, bool) {
	s.Steps /= 2
	return s, s.Steps > 0
}

// Independent is true.
func (s PiGDM) Independent() bool { return true }

// Sample fills the rows of dst (L x d) with independent draws for y (length m). It
// declines a prior that is not a [spec.Denoiser] and a measurement that is not linear.
func (s PiGDM) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	if err := atLeastOne(s.Name(), s.Steps); err != nil {
		return err
	}
	if !(0 <= s.Eta && s.Eta <= 1) {
		return fmt.Errorf("%s: eta is %v, want a number from 0 to 1", s.Name(), s.Eta)
	}
	denoiser, _, factors, err := factorisedInverse(ctx, s.Name(), p, y)
	if err != nil {
		return err
	}
	loop := reversal{denoiser: denoiser, levels: downwards(s.Steps), spread: 1, step: towards(ddim(s.Eta))}
	if factors != nil {
		loop.guide = factors.guidance
	}
	return evolve(ctx, s.Name(), dst, rng, loop.run)
}

// singularFactors is the thin singular value decomposition A/beta = P T Q^T of a
// measurement together with P^T y/beta: it solves for the guidance at every noise
// level, also where A has more rows than columns or not full rank.
type singularFactors struct {
	beta float64
	t    []float64      // k singular values of A/beta
	q    blas64.General // d x k
	y    []float64      // P^T y/beta
}

// factorisedInverse is linearInverse with the factors of the measurement, nil if nothing is measured.
func factorisedInverse(ctx context.Context, who string, p *spec.Problem, y []float64) (spec.Denoiser, spec.Linear, *singularFactors, error) {
	denoiser, measurement, err := linearInverse(ctx, who, p)
	if err != nil {
		return nil, spec.Linear{}, nil, err
	}
	factors, err := factorise(measurement, y)
	if err != nil {
		err = fmt.Errorf("%s: %w", who, err)
	}
	return denoiser, measurement, factors, err
}

// factorise returns nil factors if nothing is measured.
func factorise(m spec.Linear, y []float64) (*singularFactors, error) {
	if m.Rows() == 0 {
		return nil, nil
	}
	var svd mat.SVD
	if !svd.Factorize(m.A(), mat.SVDThin) {
		return nil, fmt.Errorf("the singular value decomposition of A did not converge")
	}
	var p, q mat.Dense
	svd.UTo(&p)
	svd.VTo(&q)
	f := &singularFactors{beta: m.Beta(), t: svd.Values(nil), q: q.RawMatrix()}
	f.y = make([]float64, len(f.t))
	mat.NewVecDense(len(f.y), f.y).MulVec(p.T(), mat.NewVecDense(len(y), y))
	// Values below the rounding error of the decomposition are zeros of A.
	negligible := f.t[0] * float64(max(m.Rows(), m.Dim())) * 0x1p-52
	for i := range f.t {
		if f.t[i] <= negligible {
			f.t[i] = 0
		}
		f.t[i] /= f.beta
		f.y[i] /= f.beta
	}
	return f, nil
}

// guidance moves the denoised points to the means given y, by Tweedie's formula.
func (f *singularFactors) guidance(rows int) guidance {
	g := f.pseudoInverse(rows)
	return guidance{jacobian: true, estimate: func(b *batch, at level) {
		// r^2 = sigma^2/(1 + sigma^2) is the noise variance of the level.
		g.at(b.scratch, b.clean, at.noise*at.noise, b.product)
		floats.AddScaled(b.clean.RawMatrix().Data, at.sigma()*at.sigma(), b.scratch.RawMatrix().Data)
	}}
}

// pseudoInverse returns the score of y for a batch of the given number of rows.
func (f *singularFactors) pseudoInverse(rows int) *pseudoInverseGuidance {
	return &pseudoInverseGuidance{f, mat.NewDense(rows, len(f.t), nil).RawMatrix()}
}

type pseudoInverseGuidance struct {
	*singularFactors
	residual blas64.General // rows x k: P^T (y - A x0)/beta
}

// at stores J A^T (r2 A A^T + beta^2 I)^-1 (y - A x0) in the rows of dst (n x d)
// for the rows of x0 (n x d), J being the Jacobian there. r2 >= 0 is a variance.
func (g *pseudoInverseGuidance) at(dst, x0 *mat.Dense, r2 float64, jacobian func(dst, v *mat.Dense)) {
	k := len(g.t)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, x0.RawMatrix(), g.q, 0, g.residual)
	for i := range g.residual.Rows {
		row := g.residual.Data[i*g.residual.Stride:][:k]
		for j, t := range g.t {
			if t == 0 {
				row[j] = 0
				continue
			}
			// t (P^T y/beta - t Q^T x0)/(r2 t^2 + 1), safe for tiny and huge t.
			row[j] = (g.y[j] + t*row[j]) / (r2*t + 1/t)
		}
	}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, g.residual, g.q, 0, dst.RawMatrix())
	jacobian(dst, dst)
}

// logDensity stores in logs (length n) the logarithm of N(y; A x0, r2 A A^T + beta^2 I), but for a constant,
// at the rows of x0 that at was given with the same r2.
func (g *pseudoInverseGuidance) logDensity(logs []float64, r2 float64) {
	for i := range logs {
		sum := 0.0
		for j, solved := range g.residual.Data[i*g.residual.Stride:][:len(g.t)] {
			if t := g.t[j]; t > 0 { // solved = t residual/(r2 t^2 + 1)
				sum += solved * solved * (r2 + 1/t/t)
			}
		}
		logs[i] = -sum / 2
	}
}
