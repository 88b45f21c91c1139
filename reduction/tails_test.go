package reduction

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// TestIntervalByTails: at either end of an interval the count, or one more extreme, has the probability that is
// left out on that side, by the sum over its law: at 1e-10 of it too, and where nothing or everything succeeds.
// The tolerance, a thousandth of the probability, is that of the quantile of a library.
func TestIntervalByTails(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(rt, "n")
		k := rapid.SampledFrom([]int{0, 1, n / 10, n / 2, n - 1, n}).Draw(rt, "k")
		tail := rapid.SampledFrom([]float64{0.05, 0.005, 1e-6, 1e-10}).Draw(rt, "tail")
		low, high := Interval(k, n, 1-2*tail)
		sum := func(from, to int, p float64) (sum float64) {
			for i := from; i <= to; i++ {
				sum += math.Exp(distuv.Binomial{N: float64(n), P: p}.LogProb(float64(i)))
			}
			return sum
		}
		if k == 0 && low != 0 || k == n && high != 1 {
			rt.Fatalf("%d of %d: from %v to %v", k, n, low, high)
		}
		if got := sum(k, n, low); k > 0 && math.Abs(got/tail-1) > 1e-3 {
			rt.Fatalf("%d of %d: %v or more have probability %v, want %v", k, n, low, got, tail)
		}
		if got := sum(0, k, high); k < n && math.Abs(got/tail-1) > 1e-3 {
			rt.Fatalf("%d of %d: %v or less have probability %v, want %v", k, n, high, got, tail)
		}
	})
}
