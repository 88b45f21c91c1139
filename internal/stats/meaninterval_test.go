package stats

import (
	"math"
	"testing"
)

// TestMeanInterval compares the ends with the equation that defines them, integrated
// over q numerically.
func TestMeanInterval(t *testing.T) {
	const n, k, logLimit = 40, 13, 4.0
	logMartingale := func(p float64) float64 {
		const steps = 200000
		sum := 0.0
		for i := range steps {
			theta := (float64(i) + 0.5) / steps * math.Pi / 2 // q = sin^2 theta makes Beta(1/2, 1/2) uniform
			q := math.Pow(math.Sin(theta), 2)
			sum += math.Exp(k*math.Log(q/p)+(n-k)*math.Log((1-q)/(1-p))) / steps
		}
		return math.Log(sum)
	}
	low, high := MartingaleInterval(k, n, logLimit)
	for _, end := range []float64{low, high} {
		if got := logMartingale(end); math.Abs(got-logLimit) > 1e-3 {
			t.Errorf("at the end %v the log martingale is %v, want %v", end, got, logLimit)
		}
	}
	if low, high := MartingaleInterval(0, 0, logLimit); low != 0 || high < 0.999 {
		t.Errorf("interval from nothing is %v to %v, want all of [0, 1]", low, high)
	}
}

// TestMeanIntervalCovers computes, by going through all numbers of heads in turn, the
// probability that the interval of level 0.95 fails to cover p at some n up to 600. It is at
// most 0.05, and for one of the p above 0.025, so that one twice too careful would be told;
// rounding is the only error. Two controls exceed 0.05 for some p: the interval of level
// 0.9, and the Clopper-Pearson interval, which covers at one n that is fixed beforehand.
func TestMeanIntervalCovers(t *testing.T) {
	const most = 600
	worst := func(interval func(k, n int) (low, high float64)) (worst float64) {
		for _, p := range []float64{0.02, 0.1, 0.5} {
			worst = max(worst, everMisses(most, p, func(k, n int) bool {
				low, high := interval(k, n)
				return low <= p && p <= high
			}))
		}
		return worst
	}
	anytime := func(level float64) float64 {
		return worst(func(k, n int) (low, high float64) { return MeanInterval(float64(k), float64(n), level) })
	}
	right, loose := anytime(0.95), anytime(0.9)
	fixed := worst(func(k, n int) (low, high float64) { return Interval(k, n, 0.95) })
	t.Logf("at some n up to %d p is not covered with probability %.4f; at level 0.9 %.4f, by Clopper-Pearson %.4f", most, right, loose, fixed)
	if right > 0.05 || right < 0.025 {
		t.Errorf("p is not covered at some n with probability %.4f, want at most 0.05 and not below 0.025", right)
	}
	if loose < 0.05 || fixed < 0.05 {
		t.Errorf("the controls cover at all n but for %.4f and %.4f; want more than 0.05", loose, fixed)
	}
}

// everMisses returns the probability that for some n from 1 to most the number of heads of
// n tosses of probability p is one that the interval does not cover p from.
func everMisses(most int, p float64, covers func(k, n int) bool) (missed float64) {
	alive := []float64{1}
	for n := 1; n <= most; n++ {
		next := make([]float64, n+1)
		for k, probability := range alive {
			next[k] += probability * (1 - p)
			next[k+1] += probability * p
		}
		for k, probability := range next {
			if probability > 0 && (probability < 1e-18 || !covers(k, n)) {
				missed += probability
				next[k] = 0
			}
		}
		alive = next
	}
	return missed
}
