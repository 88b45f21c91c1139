package evidence

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestFailuresIsEValue: at the edge of the claim the mean factor is exactly 1,
// after any past. Rounding is the only tolerance.
func TestFailuresIsEValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := math.Exp(rapid.Float64Range(-20, 0).Draw(t, "log bound"))
		past := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "past")
		factor := func(share float64) float64 {
			f := NewFailures(bound)
			for _, s := range past {
				f.Observe(s)
			}
			before := f.LogWealth()
			f.Observe(share)
			return math.Exp(f.LogWealth() - before)
		}
		if mean := bound*factor(1) + (1-bound)*factor(0); math.Abs(mean-1) > 1e-12 {
			t.Fatalf("mean factor 1%+.3g, want 1", mean-1)
		}
	})
}

// TestFailuresSees: a failure against a bound of 1e-4 is worth a factor above 1000,
// and a rate of failure twice the bound 0.1 is found in the end, by the fixed seed of
// the stream; at the bound the wealth stays below 1e6.
func TestFailuresSees(t *testing.T) {
	f := NewFailures(1e-4)
	if f.Observe(1); f.LogWealth() < math.Log(1000) {
		t.Errorf("one failure is worth %.3g, want 1000 at least", math.Exp(f.LogWealth()))
	}
	reach := func(rate float64) bool {
		f, rng := NewFailures(0.1), rand.New(rand.NewPCG(1, 2))
		for range 5000 {
			failed := 0.0
			if rng.Float64() < rate {
				failed = 1
			}
			if f.Observe(failed); f.LogWealth() > math.Log(1e6) {
				return true
			}
		}
		return false
	}
	if !reach(0.2) {
		t.Error("failures at twice the bound are not noticed in 5000 calls")
	}
	if reach(0.1) {
		t.Error("failures at the bound are rejected")
	}
}
