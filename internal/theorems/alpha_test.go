package theorems

import (
	"math"
	"strings"
	"testing"

	"assay/props"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// TestStatementsShareAlpha: the levels of all statements sum to alpha, to rounding: 1e-12 of
// it. Nothing is measured.
func TestStatementsShareAlpha(t *testing.T) {
	sum := 0.0
	for _, s := range list() {
		s.check = func(r *run) (Result, error) {
			sum += r.alpha
			return Result{}, nil
		}
		if _, err := s.Check(t.Context(), 0, Quick); err != nil {
			t.Fatal(err)
		}
	}
	if math.Abs(sum-alpha) > 1e-12*alpha {
		t.Errorf("%d statements are tested at levels that sum to %v, want %v", len(list()), sum, alpha)
	}
}

// TestJudgementsShareAlpha: what is left of a statement's level is what its judgements did not
// spend, and one judgement too many is an error.
func TestJudgementsShareAlpha(t *testing.T) {
	p, err := problems.Parse("gauss")
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(t, 0)
	judge := func(share float64) error {
		_, err := r.judge(samplers.Exact(), []*spec.Problem{p}, props.Alpha(share*r.alpha), props.Calls(3))
		return err
	}
	for i, share := range []float64{0.5, 0.25, 0.25} {
		if err := judge(share); err != nil {
			t.Fatal(err)
		}
		if want := []float64{0.5, 0.25, 0}[i] * r.alpha; math.Abs(r.left()-want) > 1e-12*r.alpha {
			t.Errorf("%v of the level is left, want %v", r.left(), want)
		}
	}
	if err := judge(0.01); err == nil || !strings.Contains(err.Error(), "more than its") {
		t.Errorf("error %v for more than the whole level", err)
	}
}
