package fuzz

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/spec"
)

// inSteps is a sampler whose error is shift at any number of steps, besides what few steps add.
type inSteps struct {
	spec.Sampler
	steps int
	few   func(dst *mat.Dense, steps int)
}

func newInSteps(steps int, few func(dst *mat.Dense, steps int)) *inSteps {
	return &inSteps{after(fmt.Sprintf("in steps:%d", steps), func(dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) { few(dst, steps) }), steps, few}
}

func (s *inSteps) Fewer() (spec.Sampler, bool) { return newInSteps(s.steps/2, s.few), s.steps > 1 }

// TestFewerSteps: an error that has nothing to do with the steps is one with a single step; one
// that is another with less than 8 steps, or is none there, is looked for down to 8. Each
// verdict at the wrong place has probability 1e-6 at most.
func TestFewerSteps(t *testing.T) {
	shift := func(dst *mat.Dense, by float64) { dst.Apply(func(_, _ int, v float64) float64 { return v + by }, dst) }
	for _, test := range []struct {
		name string
		few  func(dst *mat.Dense, steps int)
		want string
	}{
		{"shift", func(dst *mat.Dense, _ int) { shift(dst, 0.7) }, "in steps:1"},
		{"the other way", func(dst *mat.Dense, steps int) {
			if steps < 8 {
				shift(dst, -1.4)
			}
			shift(dst, 0.7)
		}, "in steps:8"},
		{"right", func(dst *mat.Dense, steps int) {
			if steps >= 8 {
				shift(dst, 0.7)
			}
		}, "in steps:8"},
		{"at 64 only", func(dst *mat.Dense, steps int) {
			if steps == 64 {
				shift(dst, 0.7)
			}
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			candidate := newInSteps(64, test.few)
			found := caughtOn(t, candidate, onTheLine(t))
			state, err := NewState(candidate.Name(), "any", 1e-6, 1)
			if err != nil {
				t.Fatal(err)
			}
			kept := ""
			c := &campaign{Config: silent(Config{Draws: 3}), candidate: candidate, state: state}
			c.Keep = func(found *props.Counterexample) error { kept = found.FewerSteps; return nil }
			if err := c.reduce(t.Context(), found); err != nil {
				t.Fatal(err)
			}
			if found.FewerSteps != test.want || kept != test.want {
				t.Errorf("as wrong with %q, kept %q, want %q", found.FewerSteps, kept, test.want)
			}
		})
	}
}
