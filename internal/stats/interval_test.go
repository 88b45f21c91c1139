package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestInterval compares the ends with what defines them: were p the lower end, k or more
// successes of n would have probability (1 - level)/2, and k or fewer were it the upper one;
// the binomial terms are summed one by one. All k of n up to 25, and a few of larger n. The
// quantile is found to 1e-9 or so; an interval of level 0.9 in place of 0.95 has twice the
// tail.
func TestInterval(t *testing.T) {
	check := func(k, n int, level float64) {
		low, high := Interval(k, n, level)
		want := (1 - level) / 2
		if k == 0 && low != 0 || k == n && high != 1 {
			t.Errorf("%d of %d: from %v to %v, want an end at the edge", k, n, low, high)
		}
		if tail := binomialSum(k, n, n, low); k > 0 && math.Abs(tail-want) > 1e-7*want {
			t.Errorf("%d of %d at level %v: the lower end %v leaves a tail of %v, want %v", k, n, level, low, tail, want)
		}
		if tail := binomialSum(0, k, n, high); k < n && math.Abs(tail-want) > 1e-7*want {
			t.Errorf("%d of %d at level %v: the upper end %v leaves a tail of %v, want %v", k, n, level, high, tail, want)
		}
	}
	for _, level := range []float64{0.5, 0.9, 0.95, 0.999} {
		for n := 1; n <= 25; n++ {
			for k := range n + 1 {
				check(k, n, level)
			}
		}
		for _, k := range []int{0, 1, 700, 4096} {
			check(k, 4096, level)
		}
	}
}

// TestIntervalOfAnyTail: the same at levels so high that 1e-10 is left out, where the tolerance, a
// thousandth of that, is for the quantile of a library; and where nothing or everything succeeds.
func TestIntervalOfAnyTail(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(rt, "n")
		k := rapid.SampledFrom([]int{0, 1, n / 10, n / 2, n - 1, n}).Draw(rt, "k")
		tail := rapid.SampledFrom([]float64{0.05, 0.005, 1e-6, 1e-10}).Draw(rt, "tail")
		low, high := Interval(k, n, 1-2*tail)
		if k == 0 && low != 0 || k == n && high != 1 {
			rt.Fatalf("%d of %d: from %v to %v", k, n, low, high)
		}
		if got := binomialSum(k, n, n, low); k > 0 && math.Abs(got/tail-1) > 1e-3 {
			rt.Fatalf("%d of %d: %v or more have probability %v, want %v", k, n, low, got, tail)
		}
		if got := binomialSum(0, k, n, high); k < n && math.Abs(got/tail-1) > 1e-3 {
			rt.Fatalf("%d of %d: %v or less have probability %v, want %v", k, n, high, got, tail)
		}
	})
}

// binomialSum returns the probability of from to to successes of n.
func binomialSum(from, to, n int, p float64) (sum float64) {
	for k := from; k <= to; k++ {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		log := a - b - c
		if k > 0 {
			log += float64(k) * math.Log(p)
		}
		if k < n {
			log += float64(n-k) * math.Log1p(-p)
		}
		sum += math.Exp(log)
	}
	return sum
}
