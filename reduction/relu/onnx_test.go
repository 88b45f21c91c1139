package relu

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

// TestONNXRuntime compares onnxruntime with our own forward pass. Both add the same
// products in another order: in float64 within 1e-12 of the largest output, which is
// 5000 units in the last place, and in float32 within 1e-5, 80 of them; the terms of an
// expression are hundreds, of size 1, and the rounding of (x - t)/width at knots is that
// of both. The control, the model of another sigma, must be off by more.
func TestONNXRuntime(t *testing.T) {
	python := os.Getenv("ASSAY_PYTHON")
	if python == "" {
		t.Skip("ASSAY_PYTHON names no Python with onnxruntime; ci/onnx.sh installs one")
	}
	rng := rand.New(rand.NewPCG(3, 3))
	for _, name := range []string{"goldreich:n=24,m=24", "mq:n=12,m=12", "constant:n=5", "aes128"} {
		in := chosen(t, name, 2)
		for _, sigma := range []float64{0.05, 0.3, 5} {
			n, _, err := Score(in, sigma, 2)
			if err != nil {
				t.Fatal(err)
			}
			other, _, err := Score(in, 1.1*sigma, 2)
			if err != nil {
				t.Fatal(err)
			}
			x := rowsOf(smoothed(in, sigma, 100, rng))
			compareRuntime[float64](t, python, n, other, x, Double, 1e-12)
			compareRuntime[float32](t, python, n, other, x, Single, 1e-5)
		}
	}
}

func compareRuntime[F Float](t *testing.T, python string, n, other *Network, x [][]float64, format Format, tolerance float64) {
	t.Helper()
	rows := make([][]F, len(x))
	for i, row := range x {
		for _, v := range row {
			rows[i] = append(rows[i], F(v))
		}
	}
	got := runONNX(t, python, n, rows, format)
	if d := farthest(got, Forward(n, rows)); !(d <= tolerance) {
		t.Errorf("format %d: runtime and forward pass differ by %v of the largest output, want %v", format, d, tolerance)
	}
	if d := farthest(got, Forward(other, rows)); d <= tolerance {
		t.Errorf("format %d: the model of another sigma is as near: %v", format, d)
	}
}

// farthest returns the largest difference over the largest size.
func farthest[F Float](a, b [][]F) float64 {
	difference, size := 0.0, 0.0
	for i, row := range a {
		for j, v := range row {
			difference = math.Max(difference, math.Abs(float64(v-b[i][j])))
			size = math.Max(size, math.Abs(float64(v)))
		}
	}
	return difference / size
}

// runONNX returns the outputs of the exported network for the rows of x, by onnxruntime.
func runONNX[F Float](t *testing.T, python string, n *Network, x [][]F, format Format) [][]F {
	t.Helper()
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	var model, input bytes.Buffer
	metadata := map[string]string{"function": "f", "R": "12"}
	if err := n.WriteONNX(&model, format, metadata); err != nil {
		t.Fatal(err)
	}
	for _, row := range x {
		if err := binary.Write(&input, binary.LittleEndian, row); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string][]byte{"model.onnx": model.Bytes(), "x": input.Bytes()} {
		if err := os.WriteFile(path(name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var complaint bytes.Buffer
	command := exec.Command(python, filepath.Join("testdata", "runtime.py"), path("model.onnx"), path("x"), path("result"))
	command.Stderr = &complaint
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &complaint)
	}
	var read map[string]string
	if err := json.Unmarshal(printed, &read); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(metadata, read); d != "" {
		t.Errorf("metadata: %s", d)
	}
	raw, err := os.ReadFile(path("result"))
	if err != nil {
		t.Fatal(err)
	}
	result := make([][]F, len(x))
	for i := range result {
		result[i] = make([]F, n.Outputs())
		used, err := binary.Decode(raw, binary.LittleEndian, result[i])
		if err != nil {
			t.Fatal(err)
		}
		raw = raw[used:]
	}
	return result
}

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
	if err := n.WriteONNX(&one, 10, nil); err == nil {
		t.Error("format 10 is written")
	}
}
