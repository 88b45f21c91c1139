package circuit

import (
	"testing"

	"pgregory.net/rapid"
)

func TestEval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		if err := m.check(evaluate(m.c)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestCanonical checks what the rest of the package relies on: gates in topological
// and canonical order, none trivial, none twice, none unused.
func TestCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawModel(t).c
		seen := map[gate]bool{}
		used := map[uint32]bool{}
		for _, l := range c.outputs {
			used[l.node()] = true
		}
		for i := len(c.gates) - 1; i >= 0; i-- {
			g := c.gates[i]
			node := uint32(c.n + 1 + i)
			switch {
			case g.a.node() >= node || g.b.node() >= node:
				t.Fatalf("gate %v at node %d reads a later node", g, node)
			case g.a.isConst() || g.b.isConst() || g.a.node() == g.b.node():
				t.Fatalf("gate %v should have folded", g)
			case g.isXor() && (g.a.negated() || g.b.negated()):
				t.Fatalf("XOR %v has a negated operand", g)
			case seen[g]:
				t.Fatalf("gate %v is there twice", g)
			case !used[node]:
				t.Fatalf("gate %v at node %d has no use", g, node)
			}
			seen[g] = true
			used[g.a.node()], used[g.b.node()] = true, true
		}
	})
}

// TestFolding holds every rule of And and Xor, in both orders of the operands.
func TestFolding(t *testing.T) {
	b := NewBuilder(3)
	x, y := b.Input(0), b.Input(1)
	xy, s := b.And(x, y), b.Xor(x, y)
	before := len(b.gates)
	for _, c := range []struct {
		name      string
		op        func(p, q Lit) Lit
		p, q, out Lit
	}{
		{"x 0", b.And, x, False, False},
		{"x 1", b.And, x, True, x},
		{"x x", b.And, x, x, x},
		{"x !x", b.And, x, x.Not(), False},
		{"x (xy)", b.And, x, xy, xy},
		{"!x (xy)", b.And, x.Not(), xy, False},
		{"0 0", b.And, False, False, False},
		{"1 1", b.And, True, True, True},
		{"x + 0", b.Xor, x, False, x},
		{"x + 1", b.Xor, x, True, x.Not()},
		{"x + x", b.Xor, x, x, False},
		{"x + !x", b.Xor, x, x.Not(), True},
		{"x + (x + y)", b.Xor, x, s, y},
		{"!x + (x + y)", b.Xor, x.Not(), s, y.Not()},
		{"y + !(x + y)", b.Xor, y, s.Not(), x.Not()},
		{"1 + 1", b.Xor, True, True, False},
		{"xy again", b.And, y, x, xy},
		{"x + !y", b.Xor, x, y.Not(), s.Not()},
	} {
		if got := c.op(c.p, c.q); got != c.out {
			t.Errorf("%s = %d, want %d", c.name, got, c.out)
		}
		if got := c.op(c.q, c.p); got != c.out {
			t.Errorf("%s, operands exchanged, = %d, want %d", c.name, got, c.out)
		}
	}
	if len(b.gates) != before {
		t.Errorf("%d gates made where all should fold", len(b.gates)-before)
	}
	if got, want := b.And(x, xy.Not()), b.And(x, y.Not()); got != want {
		t.Errorf("x !(xy) = %d, want x !y = %d", got, want)
	}
	if got := b.And(x, b.And(x.Not(), y).Not()); got != x {
		t.Errorf("x !(!x y) = %d, want x = %d", got, x)
	}
}

func TestSpecialise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		n := m.c.Inputs()
		mask := rapid.Uint64Range(0, 1<<n-1).Draw(t, "fixed")
		value := rapid.Uint64Range(0, 1<<n-1).Draw(t, "value") & mask
		fixed := map[int]bool{}
		for i := range n {
			if mask>>i&1 == 1 {
				fixed[i] = value>>i&1 == 1
			}
		}
		s := m.c.Specialise(fixed)
		if want := n - len(fixed); s.Inputs() != want {
			t.Fatalf("%d inputs left, want %d", s.Inputs(), want)
		}
		if s.Counts().Gates() > m.c.Counts().Gates() {
			t.Fatalf("%v has more gates than %v", s, m.c)
		}
		err := m.check(func(x uint64) []bool {
			var free uint64
			k := 0
			for i := range n {
				if mask>>i&1 == 0 {
					free |= x >> i & 1 << k
					k++
				}
			}
			if x&mask != value { // not an input of s: nothing to compare
				return evaluate(m.c)(x)
			}
			return evaluate(s)(free)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestCountsAndDepth(t *testing.T) {
	b := NewBuilder(3)
	x, y, z := b.Input(0), b.Input(1), b.Input(2)
	u := b.And(x.Not(), y)
	v := b.Xor(u, z)
	w := b.And(v, x.Not())
	c := b.Build(w.Not(), v, u, True)
	if got, want := c.Counts(), (counts{And: 2, Xor: 1, Not: 2}); got != want {
		t.Errorf("Counts() = %+v, want %+v", got, want)
	}
	if c.Depth() != 3 || c.AndDepth() != 2 {
		t.Errorf("depth %d and AND-depth %d, want 3 and 2", c.Depth(), c.AndDepth())
	}
	if got := c.Support(); len(got) != 4 || len(got[0]) != 3 || len(got[2]) != 2 || len(got[3]) != 0 {
		t.Errorf("Support() = %v", got)
	}
}

func TestMisuse(t *testing.T) {
	b := NewBuilder(2)
	c := b.Build(b.And(b.Input(0), b.Input(1)))
	for name, f := range map[string]func(){
		"negative number of inputs": func() { NewBuilder(-1) },
		"no such input":             func() { b.Input(2) },
		"foreign literal":           func() { b.And(b.Input(0), 1000) },
		"foreign output":            func() { b.Build(1000) },
		"wrong number of inputs":    func() { b.Append(c, []Lit{True}) },
		"Eval of one bit":           func() { c.Eval([]bool{true}) },
		"Specialise of no input":    func() { c.Specialise(map[int]bool{2: true}) },
		"widths that differ":        func() { b.Add(Constant(0, 2), Constant(0, 3)) },
		"65 bits":                   func() { Uint(make([]bool, 65)) },
		"a ragged matrix":           func() { b.Linear([][]bool{{true}}, b.Inputs()) },
		"63 bits to enumerate":      func() { Blocks(63) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
