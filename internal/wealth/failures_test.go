package wealth

import (
	"fmt"
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

// TestFailuresOfDependentDraws: the mean factor is 1 at the bound, however the draws of a call
// depend on each other, and below 1 where they fail more rarely. The laws of three draws,
// each of which fails with the same probability, are mixtures of: none fails, all fail, one of
// the three does, two of the three do, each of the three as likely as the others. All of the
// laws that mix none with one of those, and all products, are gone through; the wealth is what
// it is after a past of two failures. Rounding is the only tolerance.
func TestFailuresOfDependentDraws(t *testing.T) {
	const draws = 3
	mean := func(bound float64, law [draws + 1]float64) (mean float64) { // of the number that fail
		for failed, probability := range law {
			f := NewFailures(bound)
			f.Observe(1. / draws)
			f.Observe(0)
			before := f.LogWealth()
			f.Observe(float64(failed) / draws)
			mean += probability * math.Exp(f.LogWealth()-before)
		}
		return mean
	}
	for _, bound := range []float64{1e-5, 0.03, 0.3} {
		laws := map[string]func(rate float64) [draws + 1]float64{
			"each by itself": func(r float64) [draws + 1]float64 {
				return [draws + 1]float64{(1 - r) * (1 - r) * (1 - r), 3 * r * (1 - r) * (1 - r), 3 * r * r * (1 - r), r * r * r}
			},
		}
		for together := 1; together <= draws; together++ {
			laws[fmt.Sprintf("%d at a time", together)] = func(r float64) (law [draws + 1]float64) {
				law[together] = r * draws / float64(together)
				law[0] = 1 - law[together]
				return law
			}
		}
		for name, law := range laws {
			if got := mean(bound, law(bound)); math.Abs(got-1) > 1e-12 {
				t.Errorf("%s, at the bound %v: mean factor 1%+.3g, want 1", name, bound, got-1)
			}
			if got := mean(bound, law(bound/2)); got >= 1 {
				t.Errorf("%s, at half the bound %v: mean factor %v, want less than 1", name, bound, got)
			}
			if got := mean(bound, law(bound*1.1)); got <= 1 {
				t.Errorf("%s, above the bound %v: mean factor %v, want more than 1", name, bound, got)
			}
		}
	}
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
