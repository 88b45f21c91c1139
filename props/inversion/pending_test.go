package inversion_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/inversion"
	"assay/samplers"
	"assay/spec"
)

// TestStall: a sampler that answers ten targets and then waits until it is called off is not passed for
// those, and the target is named. One that takes a while for each is: of half a second it waits a
// twentieth of a second at a time, which is usual.
func TestStall(t *testing.T) {
	in, name := hardInstance(t, "identity:n=4")
	for _, stalls := range []bool{true, false} {
		made := 0
		s := spec.NewSampler("slow", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
			made++
			if made > 10 && stalls {
				<-ctx.Done()
				return ctx.Err()
			}
			if !stalls {
				time.Sleep(50 * time.Millisecond)
			}
			return samplers.Exact().Sample(ctx, dst, p, y, rng)
		})
		v, err := inversion.Invert(t.Context(), s, in, name, spec.Tolerance{}, inversion.Options{Targets: 1_000_000, For: 500 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if v.Stop != props.StopTime || v.Pending == nil || v.Pending.Stalled != stalls || (v.Outcome == props.Inconclusive) != stalls ||
			strings.Contains(v.String(), "pending") != stalls {
			t.Errorf("stalls %v:\n%s%+v", stalls, v, v.Pending)
		}
		if stalls && v.Pending.Call != 10 {
			t.Errorf("target %d is named, want 10", v.Pending.Call)
		}
	}
}
