package oneway

import (
	"fmt"
	"math/bits"
	"strconv"

	"assay/internal/catalogue"
	"assay/internal/circuit"
)

// keccak is Keccak-p[25w, rounds] of FIPS 202 on a state whose first n bits are the
// input and whose others are zero, truncated to its first m bits. With fewer than
// the 12 + 2 log2(w) rounds of Keccak-f it is, as there, the last rounds that
// remain.
func keccak(a *catalogue.Args) definition {
	w, _ := strconv.Atoi(a.Choice("w", "64", "1", "2", "4", "8", "16", "32", "64"))
	log := bits.TrailingZeros(uint(w))
	rounds := a.Int("rounds", 12+2*log, 1, 12+2*log)
	n := a.Int("n", 25*w, 1, 25*w)
	m := a.Int("m", 25*w, 1, 25*w)
	return definition{
		n: n, m: m,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			state := append(x, circuit.Constant(0, 25*w-n)...)
			return keccakCircuit(b, state, log, rounds)[:m]
		},
		reference: func(x []bool) []bool {
			state := append(append([]bool(nil), x...), make([]bool, 25*w-n)...)
			return keccakPlain(state, w, rounds)[:m]
		},
	}
}

// keccakCircuit follows FIPS 202, section 3: bit z of lane (x, y) is bit
// w(5y + x) + z of the state.
func keccakCircuit(b *circuit.Builder, state circuit.Word, log, rounds int) circuit.Word {
	w := 1 << log
	var lane [5][5]circuit.Word // [x][y]
	for x := range 5 {
		for y := range 5 {
			lane[x][y] = state[w*(5*y+x) : w*(5*y+x)+w]
		}
	}
	total := 12 + 2*log
	for round := total - rounds; round < total; round++ {
		// theta (3.2.1)
		var column [5]circuit.Word
		for x := range column {
			column[x] = b.XorWords(lane[x][0], lane[x][1], lane[x][2], lane[x][3], lane[x][4])
		}
		for x := range 5 {
			d := b.XorWords(column[(x+4)%5], column[(x+1)%5].RotateLeft(1))
			for y := range 5 {
				lane[x][y] = b.XorWords(lane[x][y], d)
			}
		}
		// rho (3.2.2)
		x, y := 1, 0
		for t := range 24 {
			lane[x][y] = lane[x][y].RotateLeft((t + 1) * (t + 2) / 2)
			x, y = y, (2*x+3*y)%5
		}
		// pi (3.2.3)
		before := lane
		for x := range 5 {
			for y := range 5 {
				lane[x][y] = before[(x+3*y)%5][x]
			}
		}
		// chi (3.2.4)
		before = lane
		for x := range 5 {
			for y := range 5 {
				masked := b.AndWords(before[(x+1)%5][y].Not(), before[(x+2)%5][y])
				lane[x][y] = b.XorWords(before[x][y], masked)
			}
		}
		// iota (3.2.5)
		for j := range log + 1 {
			at := &lane[0][0][1<<j-1]
			*at = at.NotIf(keccakRC(j + 7*round))
		}
	}
	var out circuit.Word
	for y := range 5 {
		for x := range 5 {
			out = append(out, lane[x][y]...)
		}
	}
	return out
}

// keccakRC is rc(t), algorithm 5 of FIPS 202.
func keccakRC(t int) bool {
	r := uint(1) // bit i is R[i]
	for range t % 255 {
		r <<= 1
		if r>>8&1 == 1 {
			r ^= 0x171 // R[0], R[4], R[5], R[6] and R[8] itself
		}
	}
	return r&1 == 1
}

// keccakPlain works on lanes as integers, with the rotations and round constants
// of the tables for w = 64, reduced to w.
func keccakPlain(state []bool, w, rounds int) []bool {
	mask := uint64(1)<<w - 1 // all ones if w = 64
	rotate := func(v uint64, k int) uint64 {
		k %= w
		return (v<<k | v>>(w-k)) & mask
	}
	var a, e [25]uint64
	for i := range a {
		a[i] = circuit.Uint(state[i*w : i*w+w])
	}
	total := 12 + 2*bits.TrailingZeros(uint(w))
	for _, constant := range keccakConstants[total-rounds : total] {
		var c [5]uint64
		for i, v := range a {
			c[i%5] ^= v
		}
		for i := range a {
			a[i] ^= c[(i+4)%5] ^ rotate(c[(i+1)%5], 1)
		}
		for i := range a {
			x, y := i%5, i/5
			e[y+5*((2*x+3*y)%5)] = rotate(a[i], keccakRotations[i])
		}
		for i := range a {
			row := i - i%5
			a[i] = e[i] ^ ^e[row+(i+1)%5]&e[row+(i+2)%5]
		}
		a[0] ^= constant & mask
	}
	var out []bool
	for _, v := range a {
		out = append(out, circuit.Bits(v, w)...)
	}
	if len(out) != 25*w {
		panic(fmt.Sprintf("oneway: keccak state of %d bits", len(out)))
	}
	return out
}

var keccakRotations = [25]int{
	0, 1, 62, 28, 27,
	36, 44, 6, 55, 20,
	3, 10, 43, 25, 39,
	41, 45, 15, 21, 8,
	18, 2, 61, 56, 14,
}

var keccakConstants = [24]uint64{
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
	0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
	0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
}
