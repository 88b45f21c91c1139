// Package langevin plans annealed Langevin samplers: at which noise and by which steps they
// move. Source: Xun, Gupta, Price 2025 (arXiv 2510.26324); the choices are ours.
package langevin

import "math"

// Plan is what an annealed Langevin sampler does on a problem.
type Plan struct {
	Smoothing float64 // deviation of the noise on the prior whose score is used
	Start     float64 // eta_1
	Legs      []Leg   // none if nothing is measured
}

// Leg is a run of steps x += Step drift + sqrt(2 Step) z towards the posterior of a
// measurement with noise of deviation Eta.
type Leg struct{ Eta, Step float64 }

const (
	growth    = 1.5 // of eta^2 from leg to leg, at most
	reach     = 10  // eta_1 by the widest deviation of A x
	smoothing = 1. / 30
)

// NewPlan returns the plan, with steps of the given share of what the stiffest direction
// allows, for a prior of the given scale (see spec.Denoiser), measured with noise beta by a
// matrix of the given spectral norm.
func NewPlan(step, narrowest, widest, norm, beta float64) Plan {
	plan := Plan{Smoothing: narrowest * smoothing}
	if norm == 0 {
		return plan
	}
	plan.Start = max(reach*norm*widest, beta*math.Sqrt(growth))
	legs := max(1, int(math.Ceil(2*math.Log(plan.Start/beta)/math.Log(growth)-1e-9)))
	for i := legs - 1; i >= 0; i-- {
		eta := beta * math.Pow(plan.Start/beta, float64(i)/float64(legs))
		stiffness := 1/narrowest/narrowest + norm/eta*(norm/eta)
		plan.Legs = append(plan.Legs, Leg{eta, step / stiffness})
	}
	return plan
}
