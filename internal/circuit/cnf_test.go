package circuit

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// propagate assigns the literals that unit propagation derives from those of
// values and reports whether no clause became false.
func propagate(f *CNF, value []int8) bool {
	truth := func(l int) int8 {
		if l < 0 {
			return -value[-l]
		}
		return value[l]
	}
	for again := true; again; {
		again = false
		for _, clause := range f.Clauses {
			unknown, last, satisfied := 0, 0, false
			for _, l := range clause {
				switch truth(l) {
				case 1:
					satisfied = true
				case 0:
					unknown, last = unknown+1, l
				}
			}
			switch {
			case satisfied:
			case unknown == 0:
				return false
			case unknown == 1:
				again = true
				value[max(last, -last)] = 1
				if last < 0 {
					value[-last] = -1
				}
			}
		}
	}
	return true
}

// TestCNF checks that every input extends to exactly one model, by propagation
// alone, in which the outputs are those of the circuit; and that negating the
// literal of any output contradicts.
func TestCNF(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		f := m.c.CNF()
		k := m.c.Counts()
		clauses := 3*k.And + 4*k.Xor
		if slices.ContainsFunc(m.c.outputs, Lit.isConst) {
			clauses++
		}
		if len(f.Clauses) != clauses {
			t.Fatalf("%d clauses, want %d", len(f.Clauses), clauses)
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
				out[j] = l > 0 && value[max(l, 0)] == 1 || l < 0 && value[max(-l, 0)] == -1
				wrong := &CNF{Variables: f.Variables, Clauses: slices.Clone(f.Clauses)}
				wrong.Fix(f.Inputs, Bits(x, m.c.Inputs()))
				wrong.Fix(f.Outputs[j:j+1], []bool{!out[j]})
				if propagate(wrong, make([]int8, f.Variables+1)) {
					t.Fatalf("input %#x: no contradiction with a wrong output %d", x, j)
				}
			}
			return out
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestDIMACS(t *testing.T) {
	b := NewBuilder(2)
	x, y := b.Input(0), b.Input(1)
	f := b.Build(b.And(x, y.Not()).Not(), b.Xor(x, y), True).CNF()
	f.Fix(f.Outputs[:1], []bool{false})
	var text strings.Builder
	if err := f.WriteDIMACS(&text); err != nil {
		t.Fatal(err)
	}
	const want = `c inputs 1 2 0
c outputs -3 4 5 0
p cnf 5 9
-3 1 0
-3 -2 0
3 -1 2 0
-4 2 1 0
-4 -2 -1 0
4 -2 1 0
4 2 -1 0
5 0
3 0
`
	if text.String() != want {
		t.Errorf("got\n%swant\n%s", text.String(), want)
	}
	if err := f.WriteDIMACS(failingWriter{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v, want that of the writer", err)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

// TestCNFNoticesAMissingClause is the negative control of TestCNF: without any one
// of its clauses, the encoding of a full adder, all of whose gates see all values of
// their operands, no longer derives the outputs from every input.
func TestCNFNoticesAMissingClause(t *testing.T) {
	b := NewBuilder(3)
	sum, carry := b.FullAdd(b.Input(0), b.Input(1), b.Input(2))
	f := b.Build(sum, carry).CNF()
	for i := range f.Clauses {
		without := &CNF{Variables: f.Variables, Clauses: slices.Delete(slices.Clone(f.Clauses), i, i+1)}
		complete := true
		for x := range 8 {
			value := make([]int8, f.Variables+1)
			for k, v := range f.Inputs {
				value[v] = int8(x>>k&1)*2 - 1
			}
			complete = complete && propagate(without, value) && !slices.Contains(value[1:], 0)
		}
		if complete {
			t.Errorf("clause %v was not missed", f.Clauses[i])
		}
	}
}
