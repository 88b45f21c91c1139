package circuit

import (
	"fmt"
	"math/rand/v2"
)

// Eval returns the m outputs for one input of n bits. It panics if len(input) is
// not n.
func (c *Circuit) Eval(input []bool) []bool {
	if len(input) != c.n {
		panic(fmt.Sprintf("circuit: Eval of %d bits, want %d", len(input), c.n))
	}
	value := make([]bool, c.nodes())
	copy(value[1:], input)
	at := func(l Lit) bool { return value[l.node()] != l.negated() }
	for i, g := range c.gates {
		if g.isXor() {
			value[c.n+1+i] = at(g.a) != at(g.b)
		} else {
			value[c.n+1+i] = at(g.a) && at(g.b)
		}
	}
	output := make([]bool, len(c.outputs))
	for j, l := range c.outputs {
		output[j] = at(l)
	}
	return output
}

// Specialise returns the circuit with the inputs of fixed (index to value) held
// constant and folded away; the other inputs keep their order. It panics if an
// index is not in [0, n).
func (c *Circuit) Specialise(fixed map[int]bool) *Circuit {
	for i := range fixed {
		if i < 0 || i >= c.n {
			panic(fmt.Sprintf("circuit: Specialise: input %d of %d", i, c.n))
		}
	}
	b := NewBuilder(c.n - len(fixed))
	inputs := make([]Lit, c.n)
	free := 0
	for i := range inputs {
		if v, ok := fixed[i]; ok {
			inputs[i] = Const(v)
		} else {
			inputs[i] = b.Input(free)
			free++
		}
	}
	return b.Build(b.Append(c, inputs)...)
}

// RandomBits returns n fair bits.
func RandomBits(n int, rng *rand.Rand) []bool {
	bits := make([]bool, n)
	for i := range bits {
		bits[i] = rng.Uint64()&1 == 1
	}
	return bits
}

// Bits returns the n low bits of v, least significant first.
func Bits(v uint64, n int) []bool {
	bits := make([]bool, n)
	for i := range bits {
		bits[i] = i < 64 && v>>i&1 == 1
	}
	return bits
}

// Uint returns the integer whose bits are given, least significant first. It
// panics if there are more than 64.
func Uint(bits []bool) uint64 {
	if len(bits) > 64 {
		panic(fmt.Sprintf("circuit: Uint of %d bits", len(bits)))
	}
	var v uint64
	for i, bit := range bits {
		if bit {
			v |= 1 << i
		}
	}
	return v
}
