package relu

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protobuf message in the making, field after field. Field numbers are those of
// onnx.proto.
type message []byte

func (m *message) integer(field protowire.Number, v int) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, uint64(v))
}

func (m *message) bytes(field protowire.Number, v []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, v)
}

func (m *message) text(field protowire.Number, v string) { m.bytes(field, []byte(v)) }

// append adds the fields of another.
func (m *message) append(fields message) { *m = append(*m, fields...) }

// The numbers of attribute and tensor types in onnx.proto.
const (
	attributeInt  = 2
	attributeInts = 7
	tensorInt32   = 6
	tensorInt64   = 7
)

// integer returns an attribute.
func integer(name string, v int) message {
	var a message
	a.text(1, name)
	a.integer(3, v)
	a.integer(20, attributeInt)
	return a
}

// ints returns an attribute.
func ints(name string, values ...int) message {
	var a message
	a.text(1, name)
	for _, v := range values {
		a.integer(8, v)
	}
	a.integer(20, attributeInts)
	return a
}

// tensor adds a constant from its little-endian bytes and returns its name.
func (g *graph) tensor(kind int, raw []byte, shape ...int) string {
	name := g.name()
	var t message
	for _, length := range shape {
		t.integer(1, length)
	}
	t.integer(2, kind)
	t.text(8, name)
	t.bytes(9, raw)
	g.tensors.bytes(5, t)
	return name
}

// numbers adds a constant in the format of the graph.
func (g *graph) numbers(values []float64, shape ...int) string {
	var raw []byte
	for _, v := range values {
		if g.format == Single {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(v)))
		} else {
			raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
		}
	}
	return g.tensor(int(g.format), raw, shape...)
}

// indices adds a constant of rows.
func (g *graph) indices(values []int32, shape ...int) string {
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, uint32(v))
	}
	return g.tensor(tensorInt32, raw, shape...)
}

// axis adds a constant that names one axis.
func (g *graph) axis(v uint64) string {
	return g.tensor(tensorInt64, binary.LittleEndian.AppendUint64(nil, v), 1)
}
