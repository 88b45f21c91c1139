package circuit

import "slices"

// An instruction of a [Program] computes an op: a function of up to three values,
// named in the generated file kernel.go. Covering a circuit with ops instead of
// translating it gate by gate halves the number of instructions, because a full
// adder is two ops (Xor3, Maj) and not five gates.
//
// The cover is the mapping of circuits to lookup tables by cut enumeration (Cong
// and Ding 1994) with area flow and exact local area (Mishchenko, Chatterjee and
// Brayton 2007), restricted to the truth tables of the ops.
//
// Every node is stored in the polarity in which it is 0 when all inputs are 0.
// Then every function between stored values maps zeros to 0, whatever edges were
// negated, no instruction has to negate, and the number of ops stays small.

// Truth tables have bit 4a+2b+c for the operands a, b, c.
const (
	tableA = 0xF0
	tableB = 0xCC
	tableC = 0xAA
)

// match is how an op computes a truth table of leaves: operand i of the op is leaf
// operand[i].
type match struct {
	op      opcode
	operand [3]uint8
	ok      bool
}

// matches is indexed by truth table.
var matches = func() (all [256]match) {
	tables := [3]uint8{tableA, tableB, tableC}
	for op := range opcode(len(ops)) {
		for i := range 3 {
			for j := range 3 {
				for k := range 3 {
					if i == j || j == k || i == k {
						continue
					}
					t := permute(ops[op].table, tables[i], tables[j], tables[k])
					if !all[t].ok {
						all[t] = match{op, [3]uint8{uint8(i), uint8(j), uint8(k)}, true}
					}
				}
			}
		}
	}
	return all
}()

// permute returns the truth table of f(a, b, c), f, a, b and c being truth tables.
func permute(f, a, b, c uint8) uint8 {
	var t uint8
	for i := range 8 {
		index := a>>i&1<<2 | b>>i&1<<1 | c>>i&1
		t |= f >> index & 1 << i
	}
	return t
}

const maxCuts = 6 // no circuit of package oneway takes fewer instructions with more

// cut is a set of up to three nodes (ascending, leaf i of table variable i) from
// which the stored value of a node is computed by a truth table.
type cut struct {
	leaves [3]uint32
	size   int
	table  uint8
}

// cover is a choice of one cut for every gate of a circuit.
type cover struct {
	c     *Circuit
	phase []bool // of a node when all inputs are 0
	best  []cut
}

func newCover(c *Circuit) *cover {
	v := &cover{c: c, phase: make([]bool, c.nodes()), best: make([]cut, c.nodes())}
	fanout := make([]int, c.nodes())
	for i, g := range c.gates {
		a, b := v.phase[g.a.node()] != g.a.negated(), v.phase[g.b.node()] != g.b.negated()
		v.phase[c.n+1+i] = a && b
		if g.isXor() {
			v.phase[c.n+1+i] = a != b
		}
		fanout[g.a.node()]++
		fanout[g.b.node()]++
	}
	for _, l := range c.outputs {
		fanout[l.node()]++
	}
	v.improve(v.enumerate(fanout))
	return v
}

// enumerate returns the cuts of every gate and chooses the best by area flow: the
// number of ops of the cone, each shared equally among its fanouts.
func (v *cover) enumerate(fanout []int) [][]cut {
	all := make([][]cut, v.c.nodes())
	flow := make([]float64, v.c.nodes())
	for node := range v.c.nodes() {
		own := cut{leaves: [3]uint32{uint32(node)}, size: 1, table: tableA}
		if node <= v.c.n {
			all[node] = []cut{own}
			continue
		}
		g := v.c.gate(uint32(node))
		var cuts []cut
		for _, p := range all[g.a.node()] {
			for _, q := range all[g.b.node()] {
				if t, ok := v.merge(uint32(node), g, p, q); ok && !slices.Contains(cuts, t) {
					cuts = append(cuts, t)
				}
			}
		}
		cost := func(t cut) float64 {
			if !matches[t.table].ok {
				return float64(v.c.nodes())
			}
			sum := 1.0
			for _, leaf := range t.leaves[:t.size] {
				sum += flow[leaf]
			}
			return sum
		}
		slices.SortStableFunc(cuts, func(p, q cut) int {
			if cp, cq := cost(p), cost(q); cp != cq {
				if cp < cq {
					return -1
				}
				return 1
			}
			return p.size - q.size
		})
		v.best[node] = cuts[0] // the cut at the two operands always matches
		flow[node] = cost(cuts[0]) / float64(max(1, fanout[node]))
		all[node] = append(cuts[:min(len(cuts), maxCuts)], own) // own last, for improve
	}
	return all
}

// merge returns the cut of the node with gate g at the leaves of both p, a cut of
// its first operand, and q, of its second, if there are at most three.
func (v *cover) merge(node uint32, g gate, p, q cut) (cut, bool) {
	t := p
	for _, leaf := range q.leaves[:q.size] {
		if slices.Contains(t.leaves[:t.size], leaf) {
			continue
		}
		if t.size == 3 {
			return cut{}, false
		}
		t.leaves[t.size] = leaf
		t.size++
	}
	slices.Sort(t.leaves[:t.size])
	a := v.widen(p, t, g.a)
	b := v.widen(q, t, g.b)
	t.table = a & b
	if g.isXor() {
		t.table = a ^ b
	}
	if v.phase[node] {
		t.table = ^t.table
	}
	return t, true
}

// widen returns the truth table of the literal l, of which p is a cut, over the
// leaves of t.
func (v *cover) widen(p, t cut, l Lit) uint8 {
	var tables [3]uint8
	for i, leaf := range p.leaves[:p.size] {
		at := slices.Index(t.leaves[:t.size], leaf)
		tables[i] = [3]uint8{tableA, tableB, tableC}[at]
	}
	table := permute(p.table, tables[0], tables[1], tables[2])
	if v.phase[l.node()] != l.negated() {
		table = ^table
	}
	return table
}
