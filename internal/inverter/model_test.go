package inverter

import (
	"math/rand/v2"

	"pgregory.net/rapid"

	"assay/internal/circuit"
)

// newRand returns a stream of its own for each test.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 4)) }

// drawCircuit draws a circuit of few inputs, often with outputs that are constant,
// repeated or inputs, and with inputs that nothing reads.
func drawCircuit(t *rapid.T) *circuit.Circuit {
	n := rapid.IntRange(0, 8).Draw(t, "inputs")
	b := circuit.NewBuilder(n)
	lits := append(circuit.Word{circuit.False, circuit.True}, b.Inputs()...)
	for range rapid.IntRange(0, 40).Draw(t, "gates") {
		pick := func() circuit.Lit {
			return lits[rapid.IntRange(0, len(lits)-1).Draw(t, "operand")].NotIf(rapid.Bool().Draw(t, "negated"))
		}
		x, y, z := pick(), pick(), pick()
		var l circuit.Lit
		switch rapid.SampledFrom([]string{"and", "xor", "mux", "maj"}).Draw(t, "op") {
		case "and":
			l = b.And(x, y)
		case "xor":
			l = b.Xor(b.Xor(x, y), z)
		case "mux":
			l = b.Mux(x, y, z)
		case "maj":
			l = b.Maj(x, y, z)
		}
		lits = append(lits, l)
	}
	var outputs []circuit.Lit
	for range rapid.IntRange(0, 5).Draw(t, "outputs") {
		outputs = append(outputs, rapid.SampledFrom(lits).Draw(t, "output"))
	}
	return b.Build(outputs...)
}

// drawAffine draws an affine map with any rank, as a circuit.
func drawAffine(t *rapid.T) *circuit.Circuit {
	n := rapid.IntRange(0, 8).Draw(t, "inputs")
	b := circuit.NewBuilder(n)
	var outputs []circuit.Lit
	for range rapid.IntRange(0, 9).Draw(t, "outputs") {
		sum := circuit.Const(rapid.Bool().Draw(t, "constant"))
		for i := range n {
			if rapid.Bool().Draw(t, "coefficient") {
				sum = b.Xor(sum, b.Input(i))
			}
		}
		outputs = append(outputs, sum)
	}
	return b.Build(outputs...)
}

// drawImage draws an image of c, or any bits, which often are none.
func drawImage(t *rapid.T, c *circuit.Circuit) []bool {
	if rapid.Bool().Draw(t, "is image") {
		return c.Eval(rapid.SliceOfN(rapid.Bool(), c.Inputs(), c.Inputs()).Draw(t, "secret"))
	}
	return rapid.SliceOfN(rapid.Bool(), c.Outputs(), c.Outputs()).Draw(t, "image")
}

// preimages finds all by evaluation.
func preimages(c *circuit.Circuit, z []bool) map[uint64]bool {
	all := map[uint64]bool{}
	for x := range uint64(1) << c.Inputs() {
		if checkPreimage(c, z, circuit.Bits(x, c.Inputs())) == nil {
			all[x] = true
		}
	}
	return all
}

// local is a function as that of Goldreich: output j is x1 + x2 + x3 + x4 x5 for five
// inputs in a row, steps of its own apart.
func local(n, m int) *circuit.Circuit {
	b := circuit.NewBuilder(n)
	var outputs []circuit.Lit
	for j := range m {
		x := func(k int) circuit.Lit { return b.Input((j + k*(1+j%3)) % n) }
		outputs = append(outputs, b.Xor(b.Xor(x(0), x(1)), b.Xor(x(2), b.And(x(3), x(4)))))
	}
	return b.Build(outputs...)
}

// twoToOne maps x and its complement, and no others, to one image: the sums of the
// others with the last bit, after each has been mixed with the product of two more.
func twoToOne(n int) *circuit.Circuit {
	b := circuit.NewBuilder(n)
	last := b.Input(n - 1)
	var folded circuit.Word
	for i := range n - 1 {
		folded = append(folded, b.Xor(b.Input(i), last))
	}
	// A triangular map, hence a bijection, of what is left.
	for i := 2; i < len(folded); i++ {
		folded[i] = b.Xor(folded[i], b.And(folded[i-1], folded[i-2]))
	}
	return b.Build(folded...)
}

// kinds are the control circuits.
func kinds() map[string]*circuit.Circuit {
	b := circuit.NewBuilder(9)
	return map[string]*circuit.Circuit{
		"identity":     b.Build(b.Inputs()...),
		"constant":     b.Build(circuit.True, circuit.False, circuit.True),
		"no outputs":   b.Build(),
		"one input":    b.Build(b.Input(4), b.Input(4).Not()),
		"two to one":   twoToOne(9),
		"many to one":  b.Build(b.Append(local(9, 3), b.Inputs())...),
		"multiply":     b.Build(b.Mul(b.Inputs()[:4], b.Inputs()[4:])...),
		"linear":       b.Build(b.Linear([][]bool{{true, true, false, true, false, false, true, true, false}, {false, true, true, true, true, false, false, true, true}}, b.Inputs())...),
		"no inputs":    circuit.NewBuilder(0).Build(circuit.True),
		"nothing":      circuit.NewBuilder(0).Build(),
		"rarely a one": b.Build(b.And(b.And(b.Input(0), b.Input(1)), b.And(b.And(b.Input(2), b.Input(3)), b.Input(4)))),
	}
}
