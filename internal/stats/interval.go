package stats

import (
	"math"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval returns the exact (Clopper-Pearson) two-sided confidence interval of the
// given level for a probability, from k successes of n > 0.
func Interval(k, n int, level float64) (low, high float64) {
	tail := (1 - level) / 2
	return lowest(k, n, tail), 1 - lowest(n-k, n, tail)
}

// lowest returns the probability of which k or more successes of n have the given probability. The
// quantile of k = n is that of a power, of which the general one loses all digits where tail is small.
func lowest(k, n int, tail float64) float64 {
	switch k {
	case 0:
		return 0
	case n:
		return math.Pow(tail, 1/float64(n))
	}
	return distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(tail)
}

// MeanInterval returns a confidence interval of the given level for the mean of independent
// numbers in [0, 1], from the sum k of n of them, n >= 0. It is one of a sequence that
// covers the mean at every n at once with that probability, so that n may depend on the
// numbers: it covers whenever a run is stopped, for any reason.
func MeanInterval(k, n, level float64) (low, high float64) {
	return MartingaleInterval(k, n, -math.Log1p(-level))
}

// MartingaleInterval returns the interval of those means p of numbers in [0, 1], k of n >= 0 by
// sum, for which the log of the mixture over q ~ Beta(1/2, 1/2) of
// (q/p)^k ((1-q)/(1-p))^(n-k), a martingale of mean at most 1, is below logLimit.
func MartingaleInterval(k, n, logLimit float64) (low, high float64) {
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
