package relu

import (
	"math/bits"

	"assay/internal/circuit"
)

// mostLocal bounds the bits that an output may depend on to be one layer, and
// mostLocalUnits the units of it.
const (
	mostLocal      = 10
	mostLocalUnits = 64
)

// local is an output of few bits as one layer of units: P + g over GF(2), P the parity of
// the bits whose flip always flips the output, g what is left, of r other bits.
//
// If g is symmetric, the output is a function of the integer w + (k+1) v, w the count of
// the k bits of P and v that of the r bits of g: one builder.Table. Otherwise it is
//
//	P + sum over the inputs e on which g is 1 of [e] (1 - 2 P),
//
// with [e] = ReLU(l - r + 1), l the number of the r bits that are as in e, and [e] P the
// table of P at w + k (l - r), which is at most 0 unless l = r. The predicate P5 =
// x1 + x2 + x3 + x4 x5 takes 3 + 1 + 3 = 7 units.
type local struct {
	linear, rest []int     // the bits of P and of g
	table        []float64 // where g is symmetric and that is shorter, the values at w + (k+1) v
	ones         []uint64  // else the inputs on which g, or not g, is 1
	negated      bool      // not g
}

// planLocal returns output j, which depends on the inputs of support, as one layer, and
// nil if it takes more than mostLocalUnits.
func planLocal(c *circuit.Circuit, j int, support []int) *local {
	if len(support) > mostLocal {
		return nil
	}
	truth := truthTable(c, j, support)
	p := &local{}
	var free uint64 // the places in support of the bits of g
	for i, input := range support {
		if flips(truth, i) {
			p.linear = append(p.linear, input)
		} else {
			p.rest = append(p.rest, input)
			free |= 1 << i
		}
	}
	k, r := len(p.linear), len(p.rest)
	g := make([]bool, 1<<r)
	for e := range g {
		g[e] = truth[deposit(uint64(e), free)]
	}
	var ones [2][]uint64
	for e, v := range g {
		ones[index(v)] = append(ones[index(v)], uint64(e))
	}
	p.ones = ones[1]
	if len(ones[0]) < len(ones[1]) {
		p.ones, p.negated = ones[0], true
	}
	units := k + len(p.ones)*(k+1)
	if counts, ok := symmetric(g, r); ok && (k+1)*(r+1)-1 < units {
		units = (k+1)*(r+1) - 1
		for _, v := range counts {
			for w := range k + 1 {
				p.table = append(p.table, float64(index(v)^w&1))
			}
		}
	}
	if units > mostLocalUnits {
		return nil
	}
	return p
}

// compile returns the output on the given bits.
func (p *local) compile(b *builder, input []affine) affine {
	k, r := len(p.linear), len(p.rest)
	w, v := count(input, p.linear), count(input, p.rest)
	if p.table != nil {
		return b.Table(w.Plus(v.Times(float64(k+1))), p.table)
	}
	parity := alternating(k)
	parts := []scaledAffine{{1, b.Table(w, parity)}}
	for _, e := range p.ones {
		short := number(float64(-r)) // l - r
		for i, at := range p.rest {
			bit := input[at]
			if e>>i&1 == 0 {
				bit = b.Not(bit)
			}
			short = short.Plus(bit)
		}
		parts = append(parts, scaledAffine{1, b.ReLU(short.Plus(number(1)))},
			scaledAffine{-2, b.Table(w.Plus(short.Times(float64(k))), parity)})
	}
	if p.negated {
		return b.Not(sum(parts...))
	}
	return sum(parts...)
}

// count returns the number of the bits at the given places that are set.
func count(input []affine, at []int) affine {
	var chosen []affine
	for _, i := range at {
		chosen = append(chosen, input[i])
	}
	return total(chosen)
}

// truthTable returns the output for every value of the inputs of support, the first the
// least significant bit.
func truthTable(c *circuit.Circuit, j int, support []int) []bool {
	b := circuit.NewBuilder(len(support))
	inputs := make([]circuit.Lit, c.Inputs())
	for i, input := range support {
		inputs[input] = b.Input(i)
	}
	small := b.Build(b.Append(c, inputs)[j])
	truth := make([]bool, 1<<len(support))
	for e := range truth {
		truth[e] = small.Eval(circuit.Bits(uint64(e), len(support)))[0]
	}
	return truth
}

// flips reports whether flipping bit i always flips the output.
func flips(truth []bool, i int) bool {
	for e, v := range truth {
		if v == truth[e^1<<i] {
			return false
		}
	}
	return true
}

// symmetric returns the value for each count of set bits, if that determines it.
func symmetric(g []bool, r int) (counts []bool, ok bool) {
	counts = make([]bool, r+1)
	for v := range counts {
		counts[v] = g[1<<v-1]
	}
	for e, v := range g {
		if v != counts[bits.OnesCount(uint(e))] {
			return nil, false
		}
	}
	return counts, true
}

// deposit spreads the low bits of v over the set bits of mask.
func deposit(v, mask uint64) uint64 {
	var spread uint64
	for ; mask != 0; mask &= mask - 1 {
		spread |= (v & 1) << bits.TrailingZeros64(mask)
		v >>= 1
	}
	return spread
}

func index(v bool) int {
	if v {
		return 1
	}
	return 0
}
