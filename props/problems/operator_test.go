package problems

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/mat"
)

// exact allows for the rounding of one division by a small integer.
var exact = cmpopts.EquateApprox(0, 1e-15)

func rows(a *mat.Dense) [][]float64 {
	n, _ := a.Dims()
	out := make([][]float64, n)
	for i := range out {
		out[i] = a.RawRowView(i)
	}
	return out
}

func TestOperatorByHand(t *testing.T) {
	for _, c := range []struct {
		op   string
		d    int
		want [][]float64
	}{
		{"identity", 2, [][]float64{{1, 0}, {0, 1}}},
		// A signal: the first half is seen, the middle one too.
		{"inpaint", 1, [][]float64{{1}}},
		{"inpaint", 2, [][]float64{{1, 0}}},
		{"inpaint", 3, [][]float64{{1, 0, 0}, {0, 1, 0}}},
		// An image of 2 x 2: its upper row.
		{"inpaint", 4, [][]float64{{1, 0, 0, 0}, {0, 1, 0, 0}}},
		// An image of 3 x 3: its upper row and the middle one.
		{"inpaint", 9, [][]float64{
			{1, 0, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 1, 0, 0, 0, 0, 0, 0},
			{0, 0, 0, 1, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 1, 0, 0, 0},
		}},
		{"superres", 1, [][]float64{{1}}},
		{"superres", 3, [][]float64{{.5, .5, 0}, {0, 0, 1}}},
		{"superres", 4, [][]float64{{.25, .25, .25, .25}}},
		// An image of 3 x 3: one whole block, and three that the border cuts.
		{"superres", 9, [][]float64{
			{.25, .25, 0, .25, .25, 0, 0, 0, 0},
			{0, 0, .5, 0, 0, .5, 0, 0, 0},
			{0, 0, 0, 0, 0, 0, .5, .5, 0},
			{0, 0, 0, 0, 0, 0, 0, 0, 1},
		}},
		{"blur", 1, [][]float64{{1}}},
		{"blur", 3, [][]float64{{2. / 3, 1. / 3, 0}, {.25, .5, .25}, {0, 1. / 3, 2. / 3}}},
		{"blur", 4, [][]float64{
			{4. / 9, 2. / 9, 2. / 9, 1. / 9},
			{2. / 9, 4. / 9, 1. / 9, 2. / 9},
			{2. / 9, 1. / 9, 4. / 9, 2. / 9},
			{1. / 9, 2. / 9, 2. / 9, 4. / 9},
		}},
	} {
		a, err := matrix(c.op, c.d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, rows(a), exact); diff != "" {
			t.Errorf("%s on %d coordinates:\n%s", c.op, c.d, diff)
		}
	}
}

// An average leaves a constant as it is, on every size and shape.
func TestOperatorsAverage(t *testing.T) {
	for d := 1; d <= 64; d++ {
		for _, op := range []string{"superres", "blur"} {
			a, err := matrix(op, d)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows(a) {
				var sum float64
				for _, v := range row {
					if v < 0 {
						t.Errorf("%s on %d coordinates: negative weight %v", op, d, v)
					}
					sum += v
				}
				if math.Abs(sum-1) > 1e-15*float64(d) { // d roundings at most
					t.Errorf("%s on %d coordinates: row %d sums to %v", op, d, i, sum)
				}
			}
		}
	}
}

// On an image blur is the product of a blur down and a blur across.
func TestBlurSeparates(t *testing.T) {
	for side := 2; side <= 8; side++ {
		image, err := matrix("blur", side*side)
		if err != nil {
			t.Fatal(err)
		}
		line := mat.NewDense(side, side, nil)
		for i := range side {
			for j := max(i-1, 0); j < min(i+2, side); j++ {
				line.Set(i, j, 1)
			}
			line.Set(i, i, 2)
			row := line.RawRowView(i)
			norm := mat.Sum(line.RowView(i))
			for j := range row {
				row[j] /= norm
			}
		}
		var want mat.Dense
		want.Kronecker(line, line)
		if !mat.EqualApprox(image, &want, 1e-15) {
			t.Errorf("blur of a %d x %d image is not the product of two blurs", side, side)
		}
	}
}

func TestOperatorFromFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "A.csv")
	if err := os.WriteFile(path, []byte("1,2,3\n4,5,6\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	a, err := matrix("file:"+path, 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]float64{{1, 2, 3}, {4, 5, 6}}, rows(a)); diff != "" {
		t.Error(diff)
	}
	for op, want := range map[string]string{
		"file:" + path: path + ": A has 3 columns, but a point has 2 coordinates; want one column for each",
		"sharpen":      `operator "sharpen": want identity, inpaint, superres, blur or file:A.npy`,
		"":             `operator "": want identity, inpaint, superres, blur or file:A.npy`,
	} {
		if _, err := matrix(op, 2); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", op, err, want)
		}
	}
	if _, err := matrix("file:", 2); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("file without a name: error %v, want one line", err)
	}
}

// TestLargeOperators: beyond 2^20 entries a named operator is not a matrix, has the rows that
// the matrix would have, and suggests the same noise; up to there it is one. 1e-12 is a
// thousand roundings of a sum of nine products of order 1.
func TestLargeOperators(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name  string
		d     int
		large bool
	}{
		{"identity", 1024, false}, {"identity", 1025, true}, {"inpaint", 1448, false}, {"inpaint", 1449, true},
		{"superres", 1521, false}, {"superres", 2116, true}, {"superres", 2047, true}, {"blur", 1089, true}, {"blur", 1025, true},
	} {
		m, err := Measurement(c.name, c.d, 1)
		if err != nil {
			t.Fatal(err)
		}
		a, err := matrix(c.name, c.d)
		if err != nil {
			t.Fatal(err)
		}
		rows, d := a.Dims()
		if m.Rows() != rows || m.Dim() != d {
			t.Errorf("%s of %d is %d x %d, want %d x %d", c.name, c.d, m.Rows(), m.Dim(), rows, d)
			continue
		}
		if _, large := m.Operator().(json.Marshaler); large != c.large {
			t.Errorf("%s of %d is not a matrix: %v, want %v", c.name, c.d, large, c.large)
		}
		x := mat.NewDense(2, d, nil)
		x.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, x)
		got, want := mat.NewDense(2, rows, nil), new(mat.Dense)
		m.Forward(got, x)
		want.Mul(x, a.T())
		if !mat.EqualApprox(got, want, 1e-12) {
			t.Errorf("%s of %d measures something else than its matrix", c.name, c.d)
		}
		if got, want := frobenius(m), mat.Norm(a, 2); !(math.Abs(got/want-1) <= 1e-12) {
			t.Errorf("%s of %d: norm %v, want %v", c.name, c.d, got, want)
		}
	}
}
