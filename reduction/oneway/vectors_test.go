package oneway

import (
	stdsha256 "crypto/sha256"
	"crypto/sha3"
	"encoding"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"assay/internal/circuit"
)

// computes checks that circuit and reference of f both map x to y.
func computes(t *testing.T, f *Function, x, y []bool) {
	t.Helper()
	if got := f.Circuit.Eval(x); !slices.Equal(got, y) {
		t.Errorf("%s: the circuit gives %v, want %v", f.Name, got, y)
	}
	if got := f.Reference(x); !slices.Equal(got, y) {
		t.Errorf("%s: the reference gives %v, want %v", f.Name, got, y)
	}
}

func fromHex(t *testing.T, text string) []byte {
	t.Helper()
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// littleEndian returns the bits of a byte string as FIPS 202 numbers them.
func littleEndian(data []byte) []bool {
	var bits []bool
	for _, b := range data {
		bits = append(bits, circuit.Bits(uint64(b), 8)...)
	}
	return bits
}

// TestCipherVectors: the vectors printed by Beaulieu et al. (2013), appendix C.
func TestCipherVectors(t *testing.T) {
	key := circuit.Bits(0x1918111009080100, 64)
	computes(t, mustParse(t, "speck32"), key, circuit.Bits(0xa86842f2, 32))
	computes(t, mustParse(t, "simon32"), key, circuit.Bits(0xc69be9bb, 32))
}

// TestAESVector: FIPS 197, appendix C.1.
func TestAESVector(t *testing.T) {
	computes(t, mustParse(t, "aes128"),
		bitsOf(fromHex(t, "000102030405060708090a0b0c0d0e0f")),
		bitsOf(fromHex(t, "69c4e0d86a7b0430d8cdb78070b4c55a")))
}

// TestAESSBox compares the straight-line program with the definition of FIPS 197,
// section 5.1.1, on every byte: inversion in GF(2^8), then an affine map.
func TestAESSBox(t *testing.T) {
	multiply := func(x, y byte) (product byte) {
		for i := range 8 {
			if y>>i&1 == 1 {
				product ^= x
			}
			x = x<<1 ^ x>>7*0x1b
		}
		return product
	}
	b := circuit.NewBuilder(8)
	c := b.Build(aesSBox(b, b.Inputs())...)
	if k := c.Counts(); k.And != 32 || k.Xor != 83 {
		t.Errorf("%v, want 32 AND and 83 XOR", c)
	}
	for x := range 256 {
		inverse := byte(1) // x^254
		for range 254 {
			inverse = multiply(inverse, byte(x))
		}
		want := byte(0x63)
		for i := range 5 {
			want ^= inverse<<i | inverse>>(8-i)
		}
		if got := bytesOf(c.Eval(bitsOf([]byte{byte(x)})))[0]; got != want {
			t.Errorf("S-box of %#02x is %#02x, want %#02x", x, got, want)
		}
	}
}

// TestSHA256Vectors: the one-block example of FIPS 180-4, and the standard library
// on messages of every length that fits a block, and on raw blocks.
func TestSHA256Vectors(t *testing.T) {
	computes(t, mustParse(t, "sha256:n=24"), bitsOf([]byte("abc")),
		bitsOf(fromHex(t, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")))
	rng := rand.New(rand.NewPCG(3, 3))
	for length := 1; length <= 55; length += 9 {
		message := bytesOf(circuit.RandomBits(8*length, rng))
		digest := stdsha256.Sum256(message)
		f := mustParse(t, fmt.Sprintf("sha256:n=%d,m=100", 8*length))
		computes(t, f, bitsOf(message), bitsOf(digest[:])[:100])
	}
	for range 3 {
		block := bytesOf(circuit.RandomBits(512, rng))
		h := stdsha256.New()
		h.Write(block)
		state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		computes(t, mustParse(t, "sha256:n=512"), bitsOf(block), bitsOf(state[4:36])) // after 4 bytes of magic
	}
}

// TestKeccakVectors: the permutation of the zero state from the intermediate values
// published by the Keccak team, and the standard library's SHA3-256, which is the
// permutation of a padded message.
func TestKeccakVectors(t *testing.T) {
	// The first three lanes, f1258f7940e1dde7 84d5ccf933c0478a d598261ea65aa9ee.
	computes(t, mustParse(t, "keccak:w=64,n=1600,m=192"), make([]bool, 1600),
		littleEndian(fromHex(t, "e7dde140798f25f18a47c033f9ccd584eea95aa61e2698d5")))
	computes(t, mustParse(t, "keccak:w=8"), make([]bool, 200),
		littleEndian(fromHex(t, "3c2826841cb35c171eaae9b811134ceaa3852c69d2c5abafea")))
	rng := rand.New(rand.NewPCG(4, 4))
	f := mustParse(t, "keccak:w=64,m=256")
	for _, length := range []int{0, 1, 100, 134} {
		state := make([]byte, 200)
		copy(state, bytesOf(circuit.RandomBits(8*length, rng)))
		digest := sha3.Sum256(state[:length])
		state[length] ^= 0x06
		state[135] ^= 0x80
		computes(t, f, littleEndian(state), littleEndian(digest[:]))
	}
}

// TestEuler: 641 divides the fifth Fermat number.
func TestEuler(t *testing.T) {
	x := append(circuit.Bits(6700417, 23), circuit.Bits(641, 23)...)
	computes(t, mustParse(t, "mul:n=46"), x, circuit.Bits(1<<32+1, 46))
}

// TestSHA256Constants holds the first and last constants of FIPS 180-4 against
// those computed from primes.
func TestSHA256Constants(t *testing.T) {
	if sha256IV[0] != 0x6a09e667 || sha256IV[7] != 0x5be0cd19 || sha256K[0] != 0x428a2f98 || sha256K[63] != 0xc67178f2 {
		t.Errorf("IV %x, K %x", sha256IV, sha256K)
	}
}
