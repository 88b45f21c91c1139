package relu

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// naive returns the outputs of a network on one row, as its definition says: what [Forward]
// does in blocks, in little memory and by pairs, another way.
func naive(n *Network, x []float64) []float64 {
	values := append([]float64(nil), x...)
	value := func(a affine) float64 {
		sum := 0.0
		for _, t := range a.terms {
			sum += t.weight * values[t.node]
		}
		return sum + a.bias
	}
	for _, u := range n.units {
		values = append(values, math.Max(value(u), 0))
	}
	outputs := make([]float64, len(n.outputs))
	for j, a := range n.outputs {
		outputs[j] = value(a)
	}
	return outputs
}

// TestForward compares with naive, on any number of rows, with infinities and what is no
// number among them, for networks with units in pairs of opposite sign. The same sums
// are rounded alike, so that the results are equal, bit for bit but for the sign of zero.
func TestForward(t *testing.T) {
	pairs := 0
	rapid.Check(t, func(rt *rapid.T) {
		n := randomNetwork(rt, 3, 4)
		for _, mirrored := range n.mirrored {
			pairs += index(mirrored)
		}
		numbers := rapid.OneOf(rapid.Float64Range(-10, 10), rapid.SampledFrom([]float64{0, math.Inf(1), math.Inf(-1), math.NaN(), 1e308}))
		x := rapid.SliceOfN(rapid.SliceOfN(numbers, 3, 3), 0, 2*lanes+1).Draw(rt, "x")
		got := Forward(n, x)
		if len(got) != len(x) {
			rt.Fatalf("%d rows of %d", len(got), len(x))
		}
		for row := range x {
			for j, want := range naive(n, x[row]) {
				if v := got[row][j]; v != want && (v == v || want == want) {
					rt.Fatalf("row %d, output %d: %v, want %v", row, j, v, want)
				}
			}
		}
	})
	if pairs == 0 {
		t.Error("no network had a pair")
	}
}
