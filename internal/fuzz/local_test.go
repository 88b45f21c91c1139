package fuzz

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/problems"
	"assay/spec"
)

// onTheLine is a problem in which y has deviation sqrt(2).
func onTheLine(t *testing.T) *spec.Problem {
	t.Helper()
	prior, err := spec.NewIsotropic([]float64{0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("line", prior, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// caughtOn returns a counterexample on the problem, by a judgement of all y.
func caughtOn(t *testing.T, candidate spec.Sampler, p *spec.Problem) *props.Counterexample {
	t.Helper()
	v, err := props.Judge(t.Context(), candidate, []*spec.Problem{p}, props.Calls(100_000), props.Terse())
	if err != nil || v.Outcome != props.Rejected {
		t.Fatalf("%v, %v", v, err)
	}
	return &props.Counterexample{Candidate: candidate.Name(), Alpha: 1e-6, Verdict: v, Problem: p, Origin: fmt.Sprintf("%x", p.Digest())}
}

// TestFixesYWhereTheFailureIsLocal: an error at y > 2.5 only, one y in 26, becomes one at a
// single such y, which catches the candidate again when it is replayed and leaves a right
// sampler alone; an error at every y stays one of all y.
func TestFixesYWhereTheFailureIsLocal(t *testing.T) {
	somewhere := after("somewhere", func(dst *mat.Dense, _ *spec.Problem, y []float64, _ *rand.Rand) {
		if y[0] > 2.5 {
			dst.Apply(func(_, _ int, v float64) float64 { return v + 1.5 }, dst)
		}
	})
	everywhere := after("everywhere", func(dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) {
		dst.Apply(func(_, _ int, v float64) float64 { return v + 0.2 }, dst)
	})
	p := onTheLine(t)
	for _, test := range []struct {
		candidate spec.Sampler
		local     bool
	}{{somewhere, true}, {everywhere, false}} {
		found := caughtOn(t, test.candidate, p)
		calls := found.Verdict.Calls
		state, err := NewState(test.candidate.Name(), "any", 1e-6, 1)
		if err != nil {
			t.Fatal(err)
		}
		c := &campaign{Config: silent(Config{Draws: 3}), candidate: test.candidate, state: state}
		if err := c.reduce(t.Context(), found); err != nil {
			t.Fatal(err)
		}
		t.Logf("after %d calls at all y:\n%s", calls, found)
		y, local := found.Y()
		if local != test.local || local && !(y[0] > 2.5) {
			t.Errorf("%s: a single y: %v, %v", found.Candidate, local, y)
		}
		if !local {
			continue
		}
		if said := strings.Join(found.Words, "\n"); !strings.Contains(said, "mean off by +2") {
			t.Errorf("said\n%s\nwant the mean off by some +2.1 deviations", said)
		}
		text, err := found.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again := readBack(t, text)
		if y2, ok := again.Y(); !ok || !slices.Equal(y, y2) {
			t.Errorf("the file says y = %v, want %v", y2, y)
		}
		if v, err := again.Again(t.Context(), test.candidate); err != nil || v.Outcome != props.Rejected || !slices.Equal(v.Problems[0].Y, y) {
			t.Errorf("again: %v, %v", v, err)
		}
		if v, err := again.Again(t.Context(), exact); err != nil || v.Outcome != props.NotRejected {
			t.Errorf("an exact sampler: %v, %v", v, err)
		}
	}
}

// TestAtNeedsAsManyNumbersAsAreMeasured: the mistake is one line.
func TestAtNeedsAsManyNumbersAsAreMeasured(t *testing.T) {
	p, err := problems.Parse("gauss")
	if err != nil {
		t.Fatal(err)
	}
	_, err = props.Judge(context.Background(), exact, []*spec.Problem{p}, props.At([]float64{1}))
	if err == nil || !strings.Contains(err.Error(), "y has 1 numbers, want 2") {
		t.Errorf("error %v", err)
	}
}
