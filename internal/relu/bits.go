package relu

import "assay/internal/circuit"

// This file holds the gadgets on bits: expressions that are 0 or 1 where what
// they read is. All that is added there is a small integer, exact in float32.

// Threshold returns 1 where x >= g/2 and 0 where x <= -g/2, exactly, and a ramp between:
//
//	1 - ReLU(1 - ReLU(x/g + 1/2)).
//
// The difference of two ReLUs would do in one layer, but not in floating point, where
// (x/g + 1/2) - (x/g - 1/2) is rarely 1.
func (b *builder) Threshold(x affine, g float64) affine {
	return b.clip(x.Times(1 / g).Plus(number(0.5)))
}

// clip returns x between 0 and 1, and the nearer of them beyond: two units.
func (b *builder) clip(x affine) affine {
	return number(1).Minus(b.ReLU(number(1).Minus(b.ReLU(x))))
}

// Const returns a bit.
func (b *builder) Const(v bool) affine {
	if v {
		return number(1)
	}
	return number(0)
}

// Not returns 1 - x: no unit.
func (b *builder) Not(x affine) affine { return number(1).Minus(x) }

// And returns ReLU(x + y - 1).
func (b *builder) And(x, y affine) affine {
	return b.ReLU(x.Plus(y).Minus(number(1)))
}

// Xor returns ReLU(x - y) + ReLU(y - x): two units, so that what reads it reads two
// nodes and not all of what x and y are sums of.
func (b *builder) Xor(x, y affine) affine {
	return b.ReLU(x.Minus(y)).Plus(b.ReLU(y.Minus(x)))
}

// Table returns values[z] where z is an integer from 0 to len(values)-1, and the straight
// lines between: one layer of at most len(values)-1 units. Beyond the last it goes on with
// its last slope.
func (b *builder) Table(z affine, values []float64) affine {
	parts := []scaledAffine{{1, number(values[0])}}
	slope := 0.0
	for k := range len(values) - 1 {
		next := values[k+1] - values[k]
		if next != slope {
			parts = append(parts, scaledAffine{next - slope, b.ReLU(z.Minus(number(float64(k))))})
		}
		slope = next
	}
	return sum(parts...)
}

// Parity returns the sum of the bits over GF(2): k units in one layer.
func (b *builder) Parity(bits ...affine) affine {
	return b.Table(total(bits), alternating(len(bits)))
}

// alternating returns 0, 1, 0, 1, ... up to index k.
func alternating(k int) []float64 {
	values := make([]float64, k+1)
	for i := range values {
		values[i] = float64(i % 2)
	}
	return values
}

// FullAdd returns the sum of three bits as two: two tables of their count, five units in
// one layer.
func (b *builder) FullAdd(x, y, z affine) (sum, carry affine) {
	count := total([]affine{x, y, z})
	return b.Table(count, alternating(3)), b.Table(count, []float64{0, 0, 1, 1})
}

// Select returns yes if the bit is 1 and no if it is 0, both at most bound in size there:
//
//	bit h = ReLU(h - M (1 - bit)) - ReLU(-h - M (1 - bit)).
func (b *builder) Select(bit, yes, no affine, bound float64) affine {
	gate := func(h, bit affine) affine {
		off := b.Not(bit).Times(bound)
		return b.ReLU(h.Minus(off)).Minus(b.ReLU(h.Times(-1).Minus(off)))
	}
	return gate(yes, bit).Plus(gate(no, b.Not(bit)))
}

// Circuit returns the outputs of a circuit on bits. An output that depends on few of them
// is one layer (see local.go), so that a Goldreich function has constant depth; the rest
// take a layer a gate on their longest path.
func (b *builder) Circuit(c *circuit.Circuit, bits []affine) []affine {
	support := c.Support()
	plans := make([]*local, len(support))
	gates := false
	for j := range plans {
		plans[j] = planLocal(c, j, support[j])
		gates = gates || plans[j] == nil
	}
	outputs := make([]affine, len(plans))
	if gates {
		outputs = circuit.Interpret(c, b, bits)
	}
	for j, plan := range plans {
		if plan != nil {
			outputs[j] = plan.compile(b, bits)
		}
	}
	return outputs
}

var _ circuit.Algebra[affine] = (*builder)(nil)
