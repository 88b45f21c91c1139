package circuit

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestCoverCNF: as for CNF, every input extends by propagation alone to one model, in
// which the outputs are those of the circuit, and there are no more variables.
func TestCoverCNF(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		f := m.c.CoverCNF()
		if plain := m.c.CNF(); f.Variables > plain.Variables || !slices.Equal(f.Inputs, plain.Inputs) {
			t.Fatalf("%d variables, inputs %v; the plain encoding has %d and %v", f.Variables, f.Inputs, plain.Variables, plain.Inputs)
		}
		err := m.check(func(x uint64) []bool {
			value := make([]int8, f.Variables+1)
			for i, v := range f.Inputs {
				value[v] = int8(x>>i&1)*2 - 1
			}
			if !propagate(f, value) || slices.Contains(value[1:], 0) {
				t.Fatalf("input %#x: propagation ends with %v", x, value[1:])
			}
			out := make([]bool, len(f.Outputs))
			for j, l := range f.Outputs {
				out[j] = value[max(l, -l)] == 1 == (l > 0)
			}
			return out
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestPrimes compares every table of primes with the definition, over all partial
// assignments of the three values (and the function's own): a prime implicate is an
// assignment of some of the four that extends to no row of the table, while each
// smaller one does. Those on the values alone do not occur: every assignment of the
// values extends to a row.
func TestPrimes(t *testing.T) {
	for table := range 256 {
		// extends reports whether some row agrees with at, -1 for unassigned; at[3] is
		// the function's value.
		extends := func(at [4]int) bool {
			for row := range 8 {
				values := [4]int{row >> 2 & 1, row >> 1 & 1, row & 1, table >> row & 1}
				agrees := true
				for i, v := range at {
					agrees = agrees && (v < 0 || v == values[i])
				}
				if agrees {
					return true
				}
			}
			return false
		}
		want := 0
		for code := range 81 {
			at := [4]int{code%3 - 1, code/3%3 - 1, code/9%3 - 1, code/27%3 - 1}
			minimal := !extends(at)
			for i := range at {
				smaller := at
				if smaller[i] = -1; at[i] >= 0 {
					minimal = minimal && extends(smaller)
				}
			}
			if !minimal {
				continue
			}
			want++
			if !slices.ContainsFunc(primes[table], func(p prime) bool {
				for i := range 3 {
					if cares := p.care>>i&1 == 1; cares != (at[i] >= 0) || cares && int(p.ones>>i&1) != at[i] {
						return false
					}
				}
				return p.value == (at[3] == 0) // the other value extends to no row
			}) {
				t.Errorf("table %#02x: no prime forbids %v", table, at)
			}
		}
		if len(primes[table]) != want {
			t.Errorf("table %#02x: %d primes, want %d", table, len(primes[table]), want)
		}
	}
}
