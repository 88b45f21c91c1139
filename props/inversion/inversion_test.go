package inversion_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/inversion"
	"assay/props/problems/hard"
	"assay/reduction"
	"assay/samplers"
	"assay/spec"
)

func hardInstance(t testing.TB, name string) (*reduction.Instance, string) {
	t.Helper()
	in, canonical, err := hard.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return in, canonical
}

func invert(t testing.TB, s spec.Sampler, function string, tolerance spec.Tolerance, o inversion.Options) *inversion.Verdict {
	t.Helper()
	in, name := hardInstance(t, function)
	v, err := inversion.Invert(t.Context(), s, in, name, tolerance, o)
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
	v := invert(t, samplers.Exact(), "goldreich:n=12,m=12", spec.Tolerance{}, inversion.Options{Targets: 40})
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
			v := invert(t, s, function, spec.Tolerance{}, inversion.Options{Draws: 2})
			if v.Outcome != props.Rejected || v.RejectedAt > 20 || v.Targets != 20 {
				t.Errorf("%s on %s: %s", name, function, v)
			}
			if function == "aes128" && v.Inverted != 0 {
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
		if v := invert(t, failing(test.failure), function, spec.Tolerance{Delta: test.delta}, inversion.Options{Targets: 400}); v.Outcome != test.want {
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
	if v := invert(t, moved, function, spec.Tolerance{Tau: 0.75}, inversion.Options{Targets: 400}); v.Outcome != props.NotRejected {
		t.Errorf("moved by tau: %s", v)
	}
	if v := invert(t, moved, function, spec.Tolerance{}, inversion.Options{Targets: 2000}); v.Outcome != props.Rejected {
		t.Errorf("moved by tau, no tolerance: %s", v)
	}
}

// TestExcludedDelta: what follows of n targets none of which is inverted, by another route.
// At confidence 0.95 the failure probability is then at least 0.05^(1/n), the solution of
// (1 - (1 - q))^n = 0.05, less the slack; that is the joint delta, and q = 1 - (1 - delta)^2 for
// the delta of Definition 1.5: for 20 targets of AES-128 0.861 and 0.627. Rounding is the only
// tolerance.
func TestExcludedDelta(t *testing.T) {
	for _, targets := range []int{1, 20, 50} {
		excluded := map[spec.Form]float64{}
		for _, form := range []spec.Form{"", spec.Joint} {
			for _, delta := range []float64{0, 0.9} { // what was asked for does not matter
				v := invert(t, samplers.Prior(), "aes128", spec.Tolerance{Delta: delta, Form: form}, inversion.Options{Targets: targets})
				if v.Inverted != 0 {
					t.Fatalf("the prior inverts AES-128? %s", v)
				}
				if old, ok := excluded[form]; ok && old != v.ExcludedDelta(0.05) {
					t.Errorf("form %q: excluded %v at one delta, %v at another", form, old, v.ExcludedDelta(0.05))
				}
				excluded[form] = v.ExcludedDelta(0.05)
			}
		}
		q := math.Pow(0.05, 1/float64(targets))
		in, _ := hardInstance(t, "aes128")
		if want := max(0, q-in.Slack(0)); math.Abs(excluded[spec.Joint]-want) > 1e-9 {
			t.Errorf("%d targets: joint %v, want %v", targets, excluded[spec.Joint], want)
		}
		if got := (spec.Tolerance{Delta: excluded[""]}).Failure(); math.Abs(got-excluded[spec.Joint]) > 1e-9 {
			t.Errorf("%d targets: by Definition 1.5 %v, which fails with probability %v, want %v", targets, excluded[""], got, excluded[spec.Joint])
		}
	}
}

// TestInvertForms: a sampler that fails at a share 0.2 of y, and else in a share 0.2 of the
// draws, is a (0, 0.2)-posterior sampler (Definition 1.5), not rejected as such but by chance
// of 1e-6. It fails in 0.36 of the draws: that is rejected in the joint form and by
// Definition 1.5 at (0, 0.1), which allows for 0.2 and 0.19. The stake 1/8 then grows by
// 0.36 ln 1.5 + 0.64 ln 0.875 = 0.06 a call with a deviation of 0.26, so that 800 calls lack
// the 15 that are needed with probability 1e-5.
func TestInvertForms(t *testing.T) {
	const function = "goldreich:n=10,m=14"
	both := spec.NewSampler("fails twice", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if uniformOf(y) < 0.2 || rng.Float64() < 0.2 {
			return samplers.Prior().Sample(ctx, dst, p, y, rng)
		}
		return samplers.Exact().Sample(ctx, dst, p, y, rng)
	})
	for _, test := range []struct {
		tolerance spec.Tolerance
		want      props.Outcome
	}{
		{spec.Tolerance{Delta: 0.2}, props.NotRejected},
		{spec.Tolerance{Delta: 0.2, Form: spec.Definition15}, props.NotRejected},
		{spec.Tolerance{Delta: 0.36, Form: spec.Joint}, props.NotRejected},
		{spec.Tolerance{Delta: 0.2, Form: spec.Joint}, props.Rejected},
		{spec.Tolerance{Delta: 0.1}, props.Rejected},
	} {
		if v := invert(t, both, function, test.tolerance, inversion.Options{Targets: 800}); v.Outcome != test.want {
			t.Errorf("%+v: want %s, got %s", test.tolerance, test.want, v)
		}
	}
	in, name := hardInstance(t, function)
	if _, err := inversion.Invert(t.Context(), both, in, name, spec.Tolerance{Delta: 0.1, Form: spec.Definition13}, inversion.Options{}); err == nil {
		t.Error("by Definition 1.3, which has no y: no error")
	}
}

// uniformOf returns a number in [0, 1) that is a hash of y: uniform, and the same for the
// same y.
func uniformOf(y []float64) float64 {
	h := fnv.New64a()
	if err := binary.Write(h, binary.LittleEndian, y); err != nil {
		panic(err)
	}
	// The hash mixes its upper bits last: a generator seeded by it mixes them all.
	return rand.New(rand.NewPCG(h.Sum64(), 0)).Float64()
}

func TestInvertFaults(t *testing.T) {
	in, name := hardInstance(t, "identity:n=4")
	crash := spec.NewSampler("crash", true, func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error { panic("boom") })
	v, err := inversion.Invert(t.Context(), crash, in, name, spec.Tolerance{}, inversion.Options{})
	if err != nil || v.Outcome != props.Inconclusive || v.Fault == nil || v.Fault.Kind != props.FaultPanic || !strings.Contains(v.String(), "boom") {
		t.Errorf("%v, %v", v, err)
	}
	if _, err := inversion.Invert(t.Context(), crash, in, name, spec.Tolerance{Tau: -1}, inversion.Options{}); err == nil || !strings.Contains(err.Error(), "tau is -1") {
		t.Errorf("tau of -1: %v", err)
	}
	if _, err := inversion.Invert(t.Context(), nil, in, name, spec.Tolerance{}, inversion.Options{}); err == nil || !strings.Contains(err.Error(), "the candidate is nil") {
		t.Errorf("no candidate: %v", err)
	}
	if _, err := inversion.Invert(t.Context(), crash, nil, name, spec.Tolerance{}, inversion.Options{}); err == nil || !strings.Contains(err.Error(), "the instance is nil") {
		t.Errorf("no instance: %v", err)
	}
	for words, o := range map[string]inversion.Options{
		"alpha is 1,": {Alpha: 1}, "targets is -1,": {Targets: -1}, "draws is -1,": {Draws: -1}, "time limit is -1s,": {For: -time.Second},
	} {
		if _, err := inversion.Invert(t.Context(), crash, in, name, spec.Tolerance{}, o); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%+v: %v, want an error with %q", o, err, words)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	v, err = inversion.Invert(ctx, samplers.Exact(), in, name, spec.Tolerance{}, inversion.Options{})
	if err != nil || v.Stop != props.StopInterrupted || v.Outcome != props.Inconclusive {
		t.Errorf("interrupted: %v, %v", v, err)
	}
}

func TestInversionIsDeterministic(t *testing.T) {
	text := func(seed uint64) string {
		b, err := json.Marshal(invert(t, failing(0.5), "goldreich:n=8,m=8", spec.Tolerance{}, inversion.Options{Seed: seed}))
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
