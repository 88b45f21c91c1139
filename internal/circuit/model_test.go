package circuit

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// model is a random circuit with its outputs over all inputs, computed without
// this package: bit x of a table is the value on input x.
type model struct {
	c      *Circuit
	tables [][]bool
}

const maxModelInputs = 8

// drawModel draws a circuit of up to 8 inputs. Operands are drawn from
// everything made so far, constants and repetitions included, so that every
// folding rule is met.
func drawModel(t *rapid.T) model {
	n := rapid.IntRange(0, maxModelInputs).Draw(t, "inputs")
	b := NewBuilder(n)
	lits := append(Word{False, True}, b.Inputs()...)
	tables := make([][]bool, len(lits))
	for k := range lits {
		tables[k] = make([]bool, 1<<n)
		for x := range tables[k] {
			tables[k][x] = k == 1 || k > 1 && x>>(k-2)&1 == 1
		}
	}
	for range rapid.IntRange(0, 60).Draw(t, "gates") {
		pick := func(name string) int { return rapid.IntRange(0, len(lits)-1).Draw(t, name) }
		i, j, k := pick("x"), pick("y"), pick("z")
		x, y, z := lits[i], lits[j], lits[k]
		var l Lit
		var f func(x, y, z bool) bool
		switch op := rapid.SampledFrom([]string{"and", "xor", "or", "not", "mux", "maj"}).Draw(t, "op"); op {
		case "and":
			l, f = b.And(x, y), func(x, y, _ bool) bool { return x && y }
		case "xor":
			l, f = b.Xor(x, y), func(x, y, _ bool) bool { return x != y }
		case "or":
			l, f = b.Or(x, y), func(x, y, _ bool) bool { return x || y }
		case "not":
			l, f = x.Not(), func(x, _, _ bool) bool { return !x }
		case "mux":
			l, f = b.Mux(x, y, z), func(x, y, z bool) bool { return x && y || !x && z }
		case "maj":
			l, f = b.Maj(x, y, z), func(x, y, z bool) bool { return x && y || y && z || x && z }
		}
		table := make([]bool, 1<<n)
		for at := range table {
			table[at] = f(tables[i][at], tables[j][at], tables[k][at])
		}
		lits, tables = append(lits, l), append(tables, table)
	}
	var m model
	var outputs []Lit
	for range rapid.IntRange(0, 5).Draw(t, "outputs") {
		i := rapid.IntRange(0, len(lits)-1).Draw(t, "output")
		outputs, m.tables = append(outputs, lits[i]), append(m.tables, tables[i])
	}
	m.c = b.Build(outputs...)
	return m
}

// check returns an error if f, given input x, does not return the outputs of the
// model, for any x.
func (m model) check(f func(x uint64) []bool) error {
	for x := range uint64(1) << m.c.Inputs() {
		got := f(x)
		if len(got) != len(m.tables) {
			return fmt.Errorf("%d outputs, want %d", len(got), len(m.tables))
		}
		for j, table := range m.tables {
			if got[j] != table[x] {
				return fmt.Errorf("output %d of input %#x is %v, want %v", j, x, got[j], table[x])
			}
		}
	}
	return nil
}

// evaluate returns the function that c computes, on integers.
func evaluate(c *Circuit) func(x uint64) []bool {
	return func(x uint64) []bool { return c.Eval(Bits(x, c.Inputs())) }
}

// TestModelNoticesOneGate is the negative control of the tests that compare with
// a model: of the circuits with one gate turned from AND to XOR or back, those
// whose function changes are noticed, and some change.
func TestModelNoticesOneGate(t *testing.T) {
	noticed := 0
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		for i, g := range m.c.gates {
			wrong := *m.c
			wrong.gates = append([]gate(nil), m.c.gates...)
			if wrong.gates[i] = (gate{g.b, g.a}); g.a.negated() || g.b.negated() {
				continue // an XOR has no negated operand
			}
			if m.check(evaluate(&wrong)) != nil {
				noticed++
			}
		}
	})
	if noticed == 0 {
		t.Error("no wrong gate was noticed")
	}
}
