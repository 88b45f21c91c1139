package relu

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"assay/internal/npy"
	"assay/reduction"
)

// The tests here compare exported files, as onnxruntime or numpy computes them, with what
// they were exported from. Both add the same products in another order: in float64
// within 1e-12 of the largest output, which is 5000 units in the last place, and in
// float32 within 1e-5, 80 of them; the terms of an expression are hundreds, of size 1, and the
// rounding of (x - t)/width at knots is that of both. A file of another sigma must be off by more.

// instances are what is exported: one layer, gates, constants, and the size that matters.
var instances = []string{"goldreich:n=24,m=24", "mq:n=12,m=12", "constant:n=5", "aes128"}

// python returns the interpreter to run exported files with.
func python(t *testing.T) string {
	t.Helper()
	path := os.Getenv("ASSAY_PYTHON")
	if path == "" {
		t.Skip("ASSAY_PYTHON names no Python with onnxruntime and numpy; ci/onnx.sh installs them")
	}
	return path
}

func TestONNXRuntime(t *testing.T) {
	python := python(t)
	rng := rand.New(rand.NewPCG(3, 3))
	for _, name := range instances {
		in := chosen(t, name, 2)
		for _, sigma := range []float64{0.05, 0.3, 5} {
			n, cert, err := Score(in, sigma, 2)
			if err != nil {
				t.Fatal(err)
			}
			other, _, err := Score(in, 1.1*sigma, 2)
			if err != nil {
				t.Fatal(err)
			}
			x := rowsOf(smoothed(in, sigma, 100, rng))
			metadata := describe(t, in, cert)
			onnx := func(format Format) []byte {
				return written(t, func(w io.Writer) error { return n.WriteONNX(w, format, metadata) })
			}
			compareNetwork[float64](t, file{"model.onnx", onnx(Double)}, python, metadata, n, other, x, 1e-12)
			compareNetwork[float32](t, file{"model.onnx", onnx(Single)}, python, metadata, n, other, x, 1e-5)
			if name != "aes128" || sigma == 0.3 { // numpy takes seconds for it
				arrays := written(t, func(w io.Writer) error { return n.WriteNPZ(w, metadata) })
				compareNetwork[float64](t, file{"model.npz", arrays}, python, metadata, n, other, x[:20], 1e-12)
			}
		}
	}
}

// describe returns the metadata, which must name what they are to name.
func describe(t *testing.T, in *reduction.Instance, certificate any) map[string]string {
	t.Helper()
	metadata, err := Metadata(in, "hard:"+in.Function().Name, certificate)
	if err != nil {
		t.Fatal(err)
	}
	keys := slices.Sorted(maps.Keys(metadata))
	if d := cmp.Diff([]string{"A", "R", "beta", "certificate", "digest", "eps", "function", "problem"}, keys); d != "" {
		t.Error(d)
	}
	return metadata
}

