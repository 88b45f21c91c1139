package circuit

import (
	"compress/gzip"
	"crypto/aes"
	"crypto/sha256"
	"encoding"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var circuits = flag.String("circuits", os.Getenv("ASSAY_CIRCUITS"),
	"folder of the public Bristol Fashion circuits aes_128.txt.gz and sha256.txt.gz")

// published returns a public circuit, or skips the test.
func published(t *testing.T, name string) (*Circuit, Shape) {
	if *circuits == "" {
		t.Skipf("needs the public circuit %s: give its folder with -circuits or ASSAY_CIRCUITS", name)
	}
	file, err := os.Open(filepath.Join(*circuits, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	c, shape, err := ReadBristol(text)
	if err != nil {
		t.Fatal(err)
	}
	return c, shape
}

// bigEndian returns the bits of a byte string as those files number them: as a big
// integer, the least significant bit first.
func bigEndian(data []byte) []bool {
	var bits []bool
	for _, b := range slices.Backward(data) {
		bits = append(bits, Bits(uint64(b), 8)...)
	}
	return bits
}

func TestPublishedAES(t *testing.T) {
	c, shape := published(t, "aes_128.txt.gz")
	if k := c.Counts(); k.And > 6400 || k.Xor > 28176 || !slices.Equal(shape.Inputs, []int{128, 128}) {
		t.Errorf("%v of shape %v, want at most the 6400 ANDs and 28176 XORs of the file", c, shape)
	}
	rng := rand.New(rand.NewPCG(7, 8))
	for range 10 {
		key, block, want := make([]byte, 16), make([]byte, 16), make([]byte, 16)
		fill(key, rng)
		fill(block, rng)
		cipher, err := aes.NewCipher(key)
		if err != nil {
			t.Fatal(err)
		}
		cipher.Encrypt(want, block)
		if got := c.Eval(append(bigEndian(key), bigEndian(block)...)); !slices.Equal(got, bigEndian(want)) {
			t.Fatalf("key %x, block %x: wrong ciphertext", key, block)
		}
	}
}

func TestPublishedSHA256(t *testing.T) {
	c, shape := published(t, "sha256.txt.gz")
	if k := c.Counts(); k.And > 22573 || !slices.Equal(shape.Inputs, []int{512, 256}) {
		t.Errorf("%v of shape %v, want at most the 22573 ANDs of the file", c, shape)
	}
	rng := rand.New(rand.NewPCG(9, 10))
	for range 10 {
		// The state of the hash is its chaining value after any number of blocks.
		h := sha256.New()
		chaining := func() []byte {
			state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			return state[4:36] // after the format's 4 bytes of magic
		}
		block := make([]byte, 64)
		fill(block, rng)
		h.Write(block)
		before := chaining()
		fill(block, rng)
		h.Write(block)
		got := c.Eval(append(bigEndian(block), bigEndian(before)...))
		if !slices.Equal(got, bigEndian(chaining())) {
			t.Fatalf("block %x: wrong chaining value", block)
		}
	}
}

func fill(b []byte, rng *rand.Rand) {
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
}
