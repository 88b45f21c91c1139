package spec

import "math"

// expTable holds 2^(j/256).
var expTable = func() (t [256]float64) {
	for j := range t {
		t[j] = math.Exp2(float64(j) / 256)
	}
	return t
}()

// exp returns e^v for -700 < v <= 0 to within 2 units in the last place. A data set
// takes one exponential for each pair of a point and a row. Those of [math.Exp],
// three times as slow, would take noticeable time next to the matrix products. With n
// the integer next to 256 v/ln 2 and r what is left, |r| < 0.0014, e^v is 2^(n/256),
// a power of two times an entry of the table, times the series of e^r, whose next
// term is 4e-17.
func exp(v float64) float64 {
	const (
		high  = 0x1.62e42fep-9 // ln 2/256, so short that its product with |n| < 2^18 is exact
		low   = math.Ln2/256 - high
		round = 0x1.8p52 // adding it rounds to an integer, left in the low bits
	)
	n := v*(256/math.Ln2) + round
	bits := math.Float64bits(n)
	n -= round
	r := v - n*high - n*low
	t := expTable[bits%256]
	return math.Float64frombits(math.Float64bits(t+t*r*(1+r*(1./2+r*(1./6+r*(1./24))))) + bits>>8<<52)
}
