package circuit_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/internal/circuit"
)

// bools is the algebra of bits; mute has its NOT forgotten, the control.
type bools struct{ mute bool }

func (bools) Const(v bool) bool  { return v }
func (b bools) Not(x bool) bool  { return x == b.mute }
func (bools) And(x, y bool) bool { return x && y }
func (bools) Xor(x, y bool) bool { return x != y }

// TestInterpret: in the algebra of bits it is Eval, and in one without negation it is not,
// on some circuit.
func TestInterpret(t *testing.T) {
	differ := false
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "n")
		b := circuit.NewBuilder(n)
		lits := append(circuit.Word{circuit.False}, b.Inputs()...)
		for range rapid.IntRange(0, 20).Draw(rt, "gates") {
			pick := func(what string) circuit.Lit {
				return rapid.SampledFrom(lits).Draw(rt, what).NotIf(rapid.Bool().Draw(rt, what+" negated"))
			}
			x, y := pick("x"), pick("y")
			if rapid.Bool().Draw(rt, "and") {
				lits = append(lits, b.And(x, y))
			} else {
				lits = append(lits, b.Xor(x, y))
			}
		}
		c := b.Build(lits[len(lits)-1], lits[len(lits)-1].Not(), circuit.True)
		input := rapid.SliceOfN(rapid.Bool(), n, n).Draw(rt, "input")
		want := c.Eval(input)
		if got := circuit.Interpret[bool](c, bools{}, input); !slices.Equal(got, want) {
			rt.Fatalf("%v, Eval %v", got, want)
		}
		differ = differ || !slices.Equal(circuit.Interpret[bool](c, bools{mute: true}, input), want)
	})
	if !differ {
		t.Error("an algebra without negation gives the same on every circuit")
	}
}
