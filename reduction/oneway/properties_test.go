package oneway

import (
	"math/rand/v2"
	"slices"
	"testing"

	"assay/internal/circuit"
	"assay/spec"

	"pgregory.net/rapid"
)

// TestPredicates checks the circuits of the predicates on all inputs, and that each
// predicate is balanced, as a local function must be to hide anything.
func TestPredicates(t *testing.T) {
	for _, p := range predicates {
		b := circuit.NewBuilder(p.arity)
		c := b.Build(p.circuit(b, b.Inputs()))
		ones := 0
		for v := range uint64(1) << p.arity {
			x := circuit.Bits(v, p.arity)
			want := p.plain(x)
			if want {
				ones++
			}
			if c.Eval(x)[0] != want {
				t.Errorf("%s of %v: circuit and reference differ", p.name, x)
			}
		}
		if ones != 1<<(p.arity-1) {
			t.Errorf("%s is 1 on %d of %d inputs", p.name, ones, 1<<p.arity)
		}
	}
}

// TestHyperedges: every output of the Goldreich function reads as many distinct
// inputs as its predicate does.
func TestHyperedges(t *testing.T) {
	for name, arity := range map[string]int{"goldreich:n=10,m=40": 5, "goldreich:n=10,m=40,pred=xormaj": 10} {
		for j, inputs := range mustParse(t, name).Circuit.Support() {
			if len(inputs) != arity {
				t.Errorf("%s: output %d reads inputs %v, want %d of them", name, j, inputs, arity)
			}
		}
	}
}

// derivative returns the sum of f over all x + the subsets of the directions.
func derivative(f *Function, x []bool, directions ...[]bool) []bool {
	if len(directions) == 0 {
		return f.Circuit.Eval(x)
	}
	first := directions[0]
	return add(derivative(f, x, directions[1:]...), derivative(f, add(x, first), directions[1:]...))
}

func add(x, y []bool) []bool {
	sum := make([]bool, len(x))
	for i := range sum {
		sum[i] = x[i] != y[i]
	}
	return sum
}

// TestDegree: the third derivative of quadratic equations and the second of a
// linear map vanish, and the second of quadratic equations does not (the negative
// control; each of its 20 outputs is a random bilinear form, so that all vanish at
// a random point with probability below 2^-19 or so).
func TestDegree(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	mq, lin := mustParse(t, "mq:n=24,m=20"), mustParse(t, "linear:n=24,m=20")
	for range 20 {
		draw := func() []bool { return circuit.RandomBits(24, rng) }
		if slices.Contains(derivative(mq, draw(), draw(), draw(), draw()), true) {
			t.Error("mq is not quadratic")
		}
		if slices.Contains(derivative(lin, draw(), draw(), draw()), true) {
			t.Error("linear is not affine")
		}
		if !slices.Contains(derivative(mq, draw(), draw(), draw()), true) {
			t.Error("mq is affine")
		}
	}
	if slices.Contains(lin.Circuit.Eval(make([]bool, 24)), true) {
		t.Error("linear does not map zero to zero")
	}
}

// TestTwoToOne counts the preimages of every value: two, a fixed shift apart.
func TestTwoToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, err := Parse("twotoone:n=8,seed=" + rapid.StringMatching(`[0-9]{1,6}`).Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		preimages := map[uint64][]uint64{}
		for x := range uint64(1) << f.N {
			y := circuit.Uint(f.Circuit.Eval(circuit.Bits(x, f.N)))
			preimages[y] = append(preimages[y], x)
		}
		shift := preimages[0][0] ^ preimages[0][1]
		for y, xs := range preimages {
			if len(xs) != 2 || xs[0]^xs[1] != shift {
				t.Fatalf("value %#x has preimages %#x, want two, %#x apart", y, xs, shift)
			}
		}
	})
}

// TestKnownBits: the functions with part of the key known are the full ones with
// that part fixed.
func TestKnownBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for _, base := range []string{"speck32", "simon32", "aes128"} {
		full, some := mustParse(t, base), mustParse(t, base+":unknown=16")
		x := circuit.RandomBits(16, rng)
		fixed := map[int]bool{}
		known := circuit.RandomBits(full.N-16, spec.Stream(1, "oneway/"+base, nil, 0))
		for i, v := range known {
			fixed[16+i] = v
		}
		if got, want := full.Circuit.Specialise(fixed).Eval(x), some.Circuit.Eval(x); !slices.Equal(got, want) {
			t.Errorf("%s: fixing the known bits of the full function gives %v, want %v", base, got, want)
		}
	}
}

// TestSearchGoldreich: enumerating 2^24 inputs of a local function stops almost
// every block at an output that is the same in the whole block, so that little
// more than two outputs a block are needed; and it finds the secret.
func TestSearchGoldreich(t *testing.T) {
	f := mustParse(t, "goldreich:n=24,m=24")
	secret := uint64(0xc0ffee)
	target := f.Reference(circuit.Bits(secret, 24))
	s, err := circuit.NewSearch(f.Circuit)
	if err != nil {
		t.Fatal(err)
	}
	found, work, err := s.Preimages(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(found, secret) {
		t.Errorf("the secret is not among %d preimages", len(found))
	}
	for _, x := range found {
		if !slices.Equal(f.Reference(circuit.Bits(x, 24)), target) {
			t.Errorf("%#x is not a preimage", x)
		}
	}
	// Each output that is the same in a whole block ends half of the blocks; what is
	// left after c of them needs log2(Lanes) = 10 more and one or two. Here c >= 5:
	// 2 + 12/32. (One output at a time without that order needs 10 or more.)
	if perBlock := float64(work.Outputs) / float64(work.Blocks); perBlock > 2.4 {
		t.Errorf("%.2f outputs a block of %d inputs, want at most 2.4", perBlock, circuit.Lanes)
	}
}
