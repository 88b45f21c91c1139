package oneway

import (
	stdsha256 "crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/internal/circuit"

	"pgregory.net/rapid"
)

func mustParse(t testing.TB, name string) *Function {
	t.Helper()
	f, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// agree returns an error if the circuit and the reference of f differ on one of k
// random inputs.
func agree(f *Function, k int, rng *rand.Rand) error {
	for range k {
		x := circuit.RandomBits(f.N, rng)
		given := slices.Clone(x)
		got, want := f.Circuit.Eval(x), f.Reference(x)
		switch {
		case !slices.Equal(x, given):
			return fmt.Errorf("%s: the input was changed", f.Name)
		case len(want) != f.M || len(got) != f.M:
			return fmt.Errorf("%s: %d and %d outputs, want %d", f.Name, len(got), len(want), f.M)
		case !slices.Equal(got, want):
			return fmt.Errorf("%s: circuit and reference differ on input %v", f.Name, x)
		}
	}
	return nil
}

// drawName draws the name of a function of any family, small enough that a
// thousand can be built in seconds.
func drawName(t *rapid.T) string {
	integer := func(key string, lo, hi int) string {
		return fmt.Sprintf("%s=%d", key, rapid.IntRange(lo, hi).Draw(t, key))
	}
	arguments := map[string]func() []string{
		"goldreich": func() []string {
			pred := rapid.SampledFrom([]string{"p5", "tspa", "xormaj"}).Draw(t, "pred")
			return []string{integer("n", 10, 40), integer("m", 1, 50), "pred=" + pred}
		},
		"mq": func() []string { return []string{integer("n", 1, 20), integer("m", 1, 20)} },
		"speck32": func() []string {
			return []string{integer("rounds", 1, 22), integer("unknown", 1, 64), integer("pairs", 1, 2)}
		},
		"simon32": func() []string {
			return []string{integer("rounds", 1, 32), integer("unknown", 1, 64), integer("pairs", 1, 2)}
		},
		"sha256": func() []string { return []string{integer("rounds", 1, 20), integer("n", 1, 512), integer("m", 1, 256)} },
		"keccak": func() []string {
			log := rapid.IntRange(0, 3).Draw(t, "log w")
			return []string{fmt.Sprintf("w=%d", 1<<log), integer("rounds", 1, 12+2*log),
				integer("n", 1, 25<<log), integer("m", 1, 25<<log)}
		},
		"mul":       func() []string { return []string{integer("n", 2, 40)} },
		"subsetsum": func() []string { return []string{integer("n", 1, 40), integer("m", 1, 80)} },
		"identity":  func() []string { return []string{integer("n", 1, 40)} },
		"linear":    func() []string { return []string{integer("n", 1, 40), integer("m", 1, 40)} },
		"constant":  func() []string { return []string{integer("n", 1, 40), integer("m", 1, 40)} },
		"twotoone":  func() []string { return []string{integer("n", 2, 40)} },
	}
	base := rapid.SampledFrom([]string{"goldreich", "mq", "speck32", "simon32", "sha256", "keccak", "mul",
		"subsetsum", "identity", "linear", "constant", "twotoone"}).Draw(t, "base")
	keys := arguments[base]()
	switch base {
	case "sha256", "keccak", "mul", "identity":
	default:
		keys = append(keys, integer("seed", 0, 1000))
	}
	return base + ":" + strings.Join(keys, ",")
}

func TestCircuitAgreesWithReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, err := Parse(drawName(t))
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "input"), 0))
		if err := agree(f, 4, rng); err != nil {
			t.Fatal(err)
		}
	})
}

// TestDefaults checks every family as its base alone names it, the large ones
// included, and its circuit bit-sliced.
func TestDefaults(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, description := range List() {
		base, _, _ := strings.Cut(name, ":")
		t.Run(base, func(t *testing.T) {
			f := mustParse(t, base)
			if f.Name != name || description == "" || f.Control != strings.HasPrefix(description, "control: ") {
				t.Errorf("%s, %q, names %s, a control: %v", name, description, f.Name, f.Control)
			}
			if again := mustParse(t, f.Name); again.Name != f.Name {
				t.Errorf("%s, parsed again, is %s", f.Name, again.Name)
			}
			if f.N != f.Circuit.Inputs() || f.M != f.Circuit.Outputs() {
				t.Errorf("%d -> %d, but the circuit is %v", f.N, f.M, f.Circuit)
			}
			if err := agree(f, 10, rng); err != nil {
				t.Error(err)
			}
			m := circuit.Compile(f.Circuit).NewMachine()
			inputs := make([][]bool, 20)
			lanes := rng.Perm(circuit.Lanes)[:len(inputs)]
			for k, lane := range lanes {
				inputs[k] = circuit.RandomBits(f.N, rng)
				for i, v := range inputs[k] {
					m.Input(i).Set(lane, v)
				}
			}
			m.Run()
			for j := range f.M {
				block := m.Output(j)
				for k, lane := range lanes {
					if block.Get(lane) != f.Reference(inputs[k])[j] {
						t.Fatalf("output %d of lane %d is wrong", j, lane)
					}
				}
			}
		})
	}
}

