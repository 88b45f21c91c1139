//go:build !openblas

package spec

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	blasgo "gonum.org/v1/gonum/blas/gonum"
)

// TestNarrowProducts: a product of few columns is bit for bit that of gonum. The control is a sum
// in another order, which must differ somewhere.
func TestNarrowProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(rows, cols int) blas64.General {
		stride := cols + rng.IntN(3)
		g := blas64.General{Rows: rows, Cols: cols, Stride: stride, Data: make([]float64, rows*stride)}
		for i := range g.Data {
			if rng.IntN(8) > 0 { // zeros are left out by gonum
				g.Data[i] = rng.NormFloat64()
			}
		}
		return g
	}
	reversed := false
	for range 2000 {
		n, k, m := 1+rng.IntN(chunkRows), 1+rng.IntN(12), 1+rng.IntN(narrowColumns)
		alpha, beta := []float64{1, -1, 0.3}[rng.IntN(3)], []float64{0, 1, 0.7}[rng.IntN(3)]
		tb := []blas.Transpose{blas.NoTrans, blas.Trans}[rng.IntN(2)]
		a, b := random(n, k), random(k, m)
		if tb == blas.Trans {
			b = random(m, k)
		}
		got := random(n, m)
		want := blas64.General{Rows: n, Cols: m, Stride: got.Stride, Data: append([]float64(nil), got.Data...)}
		multiply(got, alpha, a, tb, b, beta)
		blasgo.Implementation{}.Dgemm(blas.NoTrans, tb, n, m, k, alpha, a.Data, a.Stride, b.Data, b.Stride, beta, want.Data, want.Stride)
		for i := range n {
			for j, v := range row(want, i) {
				if w := row(got, i)[j]; math.Float64bits(v) != math.Float64bits(w) {
					t.Fatalf("%d x %d times %d x %d, transposed %q, alpha %v, beta %v: %v, by gonum %v", n, k, k, m, tb, alpha, beta, w, v)
				}
				if tb == blas.NoTrans && alpha == 1 && beta == 0 {
					sum := 0.0
					for l := k - 1; l >= 0; l-- {
						sum += row(a, i)[l] * row(b, l)[j]
					}
					reversed = reversed || sum != v
				}
			}
		}
	}
	if !reversed {
		t.Error("no sum depends on its order")
	}
}
