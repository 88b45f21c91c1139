package relu

// Network is a ReLU network as a sparse layered graph with skip wires: every unit is
// the ReLU of an affine expression over inputs and units of earlier layers, every output
// an affine expression over all of them. It is immutable and safe for concurrent use.
type Network struct {
	inputs  int
	layers  []int    // units of each layer
	units   []affine // node inputs+i, layer by layer
	outputs []affine

	mirrored []bool // see [mirrors]
	memory   memory
}

// Inputs returns the number of inputs.
func (n *Network) Inputs() int { return n.inputs }

// Outputs returns the number of outputs.
func (n *Network) Outputs() int { return len(n.outputs) }
