package props_test

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/spec"
)

// TestCallsThatDependOnEachOther: a candidate whose draws are exact in every single call,
// but nine tenths of whose noise is that of the call before, is outside the null, and rejected
// at 1e-6 within 500 calls, by the witness that compares with the call before. The same one that
// carries nothing is right; it fails by chance with probability 1e-6. Calls are made one at a
// time, so that what is carried does not depend on the schedule.
func TestCallsThatDependOnEachOther(t *testing.T) {
	const d = 3
	prior, err := spec.NewIsotropic(make([]float64, d), 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("normal", prior, spec.Unmeasured(d))
	if err != nil {
		t.Fatal(err)
	}
	for _, rho := range []float64{0.9, 0} {
		var mu sync.Mutex
		noise := []float64{}
		carries := spec.NewSampler("carries", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, rng *rand.Rand) error {
			mu.Lock()
			defer mu.Unlock()
			prior.Sample(dst, rng)
			data := dst.RawMatrix().Data
			for i, before := range noise {
				data[i] = rho*before + math.Sqrt(1-rho*rho)*data[i]
			}
			noise = append(noise[:0], data...)
			return nil
		})
		v := judge(t, carries, []*spec.Problem{p}, props.Calls(500), props.Jobs(1), props.Terse())
		t.Logf("rho %v: %s", rho, v)
		if rho == 0 && v.Outcome != props.NotRejected {
			t.Errorf("carries nothing: %s", v)
		}
		if rho > 0 && (v.Outcome != props.Rejected || v.Worst().Witnesses[0].Name != "distance to a draw of the last call") {
			t.Errorf("carries a share of %v: %s", rho, v)
		}
	}
}
