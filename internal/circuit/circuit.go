package circuit

import (
	"fmt"
	"slices"
)

// Lit is a literal: the value of a node of a circuit, or its negation. Lits are
// handed out by one [Builder] and mean nothing to another.
type Lit uint32

// The constants, the same in every circuit.
const (
	False Lit = 0
	True  Lit = 1
)

// Const returns the constant literal of value v.
func Const(v bool) Lit { return False.NotIf(v) }

// Not returns the negation of l. It costs no gate.
func (l Lit) Not() Lit { return l ^ 1 }

// NotIf returns l, negated if v.
func (l Lit) NotIf(v bool) Lit {
	if v {
		return l ^ 1
	}
	return l
}

func (l Lit) node() uint32  { return uint32(l >> 1) }
func (l Lit) negated() bool { return l&1 != 0 }
func (l Lit) isConst() bool { return l <= True }

// gate is a node that computes. An AND holds its operands with a < b, an XOR with
// a > b and neither negated: the order tells them apart.
type gate struct{ a, b Lit }

func (g gate) isXor() bool { return g.a > g.b }

// Circuit computes m output bits from n input bits. Node 0 is the constant false,
// nodes 1..n are the inputs, and the gates follow in topological order, each of
// them in the cone of some output.
type Circuit struct {
	n       int
	gates   []gate // node n+1+i
	outputs []Lit
}

// Inputs returns n, the number of input bits.
func (c *Circuit) Inputs() int { return c.n }

// Outputs returns m, the number of output bits.
func (c *Circuit) Outputs() int { return len(c.outputs) }

// counts are the gates of a circuit by kind.
type counts struct {
	And int
	Xor int
	// Not counts the inverters that a netlist without negated edges needs: one
	// for every node that is used negated somewhere.
	Not int
}

// Gates returns And + Xor.
func (k counts) Gates() int { return k.And + k.Xor }

// counts counts the gates.
func (c *Circuit) Counts() counts {
	var k counts
	inverted := make([]bool, c.nodes())
	note := func(l Lit) {
		if l.negated() && !l.isConst() && !inverted[l.node()] {
			inverted[l.node()] = true
			k.Not++
		}
	}
	for _, g := range c.gates {
		if g.isXor() {
			k.Xor++
		} else {
			k.And++
		}
		note(g.a)
		note(g.b)
	}
	for _, l := range c.outputs {
		note(l)
	}
	return k
}

// Depth returns the largest number of gates on a path from an input to an output.
func (c *Circuit) Depth() int {
	return c.longest(func(gate) int { return 1 })
}

// AndDepth returns the largest number of ANDs on a path from an input to an output.
func (c *Circuit) AndDepth() int {
	return c.longest(func(g gate) int {
		if g.isXor() {
			return 0
		}
		return 1
	})
}

func (c *Circuit) longest(cost func(gate) int) int {
	depth := make([]int, c.nodes())
	for i, g := range c.gates {
		depth[c.n+1+i] = cost(g) + max(depth[g.a.node()], depth[g.b.node()])
	}
	longest := 0
	for _, l := range c.outputs {
		longest = max(longest, depth[l.node()])
	}
	return longest
}

// Support returns, for every output, the inputs on which it depends structurally,
// in increasing order.
func (c *Circuit) Support() [][]int {
	support := make([][]int, len(c.outputs))
	w := newWalker(c)
	for j, l := range c.outputs {
		for _, node := range w.cone(l, nil) {
			if 0 < node && int(node) <= c.n {
				support[j] = append(support[j], int(node)-1)
			}
		}
		slices.Sort(support[j])
	}
	return support
}

// walker visits the cones of a circuit one after the other.
type walker struct {
	c     *Circuit
	seen  []int // the last walk that met the node
	walks int
	nodes []uint32
}

func newWalker(c *Circuit) *walker { return &walker{c: c, seen: make([]int, c.nodes())} }

// cone returns the nodes that l depends on, its own included, in no order, until the
// next call. It neither returns nor looks beyond those that are done, if done is not
// nil.
func (w *walker) cone(l Lit, done []bool) []uint32 {
	w.walks++
	w.nodes = w.nodes[:0]
	w.meet(l, done)
	for i := 0; i < len(w.nodes); i++ {
		if node := w.nodes[i]; int(node) > w.c.n {
			g := w.c.gate(node)
			w.meet(g.a, done)
			w.meet(g.b, done)
		}
	}
	return w.nodes
}

func (w *walker) meet(l Lit, done []bool) {
	if node := l.node(); w.seen[node] != w.walks && (done == nil || !done[node]) {
		w.seen[node] = w.walks
		w.nodes = append(w.nodes, node)
	}
}

// nodes returns the number of nodes, the constant and the inputs included.
func (c *Circuit) nodes() int { return 1 + c.n + len(c.gates) }

func (c *Circuit) gate(node uint32) gate { return c.gates[int(node)-c.n-1] }

// String describes the circuit in one line.
func (c *Circuit) String() string {
	k := c.Counts()
	return fmt.Sprintf("%d -> %d bits, %d AND, %d XOR, %d NOT, depth %d, AND-depth %d",
		c.n, len(c.outputs), k.And, k.Xor, k.Not, c.Depth(), c.AndDepth())
}
