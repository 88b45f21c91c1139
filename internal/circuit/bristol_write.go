package circuit

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteBristol writes c in Bristol Fashion, its bits grouped into values by shape.
// A negated edge becomes an INV gate, one for every node that is used negated, an
// output that is an input or that repeats another an EQW, and a constant output
// an EQ. It is an error if the widths of the shape do not add up to the inputs
// and outputs of c, or if w fails.
func WriteBristol(w io.Writer, c *Circuit, shape Shape) error {
	if in, out := sum(shape.Inputs), sum(shape.Outputs); in != c.n || out != len(c.outputs) {
		return fmt.Errorf("bristol: a shape of %d input and %d output bits for a circuit of %d and %d", in, out, c.n, len(c.outputs))
	}
	n := newNetlist(c)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%d %d\n%s\n%s\n\n", len(n.lines), n.wires, widthsLine(shape.Inputs), widthsLine(shape.Outputs))
	for _, line := range n.lines {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("bristol: %w", err)
	}
	return nil
}

func widthsLine(widths []int) string {
	return strings.Trim(fmt.Sprint(append([]int{len(widths)}, widths...)), "[]")
}

// netlist is a circuit without negated edges, its wires numbered so that the
// outputs come last.
type netlist struct {
	wires int
	lines []string
}

func newNetlist(c *Circuit) *netlist {
	// Literals that need a wire, in topological order, negations after what they
	// negate. An output's wire is that of its literal where it is the first to
	// want it and a gate drives it.
	used := make([]bool, 2*c.nodes())
	for _, g := range c.gates {
		used[g.a], used[g.b] = true, true
	}
	for _, l := range c.outputs {
		used[l] = true
	}
	claimed := make(map[Lit]int) // literal to the output whose wire it gets
	for j, l := range c.outputs {
		if _, ok := claimed[l]; !ok && !l.isConst() && (l.negated() || int(l.node()) > c.n) {
			claimed[l] = j
		}
	}
	inner := 0 // wires that are neither inputs nor outputs
	wire := make([]int, 2*c.nodes())
	var order []Lit
	for node := 1; node < c.nodes(); node++ {
		for _, l := range [2]Lit{Lit(2 * node), Lit(2*node + 1)} {
			switch _, ok := claimed[l]; {
			case node <= c.n && !l.negated():
				wire[l] = node - 1
				continue
			case l.negated() && !used[l]:
				continue
			case !ok:
				wire[l] = c.n + inner
				inner++
			}
			order = append(order, l)
		}
	}
	n := &netlist{wires: c.n + inner + len(c.outputs)}
	first := n.wires - len(c.outputs)
	for l, j := range claimed {
		wire[l] = first + j
	}
	gate := func(format string, args ...any) { n.lines = append(n.lines, fmt.Sprintf(format, args...)) }
	for _, l := range order {
		if l.negated() {
			gate("1 1 %d %d INV", wire[l.Not()], wire[l])
			continue
		}
		g := c.gate(l.node())
		op := "AND"
		if g.isXor() {
			op = "XOR"
		}
		gate("2 1 %d %d %d %s", wire[g.a], wire[g.b], wire[l], op)
	}
	for j, l := range c.outputs {
		switch k, ok := claimed[l]; {
		case l.isConst():
			gate("1 1 %d %d EQ", l, first+j)
		case !ok || k != j:
			gate("1 1 %d %d EQW", wire[l], first+j)
		}
	}
	return n
}
