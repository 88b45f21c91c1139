package circuit

import "fmt"

// Algebra is what the gates of a circuit can be computed in: bits, words, or the
// expressions of another kind of machine.
type Algebra[T any] interface {
	Const(v bool) T
	Not(x T) T
	And(x, y T) T
	Xor(x, y T) T
}

// Interpret returns the outputs of c computed in an algebra from the given inputs, each
// gate once and in topological order. It panics if there are not n inputs.
func Interpret[T any](c *Circuit, in Algebra[T], inputs []T) []T {
	if len(inputs) != c.n {
		panic(fmt.Sprintf("circuit: Interpret of %d inputs, want %d", len(inputs), c.n))
	}
	value := append([]T{in.Const(false)}, inputs...)
	at := func(l Lit) T {
		switch {
		case l == True:
			return in.Const(true)
		case l.negated():
			return in.Not(value[l.node()])
		}
		return value[l.node()]
	}
	for _, g := range c.gates {
		if g.isXor() {
			value = append(value, in.Xor(at(g.a), at(g.b)))
		} else {
			value = append(value, in.And(at(g.a), at(g.b)))
		}
	}
	outputs := make([]T, len(c.outputs))
	for j, l := range c.outputs {
		outputs[j] = at(l)
	}
	return outputs
}
