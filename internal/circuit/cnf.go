package circuit

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// CNF is a formula in conjunctive normal form whose models are the computations of
// a circuit. Variables count from 1; a literal is a variable or its negative.
type CNF struct {
	Variables int
	Clauses   [][]int
	// Inputs holds the variable of every input of the circuit: 1 to n.
	Inputs []int
	// Outputs holds the literal of every output. It may be an input's, be shared
	// between outputs, or be that of a variable fixed by a unit clause, where the
	// output is a constant.
	Outputs []int
}

// CNF returns the encoding of Tseitin (1968): one variable for every gate, three
// clauses for an AND and four for an XOR, and nothing for a negation. Input i is
// variable i+1, the gates follow in topological order, and one more variable,
// fixed to true, comes last if some output is a constant. Every input extends to
// exactly one model.
func (c *Circuit) CNF() *CNF {
	f := &CNF{Variables: c.nodes() - 1, Inputs: make([]int, c.n), Outputs: make([]int, len(c.outputs))}
	for i := range f.Inputs {
		f.Inputs[i] = i + 1
	}
	literal := func(l Lit) int {
		if l.negated() {
			return -int(l.node())
		}
		return int(l.node())
	}
	for i, g := range c.gates {
		v, a, b := c.n+1+i, literal(g.a), literal(g.b)
		if g.isXor() {
			f.Clauses = append(f.Clauses, []int{-v, a, b}, []int{-v, -a, -b}, []int{v, -a, b}, []int{v, a, -b})
		} else {
			f.Clauses = append(f.Clauses, []int{-v, a}, []int{-v, b}, []int{v, -a, -b})
		}
	}
	f.setOutputs(c, literal)
	return f
}

// setOutputs fills Outputs, given the literal of what is not constant.
func (f *CNF) setOutputs(c *Circuit, literal func(l Lit) int) {
	constant := 0
	for j, l := range c.outputs {
		if !l.isConst() {
			f.Outputs[j] = literal(l)
			continue
		}
		if constant == 0 {
			f.Variables++
			constant = f.Variables
			f.Clauses = append(f.Clauses, []int{constant})
		}
		f.Outputs[j] = constant
		if l == False {
			f.Outputs[j] = -constant
		}
	}
}

// Fix adds the unit clauses that make literals (of [CNF.Inputs] or [CNF.Outputs])
// take the given values. It panics if the lengths differ.
func (f *CNF) Fix(literals []int, values []bool) {
	if len(literals) != len(values) {
		panic(fmt.Sprintf("circuit: Fix of %d literals to %d values", len(literals), len(values)))
	}
	for i, l := range literals {
		if !values[i] {
			l = -l
		}
		f.Clauses = append(f.Clauses, []int{l})
	}
}

// WriteDIMACS writes the formula for a SAT solver, with comments that name the
// variables of the inputs and the literals of the outputs.
func (f *CNF) WriteDIMACS(w io.Writer) error {
	b := bufio.NewWriter(w)
	list := func(lits []int) {
		for _, l := range lits {
			b.WriteString(strconv.Itoa(l))
			b.WriteByte(' ')
		}
		b.WriteString("0\n")
	}
	b.WriteString("c inputs ")
	list(f.Inputs)
	b.WriteString("c outputs ")
	list(f.Outputs)
	fmt.Fprintf(b, "p cnf %d %d\n", f.Variables, len(f.Clauses))
	for _, clause := range f.Clauses {
		list(clause)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write DIMACS: %w", err)
	}
	return nil
}
