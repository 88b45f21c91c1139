package relu

import (
	"math"
	"slices"
)

// Size is how large a network is.
type Size struct {
	Units      int     `json:"units"`
	Depth      int     `json:"depth"` // hidden layers
	Width      int     `json:"width"` // units of the widest
	Parameters int     `json:"parameters"`
	Weight     float64 `json:"weight"` // the largest absolute weight or bias
}

// Size measures the network. A parameter is a weight of a wire or a bias that is not zero.
func (n *Network) Size() Size {
	var t tally
	t.units(n, 0, 1)
	t.expressions(n.outputs, 1)
	return t.size()
}

// tally is a count of what a network of several parts consists of.
type tally struct {
	layers     []int
	parameters int
	weight     float64
}

// units counts the units of a part that occurs a number of times, its first layer after the
// given one.
func (t *tally) units(n *Network, after, times int) {
	for i, width := range n.layers {
		if width *= times; width > 0 {
			for len(t.layers) <= after+i {
				t.layers = append(t.layers, 0)
			}
			t.layers[after+i] += width
		}
	}
	t.expressions(n.units, times)
}

// steps counts ramps of a piecewise-linear function, in two layers of which the last is given:
// weight and bias of each of two units, and a weight in what reads them.
func (t *tally) steps(last, count int) {
	if count > 0 {
		t.layers[last-2] += count
		t.layers[last-1] += count
		t.parameters += 5 * count
	}
}

// expressions counts the parameters of a list that occurs a number of times.
func (t *tally) expressions(list []affine, times int) {
	if times == 0 {
		return
	}
	for _, a := range list {
		t.parameters += len(a.terms) * times
		if a.bias != 0 {
			t.parameters += times
		}
		t.weight = max(t.weight, math.Abs(a.bias))
		for _, wire := range a.terms {
			t.weight = max(t.weight, math.Abs(wire.weight))
		}
	}
}

func (t *tally) size() Size {
	s := Size{Depth: len(t.layers), Parameters: t.parameters, Weight: t.weight}
	for _, width := range t.layers {
		s.Units += width
		s.Width = max(s.Width, width)
	}
	return s
}

// layerOf returns a function from nodes to their layers, 0 for the inputs.
func (n *Network) layerOf() func(node int32) int {
	ends := []int{n.inputs}
	for _, width := range n.layers {
		ends = append(ends, ends[len(ends)-1]+width)
	}
	return func(node int32) int {
		layer, _ := slices.BinarySearch(ends, int(node)+1)
		return layer
	}
}
