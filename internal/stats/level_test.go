package stats

import (
	"math"
	"math/big"
	"testing"
)

// TestLevel: the first n levels sum to alpha n/(n+1), for every n up to 2000, in exact
// arithmetic on the levels as they were rounded: each is off by half a unit in the last
// place, 2^-53 of itself, so that the sum is off by 2^-53 alpha at most. A square in place of
// the product, or numbers that begin at 0, are off by a half of alpha and more.
func TestLevel(t *testing.T) {
	const alpha = 0.01
	sum := new(big.Rat)
	for n := int64(1); n <= 2000; n++ {
		sum.Add(sum, new(big.Rat).SetFloat64(Level(alpha, int(n))))
		want := new(big.Rat).SetFloat64(alpha)
		want.Mul(want, big.NewRat(n, n+1))
		difference, _ := want.Sub(want, sum).Float64()
		if math.Abs(difference) > math.Exp2(-53)*alpha {
			t.Fatalf("%d levels sum to alpha n/(n+1) less %v", n, difference)
		}
	}
}
