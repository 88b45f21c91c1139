//go:build unix

package external_test

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/samplers/external"
)

// values are those of the child's two witnesses at a row.
func values(x, y []float64) (first, sum float64) {
	for _, v := range x {
		sum += v
	}
	for _, v := range y {
		sum *= v
	}
	if x[0] > 100 {
		return math.NaN(), sum
	}
	return x[0], sum
}

// witness answers a request for the values of the witnesses as the mode says.
func (c *child) witness(m message) {
	n, d := m.Params.X.Shape[0], m.Params.X.Shape[1]
	x, y := m.Params.X.numbers(), m.Params.Y.numbers()
	numbers := make([]float64, 2*n)
	for i := range n {
		numbers[i], numbers[n+i] = values(x[i*d:][:d], y)
	}
	shape := []int{2, n}
	switch c.mode {
	case "witness of the pool":
		for i := range n {
			numbers[i] += float64(n)
		}
	case "witness of the pool, little": // less than sums in another order may differ by
		for i := range n {
			numbers[i] *= 1 + 1e-9*float64(n)
		}
	case "witness NaN in pools":
		if n > 1 {
			numbers[1] = math.NaN()
		}
	case "witness short":
		numbers, shape = numbers[:n], []int{1, n}
	case "witness transposed":
		shape = []int{n, 2}
	case "witness nothing":
		c.reply(m, struct{}{})
		return
	case "witness crash":
		os.Exit(3)
	case "witness exception":
		c.refuse(m, 2, "ZeroDivisionError: division by zero")
		return
	}
	c.reply(m, map[string]any{"values": pack(numbers, shape...)})
}

func startWitness(t *testing.T, mode string, jobs int) *external.Witness {
	t.Helper()
	w, err := external.NewWitness(t.Context(), []string{os.Args[0], "child", mode}, external.Options{Jobs: jobs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// evaluated returns the values of the two witnesses on the rows.
func evaluated(w *external.Witness, x *mat.Dense, y []float64) ([][]float64, error) {
	n, _ := x.Dims()
	dst := [][]float64{make([]float64, n), make([]float64, n)}
	return dst, w.Values(dst, x, y)
}

// TestWitness: each value is that of its witness at its row of x and at the y of its request, also
// where several are made at once; NaN comes as it is.
func TestWitness(t *testing.T) {
	w := startWitness(t, "witness", 2)
	if want := []string{"first (child)", "sum by y (child)"}; !slices.Equal(w.Names(), want) {
		t.Errorf("names %q, want %q", w.Names(), want)
	}
	var all sync.WaitGroup
	for call := range 20 {
		all.Go(func() {
			x := mat.NewDense(4+call%3, 3, nil)
			x.Apply(func(i, j int, _ float64) float64 { return float64(1+call) * math.Sqrt(float64(2+3*i+j)) }, x)
			x.Set(2, 0, 200)
			y := []float64{float64(call) + 0.5, -2}
			got, err := evaluated(w, x, y)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range got[0] {
				first, sum := values(x.RawRowView(i), y)
				if !(got[0][i] == first || math.IsNaN(got[0][i]) && math.IsNaN(first)) || got[1][i] != sum {
					t.Errorf("call %d, row %d: %v and %v, want %v and %v", call, i, got[0][i], got[1][i], first, sum)
				}
			}
		})
	}
	all.Wait()
}

// TestWitnessMistakes: a value that depends on the other rows is found out at the first rows of
// several; what breaks the protocol is an error in one line that names the program. Rounding passes.
func TestWitnessMistakes(t *testing.T) {
	x := mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6})
	for mode, want := range map[string]string{
		"witness of the pool, little": "",
		"witness of the pool":         `witness "first (child)" is 2 at a row of x by itself and 4 among others`,
		"witness NaN in pools":        `witness "first (child)" is 3 at a row of x by itself and NaN among others`,
		"witness short":               "values of shape [1 3], want [2 3]",
		"witness transposed":          "values of shape [3 2], want [2 3]",
		"witness nothing":             `has no "values"`,
		"witness crash":               "crash",
		"witness exception":           "ZeroDivisionError: division by zero",
	} {
		_, err := evaluated(startWitness(t, mode, 1), x, []float64{1})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", mode, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "witness program ") || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: %v, want one line with %q", mode, err, want)
		}
	}
	w := startWitness(t, "witness of the pool", 1)
	for _, row := range []*mat.Dense{mat.NewDense(1, 2, nil), mat.NewDense(1, 2, nil)} { // nothing to compare with
		if _, err := evaluated(w, row, []float64{1}); err != nil {
			t.Errorf("one row: %v", err)
		}
	}
	if _, err := evaluated(w, x, []float64{1}); err == nil {
		t.Error("after single rows nobody looks")
	}
	for _, test := range []struct {
		command []string
		want    string
	}{
		{nil, "without a command"},
		{[]string{os.Args[0], "child", "fine"}, "offers no witness"},
		{[]string{os.Args[0], "child", "crash at start"}, "crash at start"},
		{[]string{"no-such-program"}, "not found"},
	} {
		if _, err := external.NewWitness(t.Context(), test.command, external.Options{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", fmt.Sprint(test.command), err, test.want)
		}
	}
}
