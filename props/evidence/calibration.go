package evidence

import (
	"math"
	"sort"
)

// CalibrationLimit returns an upper confidence limit, at the given level, for the
// calibration error of witness k: the largest difference, over thresholds j, between
// the probability that the truth ranks at most j and what it is for a right sampler,
// (j+1)/(L+1). It holds at every number of calls at once, so also at the one at which
// the caller stopped. Before the first call it is the largest error there can be.
//
// For each threshold it is a confidence sequence for a mean p of numbers in [0, 1],
// k of n by sum: those p at which the mixture over q ~ Beta(1/2, 1/2) of
// (q/p)^k ((1-q)/(1-p))^(n-k), a martingale of mean at most 1, stays below
// (number of thresholds)/(1 - level).
func (p *process) CalibrationLimit(k int, level float64) float64 {
	counts := p.rank.counts[k]
	thresholds := len(counts) - 1
	logLimit := math.Log(float64(thresholds) / (1 - level))
	worst, below := 0.0, 0.0
	n := float64(p.calls)
	for j := range thresholds {
		below += counts[j]
		low, high := meanInterval(min(below, n), n, logLimit)
		right := float64(j+1) / float64(thresholds+1)
		worst = max(worst, right-low, high-right)
	}
	return min(1, worst)
}

// MeanInterval returns a confidence interval of the given level for the mean of independent
// numbers in [0, 1], from the sum k of n of them, n >= 0. It is one of a sequence that
// covers the mean at every n at once with that probability, so that n may depend on the
// numbers: it covers whenever a run is stopped, for any reason.
func MeanInterval(k, n, level float64) (low, high float64) {
	return meanInterval(k, n, -math.Log1p(-level))
}

// meanInterval returns the interval of those p for which the log of the mixture
// martingale is below logLimit, from a sum k of n numbers in [0, 1].
func meanInterval(k, n, logLimit float64) (low, high float64) {
	logBeta := func(a, b float64) float64 {
		x, _ := math.Lgamma(a)
		y, _ := math.Lgamma(b)
		z, _ := math.Lgamma(a + b)
		return x + y - z
	}
	mixture := logBeta(k+0.5, n-k+0.5) - logBeta(0.5, 0.5)
	within := func(p float64) bool {
		log := mixture
		if k > 0 {
			log -= k * math.Log(p)
		}
		if k < n {
			log -= (n - k) * math.Log1p(-p)
		}
		return log < logLimit
	}
	const steps = 1 << 20 // the ends are found to 1e-6, and rounded outwards
	centre := 0.0
	if n > 0 {
		centre = k / n
	}
	middle := int(centre * steps)
	low = float64(sort.Search(middle, func(i int) bool { return within(float64(i) / steps) })-1) / steps
	high = float64(middle+1+sort.Search(steps-middle-1, func(i int) bool { return !within(float64(middle+1+i) / steps) })) / steps
	return max(0, low), min(1, high)
}
