package relu

import (
	"fmt"
	"math"
)

// Builder makes a [Network], one unit after the other.
type Builder struct {
	inputs int
	units  []Affine
	layer  []int // of each node, 0 for the inputs
}

// NewBuilder returns a builder of a network with the given number of inputs.
func NewBuilder(inputs int) *Builder {
	return &Builder{inputs: inputs, layer: make([]int, inputs)}
}

// Input returns input i. It panics if there is none.
func (b *Builder) Input(i int) Affine {
	if i < 0 || i >= b.inputs {
		panic(fmt.Sprintf("relu: input %d of %d", i, b.inputs))
	}
	return b.node(i)
}

func (b *Builder) node(i int) Affine { return Affine{terms: []term{{int32(i), 1}}} }

// ReLU returns max(a, 0), a new unit in the first layer after all that a reads; of a
// constant, a constant. It panics if a number in it is not finite.
func (b *Builder) ReLU(a Affine) Affine {
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
		return Number(max(a.bias, 0))
	}
	b.units = append(b.units, a)
	b.layer = append(b.layer, layer+1)
	return b.node(len(b.layer) - 1)
}

// Append copies a network onto the given expressions in place of its inputs, and
// returns its outputs: composition. It panics if their number is not that of its inputs.
func (b *Builder) Append(n *Network, inputs []Affine) []Affine {
	if len(inputs) != n.inputs {
		panic(fmt.Sprintf("relu: %d expressions for %d inputs", len(inputs), n.inputs))
	}
	value := append([]Affine(nil), inputs...)
	read := func(a Affine) Affine {
		parts := []Scaled{{1, Number(a.bias)}}
		for _, t := range a.terms {
			parts = append(parts, Scaled{t.weight, value[t.node]})
		}
		return Sum(parts...)
	}
	for _, u := range n.units {
		value = append(value, b.ReLU(read(u)))
	}
	outputs := make([]Affine, len(n.outputs))
	for j, a := range n.outputs {
		outputs[j] = read(a)
	}
	return outputs
}

// Compose returns the network that feeds the outputs of inner to outer.
func Compose(outer, inner *Network) *Network {
	b := NewBuilder(inner.inputs)
	inputs := make([]Affine, inner.inputs)
	for i := range inputs {
		inputs[i] = b.Input(i)
	}
	return b.Build(b.Append(outer, b.Append(inner, inputs))...)
}

// Build returns the network of the given outputs. Units that none of them needs are left
// out.
func (b *Builder) Build(outputs ...Affine) *Network {
	needed := make([]bool, len(b.layer))
	need := func(a Affine) {
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
	move := func(a Affine) Affine {
		terms := make([]term, len(a.terms))
		for k, t := range a.terms {
			terms[k] = term{place[t.node], t.weight}
		}
		return Affine{a.bias, terms}
	}
	units := 0
	for _, width := range n.layers {
		units += width
	}
	n.units = make([]Affine, units)
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
