package relu

import "fmt"

// Network is a ReLU network as a sparse layered graph with skip wires: every unit is
// the ReLU of an affine expression over inputs and units of earlier layers, every output
// an affine expression over all of them. It is immutable and safe for concurrent use.
type Network struct {
	inputs  int
	layers  []int    // units of each layer
	units   []Affine // node inputs+i, layer by layer
	outputs []Affine
}

// Inputs returns the number of inputs.
func (n *Network) Inputs() int { return n.inputs }

// Outputs returns the number of outputs.
func (n *Network) Outputs() int { return len(n.outputs) }

// lanes is the number of rows that go through the network together, so that a weight is
// read once for all of them.
const lanes = 16

// Float is a format that networks compute in.
type Float interface{ float32 | float64 }

// Forward returns the outputs of the network for each row of x, whose length is the
// number of inputs, computed in the format F: weights are rounded to it. It panics if
// a row has another length.
func Forward[F Float](n *Network, x [][]F) [][]F {
	values := make([][lanes]F, n.inputs+len(n.units))
	results := make([][]F, len(x))
	for start := 0; start < len(x); start += lanes {
		block := x[start:min(start+lanes, len(x))]
		for row, point := range block {
			if len(point) != n.inputs {
				panic(fmt.Sprintf("relu: row %d has %d numbers, want %d", start+row, len(point), n.inputs))
			}
			for i, v := range point {
				values[i][row] = v
			}
		}
		for i := range n.units {
			u := &values[n.inputs+i]
			evaluate(u, &n.units[i], values)
			for lane, v := range u {
				u[lane] = max(v, 0)
			}
		}
		for row := range block {
			results[start+row] = make([]F, len(n.outputs))
		}
		for j := range n.outputs {
			var output [lanes]F
			evaluate(&output, &n.outputs[j], values)
			for row := range block {
				results[start+row][j] = output[row]
			}
		}
	}
	return results
}

// evaluate stores an expression in dst, for all lanes.
func evaluate[F Float](dst *[lanes]F, a *Affine, values [][lanes]F) {
	var sum [lanes]F
	for _, t := range a.terms {
		w, v := F(t.weight), &values[t.node]
		for lane := range sum {
			sum[lane] += w * v[lane]
		}
	}
	b := F(a.bias)
	for lane := range sum {
		dst[lane] = sum[lane] + b
	}
}
