package theorems

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"assay/internal/wealth"
)

// atLeast returns the probability that a binomial count of n trials of probability p is k
// or more.
func atLeast(k, n int, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case k > n || p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	return mathext.RegIncBeta(float64(k), float64(n-k+1), p)
}

// atMost returns the probability that it is k or less.
func atMost(k, n int, p float64) float64 { return atLeast(n-k, n, 1-p) }

// equal returns twice the smaller tail, the p-value of the probability being p.
func equal(k, n int, p float64) float64 {
	return min(1, 2*min(atLeast(k, n, p), atMost(k, n, p)))
}

// combined returns a p-value of the claim that all of the claims with the given
// p-values hold: Bonferroni's, the smallest times their number.
func combined(ps []float64) float64 {
	p := 1.0
	for _, q := range ps {
		p = min(p, q*float64(len(ps)))
	}
	return p
}

// meanAtMost returns a p-value of the claim that the values, each in [0, 1] and
// independent, have means at most bound > 0: one over the largest wealth of a bettor
// against it (Ville).
func meanAtMost(values []float64, bound float64) float64 {
	if bound >= 1 {
		return 1
	}
	wealth := wealth.NewFailures(bound)
	largest := 0.0
	for _, v := range values {
		wealth.Observe(v)
		largest = max(largest, wealth.LogWealth())
	}
	return math.Exp(-largest)
}
