package theorems

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/reduction"
	"assay/spec"
)

// TestRateByHand: of x ~ N(0, 1) measured with noise of deviation 2, the acceptance rate at y is the mean
// of exp(-(y - x)^2/8), 2/sqrt(5) exp(-y^2/10). Rounding is the only tolerance.
func TestRateByHand(t *testing.T) {
	prior, err := spec.NewIsotropic([]float64{0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 2)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("line", prior, m)
	if err != nil {
		t.Fatal(err)
	}
	for _, y := range []float64{0, 1, -3} {
		got, err := rateOf(p, []float64{y})
		if want := 2 / math.Sqrt(5) * math.Exp(-y*y/10); err != nil || math.Abs(got-want) > 1e-13 {
			t.Errorf("y = %v: rate %v, want %v (%v)", y, got, want, err)
		}
	}
}

// TestOrthantIsMet: the statement of the orthant lemma, true as it is, is not refuted, with probability
// of its level; with half of the mean in its place it is, which shows that coins are thrown.
func TestOrthantIsMet(t *testing.T) {
	for part, want := range map[float64]bool{1: true, 0.5: false} {
		result, err := orthantWithin(newRun(t, 0), func(in *reduction.Instance, sigma float64) float64 { return part * in.WrongSign(sigma) })
		if err != nil {
			t.Fatal(err)
		}
		if result.Holds != want {
			t.Errorf("%v of the mean holds: %v at p = %v", part, result.Holds, result.P)
		}
	}
}

// TestOneThatFails: a report holds if all of its results do, wherever the one stands that does not.
func TestOneThatFails(t *testing.T) {
	yes, no := Result{Holds: true}, Result{}
	for _, test := range []struct {
		results []Result
		want    bool
	}{{[]Result{yes, yes}, true}, {[]Result{yes, no}, false}, {[]Result{no, yes}, false}, {[]Result{no}, false}} {
		if got := (&Report{Results: test.results}).Holds(); got != test.want {
			t.Errorf("%+v holds: %v", test.results, got)
		}
	}
}
