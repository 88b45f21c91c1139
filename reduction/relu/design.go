package relu

import "assay/reduction"

// Design is a score network in parts, certified and not yet put together: its size is known
// where the network itself would not fit into memory. See [Certify].
type Design struct {
	Certificate Certificate

	in     *reduction.Instance
	bits   *Network // f of the signs: n inputs, m outputs in [0, 1]
	secret *Network // of x_i: its mean
	output *Network // of x_(n+j) and bit j: its mean
	shrink float64  // the mean of padding is shrink times x
}

// bitsOf returns the network of f of the signs of n inputs, with a threshold band of width
// g. Its outputs are bits outside the band and between 0 and 1 in it.
func bitsOf(in *reduction.Instance, g float64) *Network {
	f := in.Function()
	b := NewBuilder(f.N)
	signs := make([]Affine, f.N)
	for i := range signs {
		signs[i] = b.Threshold(b.Input(i), g)
	}
	bits := b.Circuit(f.Circuit, signs)
	for j := range bits {
		bits[j] = b.clip(bits[j])
	}
	return b.Build(bits...)
}

// secretMean returns the network of a secret coordinate, given tanh(R x/(1+s^2)) as a function
// of the unscaled x.
func (l *laws) secretMean(tanh Piecewise) *Network {
	b := NewBuilder(1)
	x := b.Input(0)
	return b.Build(x.Times(l.shrink).Plus(b.Piecewise(x.Times(l.R), tanh).Times(l.v)))
}

// outputMean returns the network of an output coordinate and its bit.
func (l *laws) outputMean(stairs staircase) *Network {
	b := NewBuilder(2)
	shift := b.Input(1).Times(l.eps)
	y := b.Input(0).Times(l.shrink * l.R).Plus(shift)
	return b.Build(b.staircase(y, stairs, l.eps).Minus(shift).Times(1 / l.R))
}

// staircase returns the staircase of an expression. What a period reads is one unit, which is
// the distance plus eps, and not all thresholds again.
func (b *Builder) staircase(y Affine, stairs staircase, eps float64) Affine {
	point := []Scaled{{1, Number(-(stairs.most + 1) * eps)}}
	for odd := -stairs.most; odd <= stairs.most; odd += 2 {
		point = append(point, Scaled{2 * eps, b.Threshold(y.Minus(Number(odd*eps)), stairs.width)})
	}
	nearest := Sum(point...)
	var period Piecewise
	for i, x := range stairs.period.X {
		if n := len(period.X); n > 0 && !(x+eps > period.X[n-1]) {
			continue // knots a rounding error apart are one once eps is added
		}
		period.X, period.Y = append(period.X, x+eps), append(period.Y, stairs.period.Y[i])
	}
	within := b.Piecewise(b.ReLU(y.Minus(nearest).Plus(Number(eps))), period)
	end := Number((stairs.most + 2) * eps)
	return Sum(Scaled{1, nearest}, Scaled{1, within}, Scaled{1, b.ReLU(y.Minus(end))}, Scaled{-1, b.ReLU(y.Times(-1).Minus(end))})
}

// Network puts the parts together.
func (d *Design) Network() *Network {
	n, m := d.in.Function().N, d.in.Function().M
	b := NewBuilder(d.in.Dim())
	x := make([]Affine, d.in.Dim())
	for i := range x {
		x[i] = b.Input(i)
	}
	bits := b.Append(d.bits, x[:n])
	means := make([]Affine, len(x))
	for i := range means {
		switch {
		case i < n:
			means[i] = b.Append(d.secret, x[i:i+1])[0]
		case i < n+m:
			means[i] = b.Append(d.output, []Affine{x[i], bits[i-n]})[0]
		default:
			means[i] = x[i].Times(d.shrink)
		}
	}
	return b.Build(means...)
}

// Size returns the size of [Design.Network], without making it: the parts are counted as
// often as they occur, each on what it reads there.
func (d *Design) Size() Size {
	n, m, dim := d.in.Function().N, d.in.Function().M, d.in.Dim()
	var t tally
	t.units(d.bits, 0, 1)
	t.units(d.secret, 0, n)
	t.expressions(d.secret.outputs, n)
	if n+m < dim {
		t.expressions([]Affine{{terms: []term{{0, d.shrink}}}}, dim-n-m)
	}
	layer := d.bits.layerOf()
	kinds := map[[2]float64]*Network{} // a bit is a constant, or bias and weight of one node
	for _, bit := range d.bits.outputs {
		from, kind := 0, [2]float64{bit.bias}
		if len(bit.terms) > 0 {
			from, kind[1] = layer(bit.terms[0].node), bit.terms[0].weight
		}
		on, ok := kinds[kind]
		if !ok {
			b := NewBuilder(2)
			on = b.Build(b.Append(d.output, []Affine{b.Input(0), b.Input(1).Times(kind[1]).Plus(Number(kind[0]))})...)
			kinds[kind] = on
		}
		t.units(on, from, 1)
		t.expressions(on.outputs, 1)
	}
	return t.size()
}
