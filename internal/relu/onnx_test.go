package relu

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"assay/reduction"
)

// TestONNXFields: without a runtime, the model is one well-formed message with a graph, an
// opset and the metadata, the same for the same network, and other formats are refused.
func TestONNXFields(t *testing.T) {
	n := ofSigns(function(t, "goldreich:n=24,m=24"), 0.1)
	var one, other bytes.Buffer
	for _, w := range []*bytes.Buffer{&one, &other} {
		if err := n.WriteONNX(w, Single, map[string]string{"b": "2", "a": "1", "c": "3"}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), other.Bytes()) {
		t.Error("the same network gives two models")
	}
	fields := map[protowire.Number]int{}
	for rest := one.Bytes(); len(rest) > 0; {
		field, _, length := protowire.ConsumeField(rest)
		if length < 0 {
			t.Fatal(protowire.ParseError(length))
		}
		fields[field]++
		rest = rest[length:]
	}
	if d := cmp.Diff(map[protowire.Number]int{1: 1, 2: 1, 7: 1, 8: 1, 14: 3}, fields); d != "" {
		t.Error(d)
	}
	in := chosen(t, "goldreich:n=24,m=24", 2)
	if n.WriteONNX(&one, 10, nil) == nil || WriteRule(&one, in, 10, nil) == nil {
		t.Error("format 10 is written")
	}
	vertices := in.Dials()
	vertices.Encoding = reduction.Vertex
	if WriteRule(&one, hard(t, "goldreich:n=24,m=24", vertices), Double, nil) == nil {
		t.Error("a rule is written for vertices")
	}
}
