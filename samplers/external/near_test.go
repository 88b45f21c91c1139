package external

import (
	"math"
	"testing"
)

// TestNear: values of a witness differ by rounding in another order, of sums that may be large;
// NaN and infinity are near themselves only.
func TestNear(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		a, b float64
		want bool
	}{
		{1, 1, true}, {1, 1 + 1e-9, true}, {1e9, 1e9 + 1, true}, {0, 1e-9, true}, {1, 1.001, false}, {1e9, 1.001e9, false}, {-1, 1, false},
		{nan, nan, true}, {nan, 1, false}, {1, nan, false}, {inf, inf, true}, {inf, -inf, false}, {nan, inf, false}, {inf, nan, false},
		{inf, 1, false}, {1, -inf, false},
	} {
		if got := near(test.a, test.b); got != test.want {
			t.Errorf("%v and %v are near: %v, want %v", test.a, test.b, got, test.want)
		}
	}
}
