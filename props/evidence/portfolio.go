package evidence

import "math"

// portfolio is a weighted average of wealths, one for each expert. It holds the
// current shares and the logarithm of their total, which is what an average of
// products needs and nothing more: no logarithm or exponential for each expert.
// A share that underflows is lost, which only lowers the wealth.
type portfolio struct {
	share     []float64 // sums to 1
	factor    []float64 // of this call, filled by the groups of bets; mean at most 1 under the null
	logWealth float64
}

// newPortfolio returns a portfolio of wealth 1, with the given shares (which need
// not sum to 1).
func newPortfolio(share []float64) *portfolio {
	p := &portfolio{share: share, factor: make([]float64, len(share))}
	total := 0.0
	for _, s := range share {
		total += s
	}
	for i := range share {
		share[i] /= total
	}
	return p
}

// collect multiplies the wealth of each expert by its factor.
func (p *portfolio) collect() {
	total := 0.0
	for i, f := range p.factor {
		p.share[i] *= f
		total += p.share[i]
	}
	p.logWealth += math.Log(total)
	if total == 0 { // every expert is ruined, for good
		return
	}
	for i := range p.share {
		p.share[i] /= total
	}
}
