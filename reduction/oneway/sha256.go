package oneway

import (
	"encoding/binary"
	"math/bits"

	"assay/internal/catalogue"
	"assay/internal/circuit"
)

const (
	sha256BlockBits = 512
	// sha256MessageBits is the longest message whose padding fits the block.
	sha256MessageBits = sha256BlockBits - 1 - 64
)

// sha256 is the compression of one block from the initial value of FIPS 180-4, its
// first `rounds` rounds, with the initial value added at the end. A message of
// n <= 447 bits is padded by section 5.1.1, so that 64 rounds give its hash; longer
// inputs are raw, and the rest of the block is zero. The output is the first m bits.
func sha256(a *catalogue.Args) definition {
	rounds := a.Int("rounds", 64, 1, 64)
	n := a.Int("n", sha256BlockBits, 1, sha256BlockBits)
	m := a.Int("m", 256, 1, 256)
	rest := make([]bool, sha256BlockBits-n)
	if n <= sha256MessageBits {
		rest[0] = true
		copy(rest[len(rest)-64:], bitsOf(binary.BigEndian.AppendUint64(nil, uint64(n))))
	}
	return definition{
		n: n, m: m,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			return sha256Circuit(b, append(x, constants(rest)...), rounds)[:m]
		},
		reference: func(x []bool) []bool {
			block := bytesOf(append(append([]bool(nil), x...), rest...))
			return bitsOf(sha256Plain(block, rounds))[:m]
		},
	}
}

// sha256Circuit follows FIPS 180-4, section 6.2.2. Words are least significant bit
// first inside; block and result are in the order of the standard.
func sha256Circuit(b *circuit.Builder, block circuit.Word, rounds int) circuit.Word {
	w := make([]circuit.Word, max(rounds, 16))
	for t := range w {
		if t < 16 {
			w[t] = reversed(block[32*t : 32*t+32])
			continue
		}
		x, y := w[t-15], w[t-2]
		sigma0 := b.XorWords(x.RotateLeft(-7), x.RotateLeft(-18), x.ShiftRight(3))
		sigma1 := b.XorWords(y.RotateLeft(-17), y.RotateLeft(-19), y.ShiftRight(10))
		w[t] = b.SumWords(w[t-16], w[t-7], sigma0, sigma1)
	}
	var h [8]circuit.Word // a to h
	for i := range h {
		h[i] = circuit.Constant(uint64(sha256IV[i]), 32)
	}
	for t := range rounds {
		a, e := h[0], h[4]
		sum0 := b.XorWords(a.RotateLeft(-2), a.RotateLeft(-13), a.RotateLeft(-22))
		sum1 := b.XorWords(e.RotateLeft(-6), e.RotateLeft(-11), e.RotateLeft(-25))
		k := circuit.Constant(uint64(sha256K[t]), 32)
		t1 := b.SumWords(h[7], w[t], k, b.Choose(e, h[5], h[6]), sum1)
		next := b.SumWords(b.Majority(a, h[1], h[2]), t1, sum0)
		h = [8]circuit.Word{next, a, h[1], h[2], b.Add(h[3], t1), e, h[5], h[6]}
	}
	var out circuit.Word
	for i := range h {
		out = append(out, reversed(b.Add(h[i], circuit.Constant(uint64(sha256IV[i]), 32)))...)
	}
	return out
}

func reversed(w circuit.Word) circuit.Word {
	out := make(circuit.Word, len(w))
	for i, l := range w {
		out[len(w)-1-i] = l
	}
	return out
}

func sha256Plain(block []byte, rounds int) []byte {
	var w [64]uint32
	for t := range w {
		if t < 16 {
			w[t] = binary.BigEndian.Uint32(block[4*t:])
			continue
		}
		s0 := bits.RotateLeft32(w[t-15], -7) ^ bits.RotateLeft32(w[t-15], -18) ^ w[t-15]>>3
		s1 := bits.RotateLeft32(w[t-2], -17) ^ bits.RotateLeft32(w[t-2], -19) ^ w[t-2]>>10
		w[t] = s1 + w[t-7] + s0 + w[t-16]
	}
	s := sha256IV
	for t := range rounds {
		a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
		t1 := h + (bits.RotateLeft32(e, -6) ^ bits.RotateLeft32(e, -11) ^ bits.RotateLeft32(e, -25)) +
			(e&f ^ ^e&g) + sha256K[t] + w[t]
		t2 := (bits.RotateLeft32(a, -2) ^ bits.RotateLeft32(a, -13) ^ bits.RotateLeft32(a, -22)) + (a&b ^ a&c ^ b&c)
		s = [8]uint32{t1 + t2, a, b, c, d + t1, e, f, g}
	}
	var out []byte
	for i := range s {
		out = binary.BigEndian.AppendUint32(out, s[i]+sha256IV[i])
	}
	return out
}

// sha256IV and sha256K are the first 32 bits of the fractional parts of the square
// roots of the first 8 primes and of the cube roots of the first 64 (sections 5.3.3
// and 4.2.2).
var (
	sha256IV [8]uint32
	sha256K  [64]uint32
)

func init() {
	i := 0
	for p := uint64(2); i < len(sha256K); p++ {
		if !isPrime(p) {
			continue
		}
		sha256K[i] = uint32(integerRoot(p, 3))
		if i < len(sha256IV) {
			sha256IV[i] = uint32(integerRoot(p, 2))
		}
		i++
	}
}

func isPrime(p uint64) bool {
	for q := uint64(2); q*q <= p; q++ {
		if p%q == 0 {
			return false
		}
	}
	return true
}
