package theorems

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestOrders: over spectra of Gaussians, up to 100 times as wide as narrow, every method has its
// order in Wasserstein distance, and not the other.
func TestOrders(t *testing.T) {
	r := newRun(t, 0)
	steps := []int{200, 400, 800}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(allSchemes).Draw(t, "method")
		var deviations, errors []float64
		for range rapid.IntRange(1, 4).Draw(t, "dimension") {
			deviations = append(deviations, math.Pow(10, rapid.Float64Range(-1, 1).Draw(t, "log10 deviation")))
		}
		for _, n := range steps {
			actual, limit, err := s.variances(r.ctx, deviations, n, 100, r.stream("orders", 0))
			if err != nil {
				t.Fatal(err)
			}
			errors = append(errors, wasserstein(actual, limit))
		}
		if o := orderFrom(steps, errors); !o.is(s.order) || o.is(3-s.order) {
			t.Fatalf("errors %v with %v steps: order %v, want %v", errors, steps, o, s.order)
		}
	})
}

// TestStepsSuffice: over dimensions and powers, the number of steps for which an inverse polynomial
// is claimed suffices.
func TestStepsSuffice(t *testing.T) {
	r := newRun(t, 0)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(allSchemes).Draw(t, "method")
		d := rapid.IntRange(2, 4096).Draw(t, "d")
		most := math.Log(5000) * 6 * s.order / 7 / math.Log(float64(d)) // so that they are some thousands
		k := rapid.Float64Range(0, max(0, most-0.5)).Draw(t, "k")
		n := stepsFor(s, float64(d), k)
		actual, _, err := s.variances(r.ctx, []float64{1}, n, float64(n)/2, r.stream("steps suffice", 0))
		if err != nil {
			t.Fatal(err)
		}
		if e := isotropicDistance(d, math.Log(actual[0])) * math.Pow(float64(d), k); e > 1 {
			t.Fatalf("%s: %d steps leave %v times d^-k", s.name, n, e)
		}
	})
}

// TestProposalBound: over mixtures of centred Gaussians, and all of beta and delta, the quantile
// of the number of proposals is within the bound.
func TestProposalBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law := radial{
			name:    "mixture",
			outputs: rapid.IntRange(1, 12).Draw(t, "m"),
			beta:    math.Pow(10, rapid.Float64Range(-4, 1).Draw(t, "log10 beta")),
		}
		total := 0.0
		for range rapid.IntRange(1, 5).Draw(t, "parts") {
			w := math.Pow(10, rapid.Float64Range(-6, 0).Draw(t, "log10 weight"))
			law.weights, total = append(law.weights, w), total+w
			law.deviations = append(law.deviations, math.Pow(10, rapid.Float64Range(-2, 3).Draw(t, "log10 deviation")))
		}
		for k := range law.weights {
			law.weights[k] /= total
		}
		delta := math.Pow(10, rapid.Float64Range(-6, -0.01).Draw(t, "log10 delta"))
		log, err := law.logProposals(delta)
		if err != nil {
			t.Fatal(err)
		}
		if bound := proposalBound(law.outputs, law.meanSquare(), law.beta, delta); log > bound {
			t.Fatalf("log proposals %v, bound %v", log, bound)
		}
	})
}

// TestConditionedBound: of any two laws on the line, the mean over y of the total variation given
// y is at most twice their own, and exceeds its root with no more probability than that.
// The sum over y is right to 1e-9.
func TestConditionedBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c compared
		n := rapid.IntRange(2, 30).Draw(t, "cells")
		masses := func(what string) []float64 {
			all, sum := make([]float64, n), 0.0
			for i := range all {
				all[i] = math.Pow(10, rapid.Float64Range(-4, 0).Draw(t, what))
				sum += all[i]
			}
			for i := range all {
				all[i] /= sum
			}
			return all
		}
		c.drawn, c.prior = masses("log10 drawn"), masses("log10 prior")
		width := rapid.Float64Range(0.1, 1).Draw(t, "width")
		for i := range n + 1 {
			c.points = append(c.points, width*float64(i))
		}
		mean, delta := c.conditioned(rapid.Float64Range(0.1, 3).Draw(t, "beta"))
		eps := totalVariation(c.drawn, c.prior)
		if mean > 2*eps+1e-9 || delta > math.Sqrt(2*eps)+1e-9 {
			t.Fatalf("mean %v and share %v, eps is %v", mean, delta, eps)
		}
		if c.eps() < eps-1e-12 {
			t.Fatalf("eps %v, the masses alone differ by %v", c.eps(), eps)
		}
	})
}
