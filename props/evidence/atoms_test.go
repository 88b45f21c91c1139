package evidence

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestAtoms: each member is seen as the point that it is nearest to, and only priors of
// few points are looked at that way.
func TestAtoms(t *testing.T) {
	x := mat.NewDense(5, 1, []float64{-1, 1, -1, 3, 3})
	s, few := newAtoms(x, newScaling(x))
	if !few || len(s.Names()) != 3 {
		t.Fatalf("three points: %v, %v", few, s)
	}
	location := newScaling(x)
	z := mat.NewDense(4, 1, nil)
	for i, v := range []float64{-1 + 1e-9, 2.9, 100, 1.2} {
		location.standardise(z.RawRowView(i), []float64{v})
	}
	dst := [][]float64{make([]float64, 4), make([]float64, 4), make([]float64, 4)}
	s.Evaluate(dst, &Pool{X: z, Z: z})
	for i, want := range []int{0, 2, 2, 1} {
		for k := range dst {
			if (dst[k][i] == 1) != (k == want) || dst[k][i] != 0 && dst[k][i] != 1 {
				t.Errorf("member %d is seen as point %d: %v, want point %d", i, k, dst[k][i], want)
			}
		}
	}
	constant := mat.NewDense(3, 1, nil)
	if _, few := newAtoms(constant, newScaling(constant)); few {
		t.Error("one point has witnesses, which can say nothing")
	}
	many := mat.NewDense(maxAtoms+1, 1, nil)
	for i := range maxAtoms + 1 {
		many.Set(i, 0, float64(i))
	}
	if _, few := newAtoms(many, newScaling(many)); few {
		t.Errorf("%d points have a witness each", maxAtoms+1)
	}
}
