package spec

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// TestTolerancePlanted takes the worst pair of laws within a tolerance, a point mass
// and the same moved by tau with a share delta sent far away, smooths both and
// integrates the total variation. 400 Gauss-Legendre nodes on each smooth piece
// integrate a Gaussian over 20 deviations to better than 1e-12.
func TestTolerancePlanted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := math.Exp(rapid.Float64Range(-5, 5).Draw(t, "log h"))
		tau := h * rapid.Float64Range(0, 6).Draw(t, "tau/h")
		delta := rapid.Float64Range(0, 1).Draw(t, "delta")

		truth := distuv.UnitNormal.Prob
		near := func(x float64) float64 { return (1 - delta) * distuv.UnitNormal.Prob(x-tau/h) }
		excess := func(x float64) float64 { return math.Max(0, truth(x)-near(x)) }
		kink := tau / (2 * h)
		if tau > 0 {
			kink -= h / tau * math.Log(1-delta)
		}
		kink = math.Min(kink, 40)
		tv := quad.Fixed(excess, -20, math.Min(kink, 20), 400, nil, 0)
		if kink < 20 {
			tv += quad.Fixed(excess, kink, 20, 400, nil, 0)
		}
		bound := Tolerance{Tau: tau, Delta: delta, Form: Joint}.TotalVariation(h)
		if tv > bound+1e-10 {
			t.Fatalf("total variation %v exceeds the bound %v", tv, bound)
		}
		if delta == 0 && math.Abs(tv-bound) > 1e-10 {
			t.Fatalf("total variation %v, want the bound %v: it is tight for delta = 0", tv, bound)
		}
		// With delta = 1 or tau = 0 the far share alone decides, and is tight too.
		if tau == 0 && math.Abs(tv-bound) > 1e-10 {
			t.Fatalf("total variation %v, want %v", tv, bound)
		}
	})
}
