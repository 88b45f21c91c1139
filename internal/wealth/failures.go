package wealth

// Failures is the evidence against a claim that each draw fails with probability at
// most a known bound: that it is not a preimage, say, or lies off the support. It is a
// wealth like that of a session of evidence, on other facts.
type Failures struct {
	bound     float64
	portfolio *Portfolio
}

// failureStakes are the parts of the wealth put on failure at each call. The largest
// makes a failure worth nearly 1/bound, the smaller ones survive many successes.
var failureStakes = []float64{1. / 2, 1. / 8, 1. / 32}

// NewFailures returns the evidence against the claim that a draw fails with
// probability at most bound, 0 < bound <= 1.
func NewFailures(bound float64) *Failures {
	share := make([]float64, len(failureStakes))
	for i := range share {
		share[i] = 1
	}
	return &Failures{bound, NewPortfolio(share)}
}

// Observe bets on one call in which the given share of the draws failed. The factor
// of a stake w is 1 - w + w share/bound, of mean at most 1 under the claim even if
// the draws of a call depend on each other.
func (f *Failures) Observe(share float64) {
	for i, w := range failureStakes {
		f.portfolio.Factor[i] = 1 - w + w*share/f.bound
	}
	f.portfolio.Collect()
}

// LogWealth returns the natural logarithm of the wealth.
func (f *Failures) LogWealth() float64 { return f.portfolio.LogWealth }
