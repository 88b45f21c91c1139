// Package wealth is what bets come to.
package wealth

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Portfolio is a weighted average of wealths, one for each expert. It holds the
// current shares and the logarithm of their total, which is what an average of
// products needs and nothing more: no logarithm or exponential for each expert.
// A share below negligible is given up, which only lowers the wealth.
type Portfolio struct {
	Share     []float64 // sums to 1
	Factor    []float64 // of this call, filled by the groups of bets; mean at most 1 under the null
	LogWealth float64
}

// NewPortfolio returns a portfolio of wealth 1, with the given shares (which need
// not sum to 1).
func NewPortfolio(share []float64) *Portfolio {
	p := &Portfolio{Share: share, Factor: make([]float64, len(share))}
	total := 0.0
	for _, s := range share {
		total += s
	}
	for i := range share {
		share[i] /= total
	}
	return p
}

// Collect multiplies the wealth of each expert by its factor.
func (p *Portfolio) Collect() {
	total := floats.Dot(p.Share, p.Factor)
	p.LogWealth += math.Log(total)
	if total == 0 { // every expert is ruined, for good
		clear(p.Share)
		return
	}
	scale := 1 / total
	for i, f := range p.Factor {
		share := p.Share[i] * f * scale
		if share < negligible {
			share = 0
		}
		p.Share[i] = share
	}
}

// negligible is a share that would have to grow by a factor of 1e100 to matter. Given up,
// it spares the arithmetic of numbers too small to be normal, which is slow.
const negligible = 1e-100
