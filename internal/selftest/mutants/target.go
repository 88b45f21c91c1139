package mutants

import (
	"math"
	"math/rand/v2"

	"assay/spec"
)

// target is the unnormalised posterior of a problem on the line, seen through one row
// y = a x + beta n. The prior is a mixture of Gaussians or, if it has no components,
// uniform on [0, 1].
type target struct {
	prior      scalar
	a, beta, y float64
}

func targetOf(p *spec.Problem, y []float64) (target, error) {
	m, linear := p.Linear()
	if !linear || len(y) != 1 || p.Dim() != 1 {
		return target{}, spec.Refuse("want one row measured on the line, not %s", p.Name())
	}
	t := target{a: m.A().At(0, 0), beta: m.Beta(), y: y[0]}
	if p.Prior() == (uniform{}) {
		return t, nil
	}
	var err error
	t.prior, err = scalarOf(p)
	return t, err
}

func (t target) logPrior(x float64) float64 {
	switch {
	case len(t.prior.weights) > 0:
		return t.prior.logDensity(x)
	case 0 <= x && x <= 1:
		return 0
	}
	return math.Inf(-1)
}

func (t target) logLikelihood(x float64) float64 { return logNormal(t.y, t.a*x, t.beta) }

func (t target) log(x float64) float64 { return t.logPrior(x) + t.logLikelihood(x) }

// score returns the derivative of log; the prior is a mixture.
func (t target) score(x float64) float64 {
	return t.prior.score(x) + t.a*(t.y-t.a*x)/(t.beta*t.beta)
}

// posterior returns the law itself; the prior is a mixture.
func (t target) posterior() scalar { return t.prior.given(t.a, t.beta, t.y) }

// draw returns a draw from the prior.
func (t target) draw(rng *rand.Rand) float64 {
	if len(t.prior.weights) > 0 {
		return t.prior.draw(rng)
	}
	return rng.Float64()
}
