package oneway

import (
	"math/bits"

	"assay/internal/catalogue"
	"assay/internal/circuit"
)

// Speck and Simon: Beaulieu et al., "The SIMON and SPECK families of lightweight
// block ciphers" (2013), here with 16-bit words and a key of 64 bits. The key is
// the integer whose hexadecimal digits the paper prints (1918111009080100 in its
// vectors), its four words from the most significant l2, l1, l0, k0 (Speck), k3 to
// k0 (Simon); a block is x 2^16 + y.

const keyBits32 = 64

// cipher32 is a block cipher of 32-bit blocks under a key of 64 bits.
type cipher32 struct {
	base      string
	rounds    int
	plaintext uint32 // of the published vector
	circuit   func(b *circuit.Builder, key circuit.Word, rounds int, x, y circuit.Word) (circuit.Word, circuit.Word)
	plain     func(key uint64, rounds int, x, y uint16) (uint16, uint16)
}

// definition returns the function from the first `unknown` bits of the key, the
// others being public, to the ciphertexts of `pairs` plaintexts: that of the
// published vector and the integers after it. Output bit 32 p + i is bit i of
// ciphertext p.
func (c cipher32) definition(a *catalogue.Args) definition {
	rounds := a.Int("rounds", c.rounds, 1, c.rounds)
	unknown := a.Int("unknown", keyBits32, 1, keyBits32)
	pairs := a.Int("pairs", 1, 1, 16)
	known := circuit.RandomBits(keyBits32-unknown, seeded(a, c.base))
	return definition{
		n: unknown, m: 32 * pairs,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			key := append(x, constants(known)...)
			var out circuit.Word
			for p := range pairs {
				block := circuit.Constant(uint64(c.plaintext)+uint64(p), 32)
				u, v := c.circuit(b, key, rounds, block[16:], block[:16])
				out = append(append(out, v...), u...)
			}
			return out
		},
		reference: func(x []bool) []bool {
			key := circuit.Uint(append(append([]bool(nil), x...), known...))
			var out []bool
			for p := range pairs {
				block := c.plaintext + uint32(p)
				u, v := c.plain(key, rounds, uint16(block>>16), uint16(block))
				out = append(out, circuit.Bits(uint64(u)<<16|uint64(v), 32)...)
			}
			return out
		},
	}
}

func speck(a *catalogue.Args) definition {
	return cipher32{"speck32", 22, 0x6574694c, speckCircuit, speckPlain}.definition(a)
}

func simon(a *catalogue.Args) definition {
	return cipher32{"simon32", 32, 0x65656877, simonCircuit, simonPlain}.definition(a)
}

// speckCircuit has rotations by alpha = 7 and beta = 2, as blocks of 32 bits do. The
// key schedule is the round function itself with the round number for a key.
func speckCircuit(b *circuit.Builder, key circuit.Word, rounds int, x, y circuit.Word) (circuit.Word, circuit.Word) {
	round := func(x, y, k circuit.Word) (circuit.Word, circuit.Word) {
		x = b.XorWords(b.Add(x.RotateLeft(-7), y), k)
		return x, b.XorWords(y.RotateLeft(2), x)
	}
	k := key[:16]
	l := [3]circuit.Word{key[16:32], key[32:48], key[48:64]}
	for i := range rounds {
		x, y = round(x, y, k)
		l[i%3], k = round(l[i%3], k, circuit.Constant(uint64(i), 16))
	}
	return x, y
}

func speckPlain(key uint64, rounds int, x, y uint16) (uint16, uint16) {
	k := make([]uint16, rounds+1)
	l := make([]uint16, rounds+3)
	k[0], l[0], l[1], l[2] = uint16(key), uint16(key>>16), uint16(key>>32), uint16(key>>48)
	for i := range rounds {
		l[i+3] = k[i] + bits.RotateLeft16(l[i], -7) ^ uint16(i)
		k[i+1] = bits.RotateLeft16(k[i], 2) ^ l[i+3]
	}
	for i := range rounds {
		x = bits.RotateLeft16(x, -7) + y ^ k[i]
		y = bits.RotateLeft16(y, 2) ^ x
	}
	return x, y
}

// simonZ is the constant sequence z0 of period 62, its first bit first.
const simonZ = "11111010001001010110000111001101111101000100101011000011100110"

func simonCircuit(b *circuit.Builder, key circuit.Word, rounds int, x, y circuit.Word) (circuit.Word, circuit.Word) {
	k := make([]circuit.Word, max(rounds, 4))
	for i := range k {
		if i < 4 {
			k[i] = key[16*i : 16*i+16]
			continue
		}
		t := b.XorWords(k[i-1].RotateLeft(-3), k[i-3])
		constant := circuit.Constant(0xfffc^uint64(simonZ[(i-4)%62]&1), 16)
		k[i] = b.XorWords(k[i-4], t, t.RotateLeft(-1), constant)
	}
	for i := range rounds {
		f := b.AndWords(x.RotateLeft(1), x.RotateLeft(8))
		x, y = b.XorWords(y, f, x.RotateLeft(2), k[i]), x
	}
	return x, y
}

func simonPlain(key uint64, rounds int, x, y uint16) (uint16, uint16) {
	const z uint64 = 0b01100111000011010100100010111110110011100001101010010001011111 // bit i is z0[i]
	for i := range rounds {
		k := uint16(key)
		x, y = y^bits.RotateLeft16(x, 1)&bits.RotateLeft16(x, 8)^bits.RotateLeft16(x, 2)^k, x
		// The key register moves down by a word; the new one enters at the top.
		t := bits.RotateLeft16(uint16(key>>48), -3) ^ uint16(key>>16)
		t ^= bits.RotateLeft16(t, -1)
		next := ^k ^ t ^ 3 ^ uint16(z>>(i%62)&1)
		key = key>>16 | uint64(next)<<48
	}
	return x, y
}
