package relu

import (
	"fmt"
	"math"
)

// builder makes a [Network], one unit after the other.
type builder struct {
	inputs int
	units  []affine
	layer  []int // of each node, 0 for the inputs
}

// newBuilder returns a builder of a network with the given number of inputs.
func newBuilder(inputs int) *builder {
	return &builder{inputs: inputs, layer: make([]int, inputs)}
}

// Input returns input i. It panics if there is none.
func (b *builder) Input(i int) affine {
	if i < 0 || i >= b.inputs {
		panic(fmt.Sprintf("relu: input %d of %d", i, b.inputs))
	}
	return b.node(i)
}

func (b *builder) node(i int) affine { return affine{terms: []term{{int32(i), 1}}} }

// ReLU returns max(a, 0), a new unit in the first layer after all that a reads; of a
// constant, a constant. It panics if a number in it is not finite.
func (b *builder) ReLU(a affine) affine {
	if math.IsNaN(a.bias) || math.IsInf(a.bias, 0) {
		panic(fmt.Sprintf("relu: a bias is %v", a.bias))
	}
	layer := 0
	for _, t := range a.terms {
		if math.IsNaN(t.weight) || math.IsInf(t.weight, 0) {
			panic(fmt.Sprintf("relu: a weight is %v", t.weight))
		}
		layer = max(layer, b.layer[t.node])
	}
	if len(a.terms) == 0 {
		return number(max(a.bias, 0))
	}
	b.units = append(b.units, a)
	b.layer = append(b.layer, layer+1)
	return b.node(len(b.layer) - 1)
}

// Append copies a network onto the given expressions in place of its inputs, and
// returns its outputs: composition. It panics if their number is not that of its inputs.
func (b *builder) Append(n *Network, inputs []affine) []affine {
	if len(inputs) != n.inputs {
		panic(fmt.Sprintf("relu: %d expressions for %d inputs", len(inputs), n.inputs))
	}
	value := append([]affine(nil), inputs...)
	read := func(a affine) affine {
		parts := []scaledAffine{{1, number(a.bias)}}
		for _, t := range a.terms {
			parts = append(parts, scaledAffine{t.weight, value[t.node]})
		}
		return sum(parts...)
	}
	for _, u := range n.units {
		value = append(value, b.ReLU(read(u)))
	}
	outputs := make([]affine, len(n.outputs))
	for j, a := range n.outputs {
		outputs[j] = read(a)
	}
	return outputs
}

// compose returns the network that feeds the outputs of inner to outer.
func compose(outer, inner *Network) *Network {
	b := newBuilder(inner.inputs)
	inputs := make([]affine, inner.inputs)
	for i := range inputs {
		inputs[i] = b.Input(i)
	}
	return b.Build(b.Append(outer, b.Append(inner, inputs))...)
}

// Build returns the network of the given outputs. Units that none of them needs are left
// out.
func (b *builder) Build(outputs ...affine) *Network {
	needed := make([]bool, len(b.layer))
	need := func(a affine) {
		for _, t := range a.terms {
			needed[t.node] = true
		}
	}
	for _, a := range outputs {
		need(a)
	}
	for i := len(b.units) - 1; i >= 0; i-- {
		if needed[b.inputs+i] {
			need(b.units[i])
		}
	}
	n := &Network{inputs: b.inputs}
	for i := range b.units {
		if layer := b.layer[b.inputs+i]; needed[b.inputs+i] {
			for len(n.layers) < layer {
				n.layers = append(n.layers, 0)
			}
			n.layers[layer-1]++
		}
	}
	next := make([]int, len(n.layers)) // the node that the next unit of the layer becomes
	for layer, from := 0, b.inputs; layer < len(n.layers); layer++ {
		next[layer] = from
		from += n.layers[layer]
	}
	place := make([]int32, len(b.layer))
	for i := range place {
		switch {
		case i < b.inputs:
			place[i] = int32(i)
		case needed[i]:
			place[i] = int32(next[b.layer[i]-1])
			next[b.layer[i]-1]++
		}
	}
	move := func(a affine) affine {
		terms := make([]term, len(a.terms))
		for k, t := range a.terms {
			terms[k] = term{place[t.node], t.weight}
		}
		return affine{a.bias, terms}
	}
	units := 0
	for _, width := range n.layers {
		units += width
	}
	n.units = make([]affine, units)
	for i, u := range b.units {
		if needed[b.inputs+i] {
			n.units[int(place[b.inputs+i])-b.inputs] = move(u)
		}
	}
	for _, a := range outputs {
		n.outputs = append(n.outputs, move(a))
	}
	n.mirrored = mirrors(n.units)
	n.memory = layOut(n)
	return n
}
