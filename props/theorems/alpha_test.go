package theorems

import (
	"math"
	"testing"
)

// TestStatementsShareAlpha: the levels of all statements sum to [Alpha], to rounding: 1e-12 of
// it. Nothing is measured.
func TestStatementsShareAlpha(t *testing.T) {
	sum := 0.0
	for _, s := range List() {
		s.check = func(r *run) (Result, error) {
			sum += r.alpha
			return Result{}, nil
		}
		if _, err := s.Check(t.Context(), 0, Quick); err != nil {
			t.Fatal(err)
		}
	}
	if math.Abs(sum-Alpha) > 1e-12*Alpha {
		t.Errorf("%d statements are tested at levels that sum to %v, want %v", len(List()), sum, Alpha)
	}
}
