package evidence

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// TestMemorySeesRepetition: draws that are exact, but made with the same normal numbers in
// every call, are right given every single y; only from one call to the next they are too
// much alike. Every witness but the memory is blind to it, and the memory rejects at 1e-6
// within 60 calls: each call in which the truth is the farthest of 4 is worth up to log 4.
// The control, fresh numbers in every call, must not reach that (probability 1e-6).
func TestMemorySeesRepetition(t *testing.T) {
	p := line(t, 3, 0)
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ same, seen bool }{{true, true}, {false, false}} {
		b := batteryOf(t, p, false)
		process, memory := newProcess(len(b.names), b.features, 3, false, 0), &memory{}
		rng := spec.Stream(1, "repetition", p.Digest(), 0)
		x, y := make([]float64, 3), make([]float64, 1)
		draws := mat.NewDense(3, 3, nil)
		for range 60 {
			p.Draw(x, y, rng)
			candidate := rng
			if test.same {
				candidate = spec.Stream(1, "same", nil, 0)
			}
			posterior.Given(y).Sample(draws, candidate)
			call := b.Evaluate(x, draws, y, rng)
			memory.Recall(call)
			process.Observe(call.values, call.place, rng)
		}
		if seen := process.LogWealth() > math.Log(1e6); seen != test.seen {
			t.Errorf("%+v: wealth 10^%.1f", test, process.LogWealth()/math.Ln10)
		}
	}
}

// TestRecall: the first call has nothing to compare with; in the next one each member has
// the distance to the nearest of the draws before, the truth before not among them.
func TestRecall(t *testing.T) {
	call := func(truth int, residual ...float64) *table {
		return &table{[][]float64{make([]float64, len(residual))}, truth, &trace{mat.NewDense(len(residual), 1, residual), truth}, nil}
	}
	m := &memory{}
	first := call(1, 0, 10, 3)
	m.Recall(first)
	second := call(0, 11, 1, math.Inf(1))
	m.Recall(second)
	for i, want := range []float64{0, 0, 0} {
		if first.values[0][i] != want {
			t.Errorf("first call: %v", first.values[0])
		}
	}
	for i, want := range []float64{8, 1, 1e300} {
		if second.values[0][i] != want {
			t.Errorf("second call: %v", second.values[0])
		}
	}
}