// TestAgreeNoticesAFault is the negative control of the comparisons: the fault is
// one output that is wrong where four given inputs are set, for one input in 16.
// 300 inputs miss it with probability (15/16)^300 < 4e-9.
func TestAgreeNoticesAFault(t *testing.T) {
	f := mustParse(t, "goldreich:n=16")
	sound := f.Reference
	f.Reference = func(x []bool) []bool {
		out := sound(x)
		out[7] = out[7] != (x[0] && x[3] && x[8] && x[15])
		return out
	}
	if agree(f, 300, rand.New(rand.NewPCG(2, 2))) == nil {
		t.Error("the fault was not noticed")
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name     string
		and      int // at most, from plain published circuits
		andDepth int
	}{
		{"goldreich:n=100,pred=p5", 100, 1},
		{"goldreich:n=100,pred=tspa", 100, 1},
		{"goldreich:n=100,pred=xormaj", 300, 2},
		{"mq:n=32", 496, 1},
		{"speck32", 630, 155},
		{"simon32", 496, 31},
		{"aes128", 6400, 60},
		{"sha256:rounds=64,n=512", 22352, 1604},
		{"sha256:rounds=16,n=512", 4493, 404},
		{"keccak", 38400, 24},
		{"mul:n=32", 496, 31},
		{"mul:n=64", 2016, 63},
		{"subsetsum:n=32", 920, 31},
		{"subsetsum:n=64", 3865, 63},
		{"identity:n=100", 0, 0},
		{"linear:n=100", 0, 0},
		{"constant:n=100", 0, 0},
		{"twotoone:n=100", 97, 1},
	} {
		f := mustParse(t, c.name)
		if k := f.Circuit.Counts(); k.And > c.and || f.Circuit.AndDepth() > c.andDepth {
			t.Errorf("%s: %v, want at most %d AND, AND-depth %d", c.name, f.Circuit, c.and, c.andDepth)
		}
	}
}

// TestNamesAreStable folds the functions of many names into one hash: it changes
// if any name comes to mean another function.
func TestNamesAreStable(t *testing.T) {
	h := stdsha256.New()
	for _, name := range []string{
		"goldreich:n=20", "goldreich:n=20,pred=tspa,seed=2", "goldreich:n=20,m=30,pred=xormaj",
		"mq:n=12", "mq:n=12,m=20,seed=3", "speck32:unknown=16", "simon32:unknown=16,seed=4",
		"aes128:unknown=16", "sha256:rounds=17,n=128", "keccak:w=8,rounds=4,n=100,m=50", "mul:n=21",
		"subsetsum:n=20,m=24", "identity", "linear:n=10,m=12", "constant:n=5,m=7", "twotoone:n=12",
	} {
		f := mustParse(t, name)
		fmt.Fprintln(h, f.Name, f.N, f.M)
		rng := rand.New(rand.NewPCG(0, 0))
		for range 16 {
			fmt.Fprintln(h, f.Reference(circuit.RandomBits(f.N, rng)))
		}
	}
	const want = "93e81463e4e2f3d5fc620cf09a1174baf5d4e46343c0d4fbb10ebb84560846c5"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"", `one-way function "": want NAME or NAME:key=value,key=value`},
		{"md5", `unknown one-way function "md5", want one of goldreich, mq, speck32, simon32, aes128, sha256, keccak, mul, subsetsum, identity, linear, constant, twotoone`},
		{"goldriech", `unknown one-way function "goldriech"; did you mean "goldreich"?`},
		{"goldreich:n", `one-way function goldreich:n: "n" is not key=value (want goldreich:key=value,key=value)`},
		{"goldreich:n=4", "one-way function goldreich: n=4: predicate p5 reads 5 inputs, want n at least 5"},
		{"goldreich:n=9,pred=xormaj", "one-way function goldreich: n=9: predicate xormaj reads 10 inputs, want n at least 10"},
		{"goldreich:pred=p6", "one-way function goldreich: pred=p6: want one of p5, tspa, xormaj"},
		{"mq:n=0", "one-way function mq: n=0: want an integer from 1 to 128"},
		{"speck32:rounds=23", "one-way function speck32: rounds=23: want an integer from 1 to 22"},
		{"speck32:unknown=65", "one-way function speck32: unknown=65: want an integer from 1 to 64"},
		{"aes128:rounds=3", `one-way function aes128: unknown key "rounds"; it takes unknown, seed`},
		{"sha256:n=513", "one-way function sha256: n=513: want an integer from 1 to 512"},
		{"keccak:w=3", "one-way function keccak: w=3: want one of 1, 2, 4, 8, 16, 32, 64"},
		{"keccak:w=8,n=201", "one-way function keccak: n=201: want an integer from 1 to 200"},
		{"mul:seed=1", `one-way function mul: unknown key "seed"; it takes n`},
		{"linear:seed=-1", "one-way function linear: seed=-1: want an integer from 0 to 9223372036854775807"},
		{"twotoone:n=1", "one-way function twotoone: n=1: want an integer from 2 to 4096"},
	} {
		_, err := Parse(c.name)
		if err == nil || err.Error() != c.want {
			t.Errorf("Parse(%q): error %v, want %s", c.name, err, c.want)
		}
	}
}
