package relu

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// The versions of the format that [Network.WriteONNX] writes: what every runtime since
// 2020 reads. ReduceSum takes its axes as an input from opset 13.
const (
	onnxIR    = 7
	onnxOpset = 13
)

// The names of the inputs and the output in an exported file.
const (
	onnxInput  = "x"
	onnxSigma  = "sigma"
	onnxOutput = "denoised"
)

// Format is the floating-point format of an exported network.
type Format int

// The formats, by their numbers in ONNX.
const (
	Single Format = 1
	Double Format = 11
)

// WriteONNX writes the network as an ONNX model, from "x" (batch, inputs) to "denoised"
// (batch, outputs) in the given format, with the metadata.
func (n *Network) WriteONNX(w io.Writer, format Format, metadata map[string]string) error {
	g, err := newGraph(format)
	if err != nil {
		return err
	}
	rows := g.network(n, g.node("Transpose", []string{onnxInput}, ints("perm", 1, 0)))
	g.named(onnxOutput, "Transpose", []string{rows}, ints("perm", 1, 0))
	g.port(graphInput, onnxInput, "batch", n.inputs)
	g.port(graphOutput, onnxOutput, "batch", len(n.outputs))
	_, err = w.Write(g.model("relu", metadata))
	return err
}

// graph is a graph in the making.
type graph struct {
	format                Format
	nodes, tensors, ports message
	names                 int
}

func newGraph(format Format) (*graph, error) {
	if format != Single && format != Double {
		return nil, fmt.Errorf("onnx: format %d, want %d for float32 or %d for float64", format, Single, Double)
	}
	return &graph{format: format}, nil
}

// model returns the file.
func (g *graph) model(name string, metadata map[string]string) message {
	var body, model, opset message
	body.append(g.nodes)
	body.text(2, name)
	body.append(g.tensors)
	body.append(g.ports)
	opset.text(1, "")
	opset.integer(2, onnxOpset)
	model.integer(1, onnxIR)
	model.text(2, "assay")
	model.bytes(7, body)
	model.bytes(8, opset)
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		var entry message
		entry.text(1, key)
		entry.text(2, metadata[key])
		model.bytes(14, entry)
	}
	return model
}

// network adds a network and returns its outputs (outputs, batch), given its inputs (inputs,
// batch). A layer is a few operations, whatever its width. Nodes are rows of one tensor;
// of the units of a layer those with equally many wires are together
//
//	ReduceSum(Gather(nodes, wires) * weights) + biases,
//
// and the layer, after Relu, is appended to the tensor.
func (g *graph) network(n *Network, nodes string) (outputs string) {
	place := make([]int32, n.inputs, n.inputs+len(n.units)) // row of each node of the network
	for i := range place {
		place[i] = int32(i)
	}
	first := 0
	for _, width := range n.layers {
		layer, order := g.expressions(nodes, place, n.units[first:first+width])
		from := len(place)
		place = append(place, make([]int32, width)...)
		for row, unit := range order {
			place[from+unit] = int32(from + row)
		}
		nodes = g.node("Concat", []string{nodes, g.node("Relu", []string{layer})}, integer("axis", 0))
		first += width
	}
	values, order := g.expressions(nodes, place, n.outputs)
	back := make([]int32, len(order))
	for row, output := range order {
		back[output] = int32(row)
	}
	return g.node("Gather", []string{values, g.indices(back, len(back))}, integer("axis", 0))
}

// expressions adds the values of a list of expressions, grouped by their number of wires:
// row i is expression order[i], over nodes at the given rows.
func (g *graph) expressions(nodes string, place []int32, list []affine) (values string, order []int) {
	groups := map[int][]int{}
	for i, a := range list {
		groups[len(a.terms)] = append(groups[len(a.terms)], i)
	}
	var parts []string
	for _, wires := range slices.Sorted(maps.Keys(groups)) {
		members := groups[wires]
		order = append(order, members...)
		var sources []int32
		var weights, biases []float64
		for _, i := range members {
			for _, t := range list[i].terms {
				sources = append(sources, place[t.node])
				weights = append(weights, t.weight)
			}
			if wires == 0 { // a constant still needs the length of the batch
				sources, weights = append(sources, 0), append(weights, 0)
			}
			biases = append(biases, list[i].bias)
		}
		k := max(wires, 1)
		read := g.node("Gather", []string{nodes, g.indices(sources, len(members), k)}, integer("axis", 0))
		scaled := g.node("Mul", []string{read, g.numbers(weights, len(members), k, 1)})
		sum := g.node("ReduceSum", []string{scaled, g.axis(1)}, integer("keepdims", 0))
		parts = append(parts, g.node("Add", []string{sum, g.numbers(biases, len(members), 1)}))
	}
	if len(parts) == 1 {
		return parts[0], order
	}
	return g.node("Concat", parts, integer("axis", 0)), order
}

// node adds an operation and returns the name of its result.
func (g *graph) node(op string, inputs []string, attributes ...message) string {
	return g.named(g.name(), op, inputs, attributes...)
}

func (g *graph) name() string {
	g.names++
	return fmt.Sprintf("t%d", g.names)
}

func (g *graph) named(result, op string, inputs []string, attributes ...message) string {
	var node message
	for _, name := range inputs {
		node.text(1, name)
	}
	node.text(2, result)
	node.text(4, op)
	for _, a := range attributes {
		node.bytes(5, a)
	}
	g.nodes.bytes(1, node)
	return result
}

// The fields of a graph that hold its ports.
const (
	graphInput  = 11
	graphOutput = 12
)

// port describes an input or an output of the format: (length) or (length, width), the length
// known by a name.
func (g *graph) port(field protowire.Number, name, length string, width ...int) {
	var first, shape, tensor, kind, port message
	first.text(2, length)
	shape.bytes(1, first)
	for _, v := range width {
		var columns message
		columns.integer(1, v)
		shape.bytes(1, columns)
	}
	tensor.integer(1, int(g.format))
	tensor.bytes(2, shape)
	kind.bytes(1, tensor)
	port.text(1, name)
	port.bytes(2, kind)
	g.ports.bytes(field, port)
}
