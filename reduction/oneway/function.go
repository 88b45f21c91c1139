package oneway

import (
	"iter"
	"math"
	"math/rand/v2"

	"assay/internal/catalogue"
	"assay/internal/circuit"
	"assay/spec"
)

// Function is f : {0,1}^N -> {0,1}^M.
type Function struct {
	// Name is canonical: parsed again it gives the same function.
	Name string
	N, M int
	// Control says that the function is known to be easy to invert.
	Control bool
	// Circuit computes f.
	Circuit *circuit.Circuit
	// Reference computes f without the circuit, from N bits. It is safe for
	// concurrent use.
	Reference func(x []bool) []bool
}

// definition is a function that has not been built, so that names can be listed
// without building.
type definition struct {
	n, m      int
	control   bool
	circuit   func(b *circuit.Builder, x circuit.Word) circuit.Word
	reference func(x []bool) []bool
}

var families = catalogue.New[definition]("one-way function").
	Add("goldreich", "local functions of Goldreich on a random hypergraph (pred: p5, tspa, xormaj)", goldreich).
	Add("mq", "random quadratic equations over GF(2)", quadratic).
	Add("speck32", "Speck32/64: key to ciphertexts of known plaintexts", speck).
	Add("simon32", "Simon32/64: key to ciphertexts of known plaintexts", simon).
	Add("aes128", "AES-128: key to the ciphertext of a known plaintext", aes128).
	Add("sha256", "SHA-256 of one block, with fewer rounds and a truncated digest", sha256).
	Add("keccak", "Keccak-f[25w] on a padded input, truncated", keccak).
	Add("mul", "the product of two integers", multiplication).
	Add("subsetsum", "sums of subsets of random weights mod 2^m", subsetSum).
	Add("identity", "control: the identity", control(identity)).
	Add("linear", "control: a random linear map over GF(2)", control(linear)).
	Add("constant", "control: a random constant", control(constant)).
	Add("twotoone", "control: a two-to-one function with a random shift", control(twoToOne))

// control marks what a reader returns as a control.
func control(read func(*catalogue.Args) definition) func(*catalogue.Args) definition {
	return func(a *catalogue.Args) definition {
		d := read(a)
		d.control = true
		return d
	}
}

// List returns the canonical name of one function of each family, that which the base alone
// means, and describes the family in one line. The controls come last.
func List() iter.Seq2[string, string] { return families.Names() }

// Parse returns the function of a name: a base that [List] lists, with arguments.
// Those not given have their defaults.
func Parse(name string) (*Function, error) {
	d, canonical, err := families.Parse(name)
	if err != nil {
		return nil, err
	}
	b := circuit.NewBuilder(d.n)
	c := b.Build(d.circuit(b, b.Inputs())...)
	return &Function{canonical, d.n, d.m, d.control, c, d.reference}, nil
}

// seeded reads the argument seed, and returns the stream of the public parameters
// of a function.
func seeded(a *catalogue.Args, base string) *rand.Rand {
	seed := a.Int("seed", 1, 0, math.MaxInt)
	return spec.Stream(uint64(seed), "oneway/"+base, nil, 0)
}

// constants returns the literals of bits.
func constants(bits []bool) circuit.Word {
	w := make(circuit.Word, len(bits))
	for i, v := range bits {
		w[i] = circuit.Const(v)
	}
	return w
}

// parity returns the sum of bits over GF(2).
func parity(bits ...bool) bool {
	sum := false
	for _, b := range bits {
		sum = sum != b
	}
	return sum
}