func written(t *testing.T, write func(w io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// file is an exported file; its name says of what kind it is.
type file struct {
	name    string
	content []byte
}

func compareNetwork[F float](t *testing.T, f file, python string, metadata map[string]string, n, other *Network, x [][]float64, tolerance float64) {
	t.Helper()
	rows := converted[F](x)
	got, read := runFile(t, f, python, rows, nil, n.Outputs())
	if d := cmp.Diff(metadata, read); d != "" {
		t.Errorf("metadata: %s", d)
	}
	if d := farthest(got, Forward(n, rows)); !(d <= tolerance) {
		t.Errorf("%s %T: file and forward pass differ by %v of the largest output, want %v", f.name, F(0), d, tolerance)
	}
	if d := farthest(got, Forward(other, rows)); d <= tolerance {
		t.Errorf("%s %T: the network of another sigma is as near: %v", f.name, F(0), d)
	}
}

// TestONNXRule: the model with sigma as an input computes [reduction.Instance.Denoise], for a
// batch of levels from tiny to huge, one for each row, and for one level for all; and NaN
// beyond the levels that it knows. In float32 x is rounded before both; what the rounding of
// mu does is bounded by the slope of D_0, eps^2/v at its steps, near which a point of the
// smoothed law is the more rarely the steeper they are. For large sigma all means are nearly
// 0, of sums of lattice points that cancel: they are compared relative to a number of the size of eps.
func TestONNXRule(t *testing.T) {
	python := python(t)
	rng := rand.New(rand.NewPCG(6, 6))
	for _, name := range instances {
		dials := chosen(t, name, 2).Dials()
		dials.Padding = 3
		in := hard(t, name, dials)
		levels := []float64{1e-24, 1e-21, 1e-6, 1e-3, 0.01, 0.03, 0.05, 0.1, 0.2, 0.4, 1, 3, 10, 100, 1e4}
		x := make([][]float64, len(levels))
		for row, sigma := range levels {
			x[row] = rowsOf(smoothed(in, sigma, 1, rng))[0]
		}
		metadata := describe(t, in, nil)
		compareRule[float64](t, python, in, x, levels, metadata, Double, 1e-12)
		compareRule[float32](t, python, in, x[3:], levels[3:], metadata, Single, 1e-5)
	}
}

func compareRule[F float](t *testing.T, python string, in *reduction.Instance, x [][]float64, levels []float64, metadata map[string]string, format Format, tolerance float64) {
	t.Helper()
	f := file{"model.onnx", written(t, func(w io.Writer) error { return WriteRule(w, in, format, metadata) })}
	rows, d, eps := converted[F](x), in.Dim(), F(in.Dials().Eps/in.Dials().R)
	sigmas := converted[F]([][]float64{levels})[0]
	denoised := func(row int, sigma F) []F {
		point := converted[float64](rows[row : row+1])[0]
		mean := mat.NewDense(1, d, nil)
		in.Denoise(mean, mat.NewDense(1, d, point), float64(sigma))
		return converted[F]([][]float64{mean.RawRowView(0)})[0]
	}
	got, read := runFile(t, f, python, rows, sigmas, d)
	if diff := cmp.Diff(metadata, read); diff != "" {
		t.Errorf("metadata: %s", diff)
	}
	one, _ := runFile(t, f, python, rows, sigmas[6:7], d)
	for row, sigma := range sigmas {
		for _, c := range []struct{ got, want []F }{{got[row], denoised(row, sigma)}, {one[row], denoised(row, sigmas[6])}} {
			if off := farthest([][]F{append(c.got, eps)}, [][]F{append(c.want, eps)}); !(off <= tolerance) {
				t.Errorf("%s, sigma %v, %T: model and rule differ by %v of the largest output, want %v", in.Function().Name, sigma, F(0), off, tolerance)
			}
		}
		if off := farthest([][]F{got[row]}, [][]F{denoised(row, 1.1*sigma)}); off <= tolerance && sigma > 0.02 && sigma < 50 {
			t.Errorf("%s, sigma %v, %T: the rule of another sigma is as near: %v", in.Function().Name, sigma, F(0), off)
		}
	}
	unknown := []F{0, -1, F(math.NaN()), F(math.Inf(1)), F(leastNoise / 100)}
	got, _ = runFile(t, f, python, rows[:len(unknown)], unknown, d)
	for row, sigma := range unknown {
		if slices.ContainsFunc(got[row], func(v F) bool { return v == v }) {
			t.Errorf("sigma %v, %T: %v, want NaN", sigma, F(0), got[row])
		}
	}
}

func converted[F, G float](x [][]G) [][]F {
	rows := make([][]F, len(x))
	for i, row := range x {
		for _, v := range row {
			rows[i] = append(rows[i], F(v))
		}
	}
	return rows
}

// farthest returns the largest difference over the largest size.
func farthest[F float](a, b [][]F) float64 {
	difference, size := 0.0, 0.0
	for i, row := range a {
		for j, v := range row {
			difference = math.Max(difference, math.Abs(float64(v-b[i][j])))
			size = math.Max(size, math.Abs(float64(v)))
		}
	}
	return difference / size
}

// runFile returns what another program computes with the file for the rows of x, and, if there are
// any, levels sigma; and the metadata that it reads.
func runFile[F float](t *testing.T, f file, python string, x [][]F, sigma []F, outputs int) (result [][]F, metadata map[string]string) {
	t.Helper()
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	var input, levels bytes.Buffer
	for _, row := range x {
		if err := binary.Write(&input, binary.LittleEndian, row); err != nil {
			t.Fatal(err)
		}
	}
	arguments := []string{filepath.Join("testdata", "runtime.py"), path(f.name), path("x"), path("result")}
	if sigma != nil {
		arguments = append(arguments, path("sigma"))
		if err := binary.Write(&levels, binary.LittleEndian, sigma); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string][]byte{f.name: f.content, "x": input.Bytes(), "sigma": levels.Bytes()} {
		if err := os.WriteFile(path(name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var complaint bytes.Buffer
	command := exec.Command(python, arguments...)
	command.Stderr = &complaint
	printed, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &complaint)
	}
	if err := json.Unmarshal(printed, &metadata); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path("result"))
	if err != nil {
		t.Fatal(err)
	}
	result = make([][]F, len(x))
	for i := range result {
		result[i] = make([]F, outputs)
		used, err := binary.Decode(raw, binary.LittleEndian, result[i])
		if err != nil {
			t.Fatal(err)
		}
		raw = raw[used:]
	}
	return result, metadata
}

// TestNPZ: without Python, the arrays are the network, wire for wire, and the same network
// gives the same file. NumPy reads them in testdata/runtime.py.
func TestNPZ(t *testing.T) {
	n := ofSigns(function(t, "mq:n=12,m=12"), 0.1)
	write := func() []byte {
		return written(t, func(w io.Writer) error { return n.WriteNPZ(w, map[string]string{"b": "2", "a": "1"}) })
	}
	content := write()
	if !bytes.Equal(content, write()) {
		t.Error("the same network gives two files")
	}
	array := func(name string) []float64 {
		read, err := npy.ReadFrom(bytes.NewReader(content), int64(len(content)), name, nil)
		if err != nil {
			t.Fatal(err)
		}
		return read.Data
	}
	inputs, layers, start, source := array("inputs"), array("layers"), array("start"), array("source")
	weight, bias := array("weight"), array("bias")
	var text []byte
	for _, v := range array("metadata") {
		text = append(text, byte(v))
	}
	if string(text) != `{"a":"1","b":"2"}` || len(layers) != len(n.layers) || inputs[0] != float64(n.inputs) {
		t.Errorf("%s, %d layers, %v inputs", text, len(layers), inputs)
	}
	row := 0
	for _, list := range [][]affine{n.units, n.outputs} {
		for _, a := range list {
			read := affine{bias: bias[row]}
			for k := int(start[row]); k < int(start[row+1]); k++ {
				read.terms = append(read.terms, term{int32(source[k]), weight[k]})
			}
			if d := cmp.Diff(a, read, cmp.AllowUnexported(affine{}, term{})); d != "" {
				t.Fatalf("row %d: %s", row, d)
			}
			row++
		}
	}
	if row != len(bias) {
		t.Errorf("%d rows, want %d", len(bias), row)
	}
}
