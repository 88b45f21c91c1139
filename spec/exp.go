package spec

import "math"

// expTable holds 2^(j/64).
var expTable = func() (t [64]float64) {
	for j := range t {
		t[j] = math.Exp2(float64(j) / 64)
	}
	return t
}()

// exp returns e^v for -700 < v <= 0 to within 2 units in the last place. A
// data set takes one exponential for each point and each row, next to which
// [math.Exp], twice as slow, would show: v = (64 k + j) ln 2/64 + r gives 2^k times
// 2^(j/64) times the series of e^r, |r| < 0.0055, whose next term is 4e-17.
func exp(v float64) float64 {
	const (
		perTable = 64 / math.Ln2
		high     = 0x1.62e42fefap-7 // ln 2/64, so that n high is exact for |n| < 2^16
		low      = math.Ln2/64 - high
		round    = 0x1.8p52 // adding it rounds to an integer, left in the low bits
	)
	shifted := v*perTable + round
	n := int64(math.Float64bits(shifted)) << 13 >> 13
	f := shifted - round
	r := v - f*high - f*low
	series := r + r*r*(1./2+r*(1./6+r*(1./24+r*(1./120))))
	t := expTable[n&63]
	t += t * series
	return math.Float64frombits(math.Float64bits(t) + uint64(n>>6)<<52)
}
