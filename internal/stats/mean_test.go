package stats

import (
	"math"
	"testing"
)

// TestLogMean: the plain mean of wealths that are moderate, also of those shifted by 1000, at
// which each overflows by itself; ruin counts as 0. Rounding is the only error, of a few units
// in the last place of logarithms up to 1002. The sum in place of the mean is off by log 4.
func TestLogMean(t *testing.T) {
	wealths := []float64{0.25, 8, 0, 3}
	want := math.Log((0.25 + 8 + 0 + 3) / 4)
	for _, shift := range []float64{0, 1000, -1000} {
		got := LogMean(len(wealths), func(i int) float64 { return math.Log(wealths[i]) + shift })
		if math.Abs(got-want-shift) > 1e-12 {
			t.Errorf("shifted by %v: %v, want %v", shift, got, want+shift)
		}
	}
	if got := LogMean(2, func(int) float64 { return math.Inf(-1) }); !math.IsInf(got, -1) {
		t.Errorf("of nothing but ruin: %v, want -Inf", got)
	}
}
