package oneway

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"assay/reduction/circuit"
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

// family makes the functions of one base name. parse reads the arguments, and
// returns what builds the circuit, so that names can be listed without building.
type family struct {
	base    string
	summary string
	control bool
	parse   func(a *spec.Args) (definition, error)
}

// definition is a function that has not been built.
type definition struct {
	n, m      int
	circuit   func(b *circuit.Builder, x circuit.Word) circuit.Word
	reference func(x []bool) []bool
}

var families = []family{
	{"goldreich", "local functions of Goldreich on a random hypergraph (pred: p5, tspa, xormaj)", false, goldreich},
	{"mq", "random quadratic equations over GF(2)", false, quadratic},
	{"speck32", "Speck32/64: key to ciphertexts of known plaintexts", false, speck},
	{"simon32", "Simon32/64: key to ciphertexts of known plaintexts", false, simon},
	{"aes128", "AES-128: key to the ciphertext of a known plaintext", false, aes128},
	{"sha256", "SHA-256 of one block, with fewer rounds and a truncated digest", false, sha256},
	{"keccak", "Keccak-f[25w] on a padded input, truncated", false, keccak},
	{"mul", "the product of two integers", false, multiplication},
	{"subsetsum", "sums of subsets of random weights mod 2^m", false, subsetSum},
	{"identity", "control: the identity", true, identity},
	{"linear", "control: a random linear map over GF(2)", true, linear},
	{"constant", "control: a random constant", true, constant},
	{"twotoone", "control: a two-to-one function with a random shift", true, twoToOne},
}

// Entry describes the functions of one base name.
type Entry struct {
	Base string
	// Name is the canonical name of the function that Base alone means: all
	// arguments with their defaults.
	Name    string
	Summary string
	Control bool
}

// List returns all families, the controls last.
func List() []Entry {
	var entries []Entry
	for _, f := range families {
		_, args, err := spec.ParseName(f.base)
		if err == nil {
			_, err = f.parse(args)
		}
		if err != nil {
			panic(fmt.Sprintf("oneway: the defaults of %s: %v", f.base, err))
		}
		entries = append(entries, Entry{f.base, args.Name(), f.summary, f.control})
	}
	return entries
}

// Parse returns the function of a name: a base that [List] lists, with arguments.
// Those not given have their defaults.
func Parse(name string) (*Function, error) {
	base, args, err := spec.ParseName(name)
	if err != nil {
		return nil, fmt.Errorf("one-way function %w", err)
	}
	var bases []string
	for _, f := range families {
		if f.base != base {
			bases = append(bases, f.base)
			continue
		}
		d, err := f.parse(args)
		if err != nil {
			return nil, fmt.Errorf("one-way function %w", err)
		}
		b := circuit.NewBuilder(d.n)
		c := b.Build(d.circuit(b, b.Inputs())...)
		return &Function{args.Name(), d.n, d.m, f.control, c, d.reference}, nil
	}
	return nil, fmt.Errorf("one-way function %q: unknown, want one of %s", base, strings.Join(bases, ", "))
}

// seeded reads the argument seed, and returns the stream of the public parameters
// of a function.
func seeded(a *spec.Args, base string) *rand.Rand {
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
