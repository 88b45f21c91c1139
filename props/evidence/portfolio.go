package evidence

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// portfolio is a weighted average of wealths, one for each expert. It holds the
// current shares and the logarithm of their total, which is what an average of
// products needs and nothing more: no logarithm or exponential for each expert.
// A share below negligible is given up, which only lowers the wealth.
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
	total := floats.Dot(p.share, p.factor)
	p.logWealth += math.Log(total)
	if total == 0 { // every expert is ruined, for good
		clear(p.share)
		return
	}
	scale := 1 / total
	for i, f := range p.factor {
		share := p.share[i] * f * scale
		if share < negligible {
			share = 0
		}
		p.share[i] = share
	}
}

// negligible is a share that would have to grow by a factor of 1e100 to matter. Given up,
// it spares the arithmetic of numbers too small to be normal, which is slow.
const negligible = 1e-100
