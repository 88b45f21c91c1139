package inverter

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"assay/internal/circuit"
	"assay/reduction/oneway"
)

// fataler is what both *testing.T and *rapid.T are.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkAgainst compares an inverter with all preimages, found by evaluation: what it
// returns is one, ErrNoPreimage is said where there is none and only there, and
// samples are preimages.
func checkAgainst(t fataler, inverter Inverter, c *circuit.Circuit, z []bool, rng *rand.Rand) {
	t.Helper()
	all := preimages(c, z)
	verdict := func(what string, x [][]bool, err error) {
		t.Helper()
		if len(all) == 0 {
			if !errors.Is(err, ErrNoPreimage) {
				t.Fatalf("%s: %s of an image without preimage: %v, error %v", inverter.Name(), what, x, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("%s: %s: %v", inverter.Name(), what, err)
		}
		for _, x := range x {
			if len(x) != c.Inputs() || !all[circuit.Uint(x)] {
				t.Fatalf("%s: %s gives %v, which is none of %d preimages", inverter.Name(), what, x, len(all))
			}
		}
	}
	x, _, err := inverter.Invert(context.Background(), c, z, rng)
	verdict("Invert", [][]bool{x}, err)
	some, _, err := inverter.Sample(context.Background(), c, z, 3, rng)
	verdict("Sample", some, err)
	if err == nil && len(some) != 3 {
		t.Fatalf("%s: %d samples, want 3", inverter.Name(), len(some))
	}
}

// inProcess are the inverters for all circuits that need no program.
var inProcess = []Inverter{Enumerate(), &sat{gophersat{}, minCell}}

// TestKinds: every inverter in this process on every kind of function, for every image there is and
// some that are none.
func TestKinds(t *testing.T) {
	rng := newRand(1)
	for kind, c := range kinds() {
		for range 3 {
			image := c.Eval(circuit.RandomBits(c.Inputs(), rng))
			any := circuit.RandomBits(c.Outputs(), rng)
			for _, inverter := range inProcess {
				checkAgainst(t, inverter, c, image, rng)
				checkAgainst(t, inverter, c, any, rng)
			}
			if c.Counts().And == 0 {
				checkAgainst(t, Linear(), c, image, rng)
				checkAgainst(t, Linear(), c, any, rng)
			} else if _, _, err := Linear().Invert(context.Background(), c, image, rng); err == nil || !strings.Contains(err.Error(), "ANDs") {
				t.Errorf("linear on %s: error %v", kind, err)
			}
		}
	}
}

// TestInvertersAgree on random circuits.
func TestInvertersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		z := drawImage(t, c)
		rng := newRand(rapid.Uint64().Draw(t, "seed"))
		for _, inverter := range inProcess {
			checkAgainst(t, inverter, c, z, rng)
		}
	})
}

func TestLinearAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawAffine(t)
		checkAgainst(t, Linear(), c, drawImage(t, c), newRand(rapid.Uint64().Draw(t, "seed")))
	})
}

// TestListIsComplete: the preimages among the solutions of random equations are listed
// by evaluation and by search, each once, or one more than the limit.
func TestListIsComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		z := drawImage(t, c)
		limit := rapid.IntRange(0, 300).Draw(t, "limit")
		system := newSystem(c.Inputs())
		system.imposeRandom(rapid.IntRange(0, c.Inputs()).Draw(t, "parities"), newRand(rapid.Uint64().Draw(t, "seed")))
		all := preimages(c, z)
		solutions := map[uint64]bool{}
		k := c.Inputs() - len(system.rows)
		for free := range uint64(1) << k {
			if x := circuit.Uint(system.solve(circuit.Bits(free, k))); all[x] {
				solutions[x] = true
			}
		}
		for _, o := range []*cells{
			{c: c, z: z, sweep: newSweep(c)},
			{c: c, z: z, search: (&sat{gophersat{}, minCell}).list},
		} {
			found, err := o.list(context.Background(), system, limit)
			if err != nil {
				t.Fatal(err)
			}
			if want := min(len(solutions), limit+1); len(found) != want {
				t.Fatalf("%d preimages, want %d", len(found), want)
			}
			once := map[uint64]bool{}
			for _, x := range found {
				if key := circuit.Uint(x); once[key] || !solutions[key] {
					t.Fatalf("%v is none, or listed twice", x)
				} else {
					once[key] = true
				}
			}
			if o.sweep != nil && o.work.Candidates == 0 || o.sweep == nil && k > 0 && o.work.Solves == 0 {
				t.Fatalf("no work for %d inputs: %+v", k, o.work)
			}
		}
	})
}

