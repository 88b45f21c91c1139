package circuit

import "fmt"

// Builder makes a circuit gate by gate. It never makes the same gate twice, never
// a gate whose value is a constant or an operand, and looks one level through its
// operands for terms that cancel or absorb. The zero value is not ready: see
// [NewBuilder].
//
// Methods panic on a literal that the builder did not hand out.
type Builder struct {
	n     int
	gates []gate
	index map[gate]Lit
}

// NewBuilder returns a builder of circuits with n inputs. It panics if n < 0.
func NewBuilder(n int) *Builder {
	if n < 0 {
		panic(fmt.Sprintf("circuit: NewBuilder(%d): negative number of inputs", n))
	}
	return &Builder{n: n, index: map[gate]Lit{}}
}

// Input returns input i, 0 <= i < n.
func (b *Builder) Input(i int) Lit {
	if i < 0 || i >= b.n {
		panic(fmt.Sprintf("circuit: Input(%d) of %d", i, b.n))
	}
	return Lit(2 * (i + 1))
}

// Inputs returns all inputs in order.
func (b *Builder) Inputs() Word {
	w := make(Word, b.n)
	for i := range w {
		w[i] = b.Input(i)
	}
	return w
}

// And returns x AND y.
func (b *Builder) And(x, y Lit) Lit {
	b.check(x, y)
	if x > y {
		x, y = y, x
	}
	switch {
	case x == False, x == y.Not():
		return False
	case x == True, x == y:
		return y
	}
	// y is the later node. If it is x' AND z, or not that, with x' = x or not x,
	// one of the two gates goes.
	for _, p := range [2][2]Lit{{x, y}, {y, x}} {
		u, v := p[0], p[1]
		g, ok := b.lookup(v)
		if !ok || g.isXor() {
			continue
		}
		other, same := g.a, u == g.b
		if u == g.a {
			other, same = g.b, true
		}
		switch {
		case same && !v.negated(): // u (u w) = u w
			return v
		case same: // u not(u w) = u not w
			return b.And(u, other.Not())
		case u == g.a.Not() || u == g.b.Not():
			if v.negated() { // u not(not u w) = u
				return u
			}
			return False
		}
	}
	return b.node(gate{x, y})
}

// Xor returns x XOR y.
func (b *Builder) Xor(x, y Lit) Lit {
	b.check(x, y)
	negate := x.negated() != y.negated()
	x, y = x&^1, y&^1
	if x < y {
		x, y = y, x
	}
	if x == y {
		return Const(negate)
	}
	if y == False {
		return x.NotIf(negate)
	}
	// If one is (other XOR z), what is left is z.
	for _, p := range [2][2]Lit{{x, y}, {y, x}} {
		if g, ok := b.lookup(p[0]); ok && g.isXor() {
			switch p[1] {
			case g.a:
				return g.b.NotIf(negate)
			case g.b:
				return g.a.NotIf(negate)
			}
		}
	}
	return b.node(gate{x, y}).NotIf(negate)
}

// Or returns x OR y, one AND.
func (b *Builder) Or(x, y Lit) Lit { return b.And(x.Not(), y.Not()).Not() }

// Mux returns x if s, else y, one AND: y + s(x + y).
func (b *Builder) Mux(s, x, y Lit) Lit { return b.Xor(y, b.And(s, b.Xor(x, y))) }

// Maj returns the majority of x, y and z, one AND: z + (x + z)(y + z).
func (b *Builder) Maj(x, y, z Lit) Lit {
	return b.Xor(z, b.And(b.Xor(x, z), b.Xor(y, z)))
}

// Append copies c into b with its inputs driven by the given literals and returns
// its outputs. Constants fold, so that this is also how inputs are fixed or
// replaced by functions of others. It panics if the number of literals is not
// c.Inputs().
func (b *Builder) Append(c *Circuit, inputs []Lit) Word {
	if len(inputs) != c.n {
		panic(fmt.Sprintf("circuit: Append: %d literals for %d inputs", len(inputs), c.n))
	}
	b.check(inputs...)
	value := make([]Lit, c.nodes())
	copy(value[1:], inputs)
	at := func(l Lit) Lit { return value[l.node()].NotIf(l.negated()) }
	for i, g := range c.gates {
		if g.isXor() {
			value[c.n+1+i] = b.Xor(at(g.a), at(g.b))
		} else {
			value[c.n+1+i] = b.And(at(g.a), at(g.b))
		}
	}
	out := make(Word, len(c.outputs))
	for j, l := range c.outputs {
		out[j] = at(l)
	}
	return out
}

// Build returns the circuit with the given outputs and only the gates that they
// need. The builder stays usable.
func (b *Builder) Build(outputs ...Lit) *Circuit {
	b.check(outputs...)
	needed := make([]bool, 1+b.n+len(b.gates))
	for _, l := range outputs {
		needed[l.node()] = true
	}
	for i := len(b.gates) - 1; i >= 0; i-- {
		if needed[b.n+1+i] {
			needed[b.gates[i].a.node()] = true
			needed[b.gates[i].b.node()] = true
		}
	}
	c := &Circuit{n: b.n}
	renumbered := make([]Lit, len(needed))
	for i := range 1 + b.n {
		renumbered[i] = Lit(2 * i)
	}
	at := func(l Lit) Lit { return renumbered[l.node()] | l&1 }
	for i, g := range b.gates {
		if needed[b.n+1+i] {
			// Renumbering keeps the order of nodes, hence of operands.
			renumbered[b.n+1+i] = Lit(2 * c.nodes())
			c.gates = append(c.gates, gate{at(g.a), at(g.b)})
		}
	}
	for _, l := range outputs {
		c.outputs = append(c.outputs, at(l))
	}
	return c
}

// lookup returns the gate of l, if l is one.
func (b *Builder) lookup(l Lit) (gate, bool) {
	i := int(l.node()) - b.n - 1
	if i < 0 {
		return gate{}, false
	}
	return b.gates[i], true
}

func (b *Builder) node(g gate) Lit {
	l, ok := b.index[g]
	if !ok {
		l = Lit(2 * (1 + b.n + len(b.gates)))
		b.gates = append(b.gates, g)
		b.index[g] = l
	}
	return l
}

func (b *Builder) check(lits ...Lit) {
	for _, l := range lits {
		if int(l.node()) > b.n+len(b.gates) {
			panic(fmt.Sprintf("circuit: literal %d is not of this builder", l))
		}
	}
}
