package relu

import (
	"slices"

	"assay/reduction"
)

// design is a score network in parts, certified and not yet put together: its size is known
// where the network itself would not fit into memory. See [Certify].
type design struct {
	Certificate certificate

	in     *reduction.Instance
	laws   *laws
	bits   *Network  // f of the signs: n inputs, m outputs in [0, 1]
	tanh   curve     // of a secret coordinate
	stairs staircase // of an output
}

// bitsOf returns the network of f of the signs of n inputs, with a threshold band of width
// g. Its outputs are bits outside the band and between 0 and 1 in it.
func bitsOf(in *reduction.Instance, g float64) *Network {
	f := in.Function()
	b := newBuilder(f.N)
	signs := make([]affine, f.N)
	for i := range signs {
		signs[i] = b.Threshold(b.Input(i), g)
	}
	bits := b.Circuit(f.Circuit, signs)
	for j := range bits {
		bits[j] = b.clip(bits[j])
	}
	return b.Build(bits...)
}

// scaled returns a network of [bitsOf] for a band of width 1 with one of width g in its place:
// only what its first units, one for each of n inputs, multiply them with is another number.
func scaled(bits *Network, n int, g float64) *Network {
	other := *bits
	other.units = slices.Clone(bits.units)
	for i, u := range other.units {
		if len(u.terms) == 1 && int(u.terms[0].node) < n {
			other.units[i] = affine{u.bias, []term{{u.terms[0].node, u.terms[0].weight / g}}}
		}
	}
	return &other
}

// secretMean returns the network of a secret coordinate, given tanh(R x/(1+s^2)) as a function
// of the unscaled x.
func (l *laws) secretMean(tanh piecewise) *Network {
	b := newBuilder(1)
	x := b.Input(0)
	return b.Build(x.Times(l.shrink).Plus(b.Piecewise(x.Times(l.R), tanh).Times(l.v)))
}

// outputMean returns the network of an output coordinate and its bit.
func (l *laws) outputMean(stairs staircase, period piecewise) *Network {
	b := newBuilder(2)
	shift := b.Input(1).Times(l.eps)
	y := b.Input(0).Times(l.shrink * l.R).Plus(shift)
	return b.Build(b.staircase(y, stairs, period, l.eps).Minus(shift).Times(1 / l.R))
}

// staircase returns the staircase of an expression. What a period reads is one unit, which is
// the distance plus eps, and not all thresholds again.
func (b *builder) staircase(y affine, stairs staircase, period piecewise, eps float64) affine {
	point := []scaledAffine{{1, number(-(stairs.most + 1) * eps)}}
	for odd := -stairs.most; odd <= stairs.most; odd += 2 {
		point = append(point, scaledAffine{2 * eps, b.Threshold(y.Minus(number(odd*eps)), stairs.width)})
	}
	nearest, end := sum(point...), number(stairs.end(eps))
	parts := []scaledAffine{{1, nearest}, {1, b.ReLU(y.Minus(end))}, {-1, b.ReLU(y.Times(-1).Minus(end))}}
	if len(period.X) > 0 {
		within := b.Piecewise(b.ReLU(y.Minus(nearest).Plus(number(eps))), shifted(period, eps))
		parts = append(parts, scaledAffine{1, within})
	}
	return sum(parts...)
}

// shifted returns p moved by eps to the right.
func shifted(p piecewise, eps float64) (moved piecewise) {
	for i, x := range p.X {
		if n := len(moved.X); n > 0 && !(x+eps > moved.X[n-1]) {
			continue // knots a rounding error apart are one once eps is added
		}
		moved.X, moved.Y = append(moved.X, x+eps), append(moved.Y, p.Y[i])
	}
	return moved
}

// Network puts the parts together.
func (d *design) Network() *Network {
	n, m := d.in.Function().N, d.in.Function().M
	b := newBuilder(d.in.Dim())
	x := make([]affine, d.in.Dim())
	for i := range x {
		x[i] = b.Input(i)
	}
	bits := b.Append(d.bits, x[:n])
	secret := d.laws.secretMean(d.tanh.piecewise())
	output := d.laws.outputMean(d.stairs, d.stairs.period.piecewise())
	means := make([]affine, len(x))
	for i := range means {
		switch {
		case i < n:
			means[i] = b.Append(secret, x[i:i+1])[0]
		case i < n+m:
			means[i] = b.Append(output, []affine{x[i], bits[i-n]})[0]
		default:
			means[i] = x[i].Times(d.laws.shrink)
		}
	}
	return b.Build(means...)
}

// Size returns the size of design.Network, without making it: the parts are counted as
// often as they occur, each on what it reads there. Steps that were not made are counted as
// those are that no constant is missing from.
func (d *design) Size() Size {
	n, m, dim := d.in.Function().N, d.in.Function().M, d.in.Dim()
	var t tally
	t.units(d.bits, 0, 1)
	tanh, missing := d.tanh.thinned()
	secret := d.laws.secretMean(tanh)
	t.units(secret, 0, n)
	t.expressions(secret.outputs, n)
	t.steps(len(secret.layers), missing*n)
	if n+m < dim {
		t.expressions([]affine{{terms: []term{{0, d.laws.shrink}}}}, dim-n-m)
	}
	period, missing := d.stairs.period.thinned()
	output := d.laws.outputMean(d.stairs, period)
	layer := d.bits.layerOf()
	kinds := map[[2]float64]*Network{} // a bit is a constant, or bias and weight of one node
	for _, bit := range d.bits.outputs {
		from, kind := 0, [2]float64{bit.bias}
		if len(bit.terms) > 0 {
			from, kind[1] = layer(bit.terms[0].node), bit.terms[0].weight
		}
		on, ok := kinds[kind]
		if !ok {
			b := newBuilder(2)
			on = b.Build(b.Append(output, []affine{b.Input(0), b.Input(1).Times(kind[1]).Plus(number(kind[0]))})...)
			kinds[kind] = on
		}
		t.units(on, from, 1)
		t.expressions(on.outputs, 1)
		t.steps(from+len(on.layers), missing)
	}
	return t.size()
}
