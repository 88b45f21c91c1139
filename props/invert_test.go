package props_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/problems"
	"assay/reduction"
	"assay/samplers"
	"assay/spec"
)

func hardInstance(t testing.TB, name string) (*reduction.Instance, string) {
	t.Helper()
	in, canonical, err := problems.Hard(name)
	if err != nil {
		t.Fatal(err)
	}
	return in, canonical
}

func invert(t testing.TB, s spec.Sampler, function string, tolerance spec.Tolerance, opts ...props.Option) *props.Inversion {
	t.Helper()
	in, name := hardInstance(t, function)
	v, err := props.Invert(t.Context(), s, in, name, tolerance, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// failing is the exact sampler, but that it answers with a draw of the prior with the
// given probability, for all draws of a call at once.
func failing(probability float64) spec.Sampler {
	return spec.NewSampler("failing", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if rng.Float64() < probability {
			return samplers.Prior().Sample(ctx, dst, p, y, rng)
		}
		return samplers.Exact().Sample(ctx, dst, p, y, rng)
	})
}

// TestInvert: the exact sampler inverts every target (it misses one of 40 with
// probability 40 times the bound, 1e-3 at most), and whoever ignores the data, or
// guides itself by the score, inverts none and is rejected within 20 targets.
func TestInvert(t *testing.T) {
	v := invert(t, samplers.Exact(), "goldreich:n=12,m=12", spec.Tolerance{}, props.Calls(40))
	if v.Outcome != props.NotRejected || v.Inverted != 40 || v.Targets != 40 {
		t.Errorf("exact: %s", v)
	}
	if v.Bound > 2e-5 {
		t.Errorf("the bound is %v, want 2e-5 at most", v.Bound)
	}
	for _, name := range []string{"prior", "dps:steps=100", "pigdm"} {
		s, err := samplers.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, function := range []string{"goldreich:n=20", "aes128"} {
			v := invert(t, s, function, spec.Tolerance{}, props.Draws(2))
			if v.Outcome != props.Rejected || v.RejectedAt > 20 || v.Targets != 20 {
				t.Errorf("%s on %s: %s", name, function, v)
			}
			if function == "aes128" && (v.Inverted != 0 || v.ExcludedDelta(0.05) < 0.8) {
				t.Errorf("%s inverts AES-128? %s", name, v)
			}
			if (name != "prior") != (v.Denoised > 0) {
				t.Errorf("%s denoised %d points", name, v.Denoised)
			}
		}
	}
}

// TestInvertTolerance: a sampler that fails with probability 0.2 is not rejected as a
// (0, 0.2)-posterior sampler (by chance with probability 1e-6), nor one that moves its
// draws by less than tau; both are rejected without the tolerance. Failing with
// probability 0.6 exceeds it.
func TestInvertTolerance(t *testing.T) {
	const function = "goldreich:n=10,m=14"
	for _, test := range []struct {
		failure float64
		delta   float64
		want    props.Outcome
	}{{0.2, 0.2, props.NotRejected}, {0.2, 0, props.Rejected}, {0.6, 0.2, props.Rejected}} {
		if v := invert(t, failing(test.failure), function, spec.Tolerance{Delta: test.delta}, props.Calls(400)); v.Outcome != test.want {
			t.Errorf("failure %v, delta %v: %s", test.failure, test.delta, v)
		}
	}
	// A move of every secret coordinate by 0.75 R towards zero flips a sign with
	// probability Q(2.5) = 0.006 each; a right sampler within tau = 0.75 may do that.
	moved := spec.NewSampler("moved", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if err := samplers.Exact().Sample(ctx, dst, p, y, rng); err != nil {
			return err
		}
		rows, _ := dst.Dims()
		for row := range rows {
			x := dst.RawRowView(row)
			if x[0] > 0 {
				x[0] -= 0.75
			} else {
				x[0] += 0.75
			}
		}
		return nil
	})
	if v := invert(t, moved, function, spec.Tolerance{Tau: 0.75}, props.Calls(400)); v.Outcome != props.NotRejected {
		t.Errorf("moved by tau: %s", v)
	}
	if v := invert(t, moved, function, spec.Tolerance{}, props.Calls(2000)); v.Outcome != props.Rejected {
		t.Errorf("moved by tau, no tolerance: %s", v)
	}
}

func TestInvertFaults(t *testing.T) {
	in, name := hardInstance(t, "identity:n=4")
	crash := spec.NewSampler("crash", true, func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error { panic("boom") })
	v, err := props.Invert(t.Context(), crash, in, name, spec.Tolerance{})
	if err != nil || v.Outcome != props.Inconclusive || v.Fault == nil || v.Fault.Kind != props.FaultPanic || !strings.Contains(v.String(), "boom") {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := props.Invert(t.Context(), crash, in, name, spec.Tolerance{Tau: -1}); err == nil || !strings.Contains(err.Error(), "tau -1") {
		t.Errorf("tau of -1: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v, err = props.Invert(ctx, samplers.Exact(), in, name, spec.Tolerance{})
	if err != nil || v.Stop != props.StopInterrupted || v.Outcome != props.Inconclusive {
		t.Errorf("interrupted: %v, %v", v, err)
	}
}

func TestInversionIsDeterministic(t *testing.T) {
	text := func(seed uint64) string {
		b, err := json.Marshal(invert(t, failing(0.5), "goldreich:n=8,m=8", spec.Tolerance{}, props.Seed(seed)))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if first, second := text(1), text(1); first != second {
		t.Error("the same seed gives two verdicts")
	}
	if text(1) == text(2) {
		t.Error("two seeds give the same verdict")
	}
}