// TestSweepInManyBlocks: subspaces of more points than there are lanes.
func TestSweepInManyBlocks(t *testing.T) {
	rng := newRand(20)
	c := local(20, 6)
	for _, parities := range []int{5, 8, 9, 10, 11} {
		s := newSystem(20)
		s.imposeRandom(parities, rng)
		z := circuit.RandomBits(6, rng)
		found, work, err := newSweep(c).list(context.Background(), s, z, 1<<20)
		if err != nil || work.Candidates != 1<<(20-parities) {
			t.Fatalf("work %+v, error %v", work, err)
		}
		want := preimages(s.substitute(c), z)
		for _, x := range found {
			var free []bool
			for _, i := range s.free() {
				free = append(free, x[i])
			}
			if key := circuit.Uint(free); !want[key] || !slices.Equal(s.solve(free), x) {
				t.Fatalf("%d parities: %v is none, or listed twice", parities, x)
			} else {
				delete(want, key)
			}
		}
		if len(want) > 0 {
			t.Errorf("%d parities: %d preimages are missing", parities, len(want))
		}
	}
}

func TestWrongImage(t *testing.T) {
	c := local(9, 4)
	for _, inverter := range inProcess {
		for _, width := range []int{0, 3, 5} {
			_, _, err := inverter.Invert(context.Background(), c, make([]bool, width), newRand(2))
			_, _, err2 := inverter.Sample(context.Background(), c, make([]bool, width), 1, newRand(2))
			if err == nil || err2 == nil || !strings.Contains(err.Error(), "4 outputs") {
				t.Errorf("%s: an image of %d bits: errors %v and %v", inverter.Name(), width, err, err2)
			}
		}
	}
}

// TestSameStreamSameAnswer: what is found does not depend on how the work was shared
// out, nor on anything but the stream.
func TestSameStreamSameAnswer(t *testing.T) {
	c := local(21, 12) // about 512 preimages, in 8 parts of the enumeration
	z := c.Eval(make([]bool, 21))
	for _, inverter := range inProcess {
		answer := func(seed uint64) (x, y uint64) {
			a, _, err := inverter.Invert(context.Background(), c, z, newRand(seed))
			b, _, err2 := inverter.Sample(context.Background(), c, z, 1, newRand(seed))
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			return circuit.Uint(a), circuit.Uint(b[0])
		}
		x, y := answer(3)
		for range 3 {
			if x2, y2 := answer(3); x != x2 || y != y2 {
				t.Errorf("%s: %#x and %#x, then %#x and %#x", inverter.Name(), x, y, x2, y2)
			}
		}
	}
}

// TestConcurrentUse: inversions at the same time do not disturb each other. Solvers that
// spoil one another's clauses, as those of gophersat would, prove for some of these
// images that they have no preimage, or go astray; the race detector notices at once.
func TestConcurrentUse(t *testing.T) {
	for name, inverter := range map[string]Inverter{
		"goldreich:n=80": &sat{gophersat{}, minCell}, // 1000 learned clauses or so
		"goldreich:n=20": Enumerate(),
	} {
		f, err := oneway.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		var users sync.WaitGroup
		for user := range uint64(4) {
			users.Go(func() {
				rng := newRand(100 + user)
				for range 4 {
					z := f.Circuit.Eval(circuit.RandomBits(f.N, rng))
					x, _, err := inverter.Invert(context.Background(), f.Circuit, z, rng)
					if err != nil || checkPreimage(f.Circuit, z, x) != nil {
						t.Errorf("%s by %s: %v, error %v", name, inverter.Name(), x, err)
					}
				}
			})
		}
		users.Wait()
	}
}

func TestParse(t *testing.T) {
	for _, entry := range List() {
		inverter, err := Parse(entry.Name)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(inverter.Name())
		if err != nil || again.Name() != inverter.Name() {
			t.Errorf("%s parses to %s: %v", inverter.Name(), again.Name(), err)
		}
	}
	for name, want := range map[string]string{
		"":                  "want NAME",
		"brute":             `unknown inverter "brute", want one of enumerate, linear, sat`,
		"linear:x=1":        `unknown key "x"`,
		"enumerate:n=2":     "takes no arguments",
		"sat:solver=z3":     "want one of gophersat, cadical",
		"sat:cell=1":        "want an integer from 32",
		"sat:cell=99999999": "want an integer from 32",
	} {
		if _, err := Parse(name); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse(%q): error %v, want one line with %q", name, err, want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	var missing *missingSolver
	if _, err := Parse("sat:solver=cadical"); !errors.As(err, &missing) || !strings.Contains(err.Error(), "apt-get install cadical") {
		t.Errorf("without the program: error %v", err)
	}
	if _, err := newSAT("gophersat", 1); err == nil {
		t.Error("SAT accepts a cell of 1")
	}
	if _, err := newSAT("z3", defaultCell); err == nil {
		t.Error("SAT accepts an unknown solver")
	}
}
