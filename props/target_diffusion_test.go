package props_test

import (
	"math"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"assay/internal/tractable"
	"assay/samplers"
	"assay/spec"
)

// The reverse diffusion in a finite number of steps does not draw the prior, and says so; the
// null is how far off it is allowed to be, which is derived for each problem.
//
// On a product in turned axes the denoiser acts on each factor by itself, the noise is
// the same in all directions, and so the draws are a product too: of the laws that the
// reversal has on lines. With eta_i the total variation between such a law and the factor,
// which [reversal] integrates, that between the products is at most
//
//	eta = 1 - (1 - eta_1) ... (1 - eta_d)
//
// (couple the coordinates by themselves). So a draw without a measurement is within
// (tau, delta) = (0, eta) of the prior.
//
// Through rejection: let P be the joint law of (x, y) and Q that of (x', y') with x' a
// proposal and y' measured of it. One measures both alike, so TV(P, Q) <= eta. Rejection
// answers y, of the law P_y, by x' of Q given y' = y, whatever the acceptance rate. That pair
// is as far from Q as P_y from Q_y, at most eta again; together 2 eta from P, over
// everything: (0, 2 eta) in the joint form.

// products generates problems that are products and knows their factors. It is safe for
// concurrent use.
type products struct {
	factors   sync.Map // by digest
	distances sync.Map // by digest and sampler
}

// generator returns the generator of the problems, or of those of their priors without a
// measurement.
func (r *products) generator(measured bool) *rapid.Generator[*spec.Problem] {
	return rapid.Map(tractable.Products(), func(product *tractable.Product) *spec.Problem {
		p := product.Problem
		if !measured {
			var err error
			if p, err = spec.NewProblem("unmeasured "+p.Name(), p.Prior(), spec.Unmeasured(p.Dim())); err != nil {
				panic(err)
			}
		}
		r.factors.Store(string(p.Digest()), product.Factors)
		return p
	})
}

// slack is for the integration, whose error is below a tenth (TestLawOfTheReversal).
const slack = 1.1

// distance returns eta for draws of the sampler from the prior of the problem.
func (r *products) distance(s samplers.Diffusion, p *spec.Problem) float64 {
	key := s.Name() + string(p.Digest())
	if eta, known := r.distances.Load(key); known {
		return eta.(float64)
	}
	factors, _ := r.factors.Load(string(p.Digest()))
	narrowest, widest := p.Prior().(spec.Denoiser).Scale()
	reversal := reversalOf(s, narrowest, widest)
	same := 1.0
	for _, l := range factors.([]tractable.Line) {
		same *= 1 - min(1, slack*reversal.distance(l))
	}
	r.distances.Store(key, 1-same)
	return 1 - same
}

// log logs the distances that were allowed.
func (r *products) log(t *testing.T, times float64) {
	least, most, sum, n := math.Inf(1), 0.0, 0.0, 0
	r.distances.Range(func(_, eta any) bool {
		v := times * eta.(float64)
		least, most, sum, n = min(least, v), max(most, v), sum+v, n+1
		return true
	})
	t.Logf("delta = %v (1 - prod(1 - eta_i)), eta_i the total variation on a factor by integration, of %d problems: from %.2g to %.2g, on average %.2g",
		times, n, least, most, sum/float64(n))
}

// jointly is the tolerance that two joint laws at total variation eta are within.
func jointly(eta float64) spec.Tolerance { return spec.Tolerance{Delta: eta, Form: spec.Joint} }

// defaults are the methods with the numbers of steps that they have by default.
var defaults = []samplers.Diffusion{{Method: samplers.Heun, Steps: 50}, {Method: samplers.Euler, Steps: 500}, {Method: samplers.Ancestral, Steps: 500}}

// withSteps is the method with another number of steps.
func withSteps(m samplers.Method, steps int) samplers.Diffusion {
	return samplers.Diffusion{Method: m, Steps: steps}
}

// ofDim chooses problems in the dimensions from least to most.
func ofDim(least, most int) func(*spec.Problem) bool {
	return func(p *spec.Problem) bool { return least <= p.Dim() && p.Dim() <= most }
}

// scales returns how many times the narrowest the widest deviation is.
func scales(p *spec.Problem) float64 {
	narrowest, widest := p.Prior().(spec.Denoiser).Scale()
	return widest / narrowest
}

// manyScales chooses problems that make 8 steps of Heun's method bad.
func manyScales(p *spec.Problem) bool { return scales(p) >= 8 }

// severalCoordinates chooses problems that show 30 steps of a method of first order, where
// eta, from 0.005 to 0.01 for each coordinate, is much the same.
func severalCoordinates(p *spec.Problem) bool { return p.Dim() >= 3 && scales(p) <= 8 }

// TestDiffusionMatchesTheTarget: without a measurement. Controls have 8 steps of Heun or 30
// of the others, which leave deviations of a tenth to a fifth.
func TestDiffusionMatchesTheTarget(t *testing.T) {
	skipShort(t)
	for _, s := range defaults {
		t.Run(string(s.Method), func(t *testing.T) {
			r := &products{}
			m := matching{over: r.generator(false), calls: 60, together: 60, alike: severalCoordinates}
			control := withSteps(s.Method, 30)
			if s.Method == samplers.Heun {
				m.calls, m.together, m.alike, control.Steps = 200, 20, manyScales, 8
			}
			m.within = func(p *spec.Problem) spec.Tolerance { return jointly(r.distance(s, p)) }
			m.run(t, s, control)
			r.log(t, 1)
		})
	}
}

// TestRejectionOfDiffusionMatchesTheTarget: conditional, through rejection. The methods of first
// order have 300 steps here, since a call is ten proposals or so. A tolerance of 2 eta hides 30
// steps of them in the calls that there is time for, and small faults of the acceptance, which
// TestRejectionOfDiffusionIsItsRecursion sees; the control has 8 steps.
func TestRejectionOfDiffusionMatchesTheTarget(t *testing.T) {
	skipShort(t)
	for _, s := range defaults {
		t.Run(string(s.Method), func(t *testing.T) {
			r := &products{}
			m := matching{over: r.generator(true), calls: 50, together: 20, alike: severalCoordinates}
			if s.Method == samplers.Heun {
				m.calls, m.together, m.alike = 50, 40, manyScales
			} else {
				s.Steps = 300
			}
			m.within = func(p *spec.Problem) spec.Tolerance { return jointly(2 * r.distance(s, p)) }
			m.run(t, rejection(s), rejection(withSteps(s.Method, 8)))
			r.log(t, 2)
		})
	}
}
