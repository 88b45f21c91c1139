package wealth

import (
	"math"
	"testing"
)

// TestRuinIsForGood: a portfolio of which every expert has lost all has nothing to bet any more.
func TestRuinIsForGood(t *testing.T) {
	p := NewPortfolio([]float64{1, 3})
	for _, factors := range [][]float64{{0, 0}, {2, 2}} {
		copy(p.Factor, factors)
		p.Collect()
		if !math.IsInf(p.LogWealth, -1) {
			t.Errorf("after factors of %v the wealth is exp(%v)", factors, p.LogWealth)
		}
	}
}
