package props_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// TestNeverBelowTheThreshold: a candidate is rejected at the first call after which the wealth is
// 1/alpha or more, and at no other.
func TestNeverBelowTheThreshold(t *testing.T) {
	for _, alpha := range []float64{0.1, 1e-3, 1e-6} {
		var heard []props.Progress
		v := judge(t, samplers.Prior(), named(t, "gauss"), props.Alpha(alpha), props.Watch(func(p props.Progress) { heard = append(heard, p) }))
		if v.Outcome != props.Rejected || len(heard) != v.Calls {
			t.Fatalf("%s after %d calls, %d heard of", v.Outcome, v.Calls, len(heard))
		}
		needed := -math.Log10(alpha)
		for i, p := range heard {
			if enough := p.Log10Wealth >= needed; enough != (i == len(heard)-1) || p.Threshold != needed {
				t.Errorf("alpha %v, call %d of %d: 10^%v of 10^%v", alpha, i+1, len(heard), p.Log10Wealth, p.Threshold)
			}
		}
	}
}

// TestCallsThatSuffice: no factor exceeds the number of members of a pool, 4 for three draws and 2 for a
// pair, and half of the wealth is on all problems as one: with one call less than could reach
// 10^6, 4^10 = 1.05e6, 2^20 = 1.05e6, and 4^11/2 = 2.1e6, where 4^10/2 = 5.2e5, a judgement says so.
func TestCallsThatSuffice(t *testing.T) {
	dependent := spec.NewSampler("dependent", false, samplers.Exact().Sample)
	for _, test := range []struct {
		candidate spec.Sampler
		on        []string
		calls     int
		want      props.Outcome
	}{
		{samplers.Exact(), []string{"gauss"}, 9, props.Inconclusive},
		{samplers.Exact(), []string{"gauss"}, 10, props.NotRejected},
		{dependent, []string{"gauss"}, 19, props.Inconclusive},
		{dependent, []string{"gauss"}, 20, props.NotRejected},
		{samplers.Exact(), []string{"gauss", "gmm:d=2,dy=1"}, 5, props.Inconclusive},
		{samplers.Exact(), []string{"gauss", "gmm:d=2,dy=1"}, 6, props.NotRejected},
	} {
		v := judge(t, test.candidate, named(t, test.on...), props.Calls(test.calls), props.Terse())
		if v.Outcome != test.want || strings.Contains(v.String(), "too few calls") != (test.want == props.Inconclusive) {
			t.Errorf("%s, %d calls on %v: want %s:\n%s", test.candidate.Name(), test.calls, test.on, test.want, v)
		}
	}
}

// TestSidesOfLocal: a candidate that is too high is said to be too high, over all y and at single
// ones, where the draw takes the place of the truth.
func TestSidesOfLocal(t *testing.T) {
	on := named(t, "gauss:d=1,m=1")
	for name, options := range map[string][]props.JudgeOption{"all y": nil, "single y": {props.Local(2)}} {
		v := judge(t, planted(1, 0, true), on, options...)
		at := slices.IndexFunc(v.Worst().Witnesses, func(w props.WitnessShare) bool { return w.Name == "x[0]" })
		if v.Outcome != props.Rejected || at < 0 {
			t.Fatalf("%s: %s; want rejected, by x[0] among others", name, v)
		}
		if w := v.Worst().Witnesses[at]; !(w.MeanRank < 0.5) {
			t.Errorf("%s: the truth ranks at %v among draws that are too high", name, w.MeanRank)
		}
	}
}

// inChain draws each row from the one before, with correlation 0.9: each by itself is right.
func inChain(independent bool) spec.Sampler {
	return spec.NewSampler("chain", independent, func(_ context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		c, err := p.Posterior()
		if err != nil {
			return err
		}
		posterior := c.Given(y).(*spec.Gaussian)
		mean := posterior.Mean()
		posterior.Sample(dst, rng)
		const rho = 0.9
		for i := 1; i < dst.RawMatrix().Rows; i++ {
			before, x := dst.RawRowView(i-1), dst.RawRowView(i)
			for j, v := range x {
				x[j] = mean[j] + rho*(before[j]-mean[j]) + math.Sqrt(1-rho*rho)*(v-mean[j])
			}
		}
		return nil
	})
}

// TestChains: a chain of right draws that says that it is one is not rejected (false alarm 1e-6);
// one that says that its draws are independent is, which is the control.
func TestChains(t *testing.T) {
	on := named(t, "gauss")
	for independent, want := range map[bool]props.Outcome{true: props.Rejected, false: props.NotRejected} {
		if v := judge(t, inChain(independent), on, props.Draws(9), props.Calls(400), props.Terse()); v.Outcome != want {
			t.Errorf("said to be independent: %v: %s, want %s", independent, v, want)
		}
	}
}

// TestAgainstAChain: if either says that its draws depend on each other, both are asked for one.
func TestAgainstAChain(t *testing.T) {
	for _, test := range []struct {
		candidate, reference bool
		want                 int
	}{{true, true, 3}, {true, false, 1}, {false, true, 1}, {false, false, 1}} {
		v, err := props.Compare(t.Context(), inChain(test.candidate), inChain(test.reference), named(t, "gauss")[0], props.Calls(20))
		if err != nil {
			t.Fatal(err)
		}
		if v.DrawsACall != test.want {
			t.Errorf("%+v: %d draws a call", test, v.DrawsACall)
		}
	}
}

// TestMeasuredAfresh: the noise of y is not what the origin drew x with: one that shows the first
// number of its stream and draws 0 does not show the noise.
func TestMeasuredAfresh(t *testing.T) {
	var mu sync.Mutex
	first := map[float64]bool{}
	origin := spec.NewSampler("origin", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, rng *rand.Rand) error {
		mu.Lock()
		defer mu.Unlock()
		first[rng.NormFloat64()] = true
		dst.Zero()
		return nil
	})
	shown, asked := 0, 0
	candidate := spec.NewSampler("candidate", true, func(_ context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		mu.Lock()
		defer mu.Unlock()
		asked++
		measurement, _ := p.Linear()
		if first[y[0]/measurement.Beta()] {
			shown++
		}
		dst.Zero()
		return nil
	})
	if _, err := props.Consistent(t.Context(), candidate, origin, named(t, "gauss:d=1,m=1,beta=1")[0], props.Calls(20)); err != nil {
		t.Fatal(err)
	}
	if asked < 10 || shown > 0 {
		t.Errorf("of %d y, %d show what their x was drawn with", asked, shown)
	}
}

// TestUnfilled: rows that a candidate leaves as they are, and draws of another shape in one direction
// only, are faults.
func TestUnfilled(t *testing.T) {
	for name, test := range map[string]struct {
		reshape func(dst *mat.Dense)
		kind    props.FaultKind
	}{
		"leaves its rows": {func(*mat.Dense) {}, props.FaultNonFinite},
		"leaves the last": {func(dst *mat.Dense) { dst.Slice(0, 2, 0, 4).(*mat.Dense).Zero() }, props.FaultNonFinite},
		"a row more":      {func(dst *mat.Dense) { *dst = *mat.NewDense(4, 4, nil) }, props.FaultShape},
		"a column less":   {func(dst *mat.Dense) { *dst = *mat.NewDense(3, 3, nil) }, props.FaultShape},
	} {
		s := spec.NewSampler(name, true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
			test.reshape(dst)
			return nil
		})
		v := judge(t, s, named(t, "gauss"))
		if v.Stop != props.StopFault || v.Fault == nil || v.Fault.Kind != test.kind {
			t.Errorf("%s: %s, fault %v, want %s", name, v.Stop, v.Fault, test.kind)
		}
	}
}

// TestStopsAreNoPass: a refusal is told from a fault, and a judgement that was interrupted is not a pass,
// though the calls by then would have sufficed for a rejection.
func TestStopsAreNoPass(t *testing.T) {
	on := named(t, "gauss")
	refuser := spec.NewSampler("refuser", true, func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error {
		return spec.Refuse("not today")
	})
	if v := judge(t, refuser, on); v.Stop != props.StopRefusal || v.Outcome != props.Inconclusive {
		t.Errorf("a refusal: %s (%s)", v.Outcome, v.Stop)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	v, err := props.Judge(ctx, samplers.Exact(), on, props.Calls(10_000), props.Watch(func(p props.Progress) {
		if p.Calls == 100 {
			cancel()
		}
	}))
	if err != nil || v.Stop != props.StopInterrupted || v.Outcome != props.Inconclusive || v.Calls < 100 {
		t.Errorf("an interruption: %v, %v", v, err)
	}
}

// TestScribbling: a candidate that writes into the y that it is given is judged at the y that was
// measured, like one that does not.
func TestScribbling(t *testing.T) {
	scribbler := spec.NewSampler("scribbler", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		err := samplers.Exact().Sample(ctx, dst, p, y, rng)
		for i := range y {
			y[i] = 1e3
		}
		return err
	})
	on := named(t, "gauss")
	for _, options := range [][]props.JudgeOption{{props.Calls(50)}, {props.Calls(20), props.Local(2)}} {
		a, b := judge(t, samplers.Exact(), on, options...), judge(t, scribbler, on, options...)
		if a.Log10Wealth != b.Log10Wealth || !slices.Equal(a.Worst().Y, b.Worst().Y) {
			t.Errorf("evidence 10^%v at y %v, of a candidate that scribbles 10^%v at y %v", a.Log10Wealth, a.Worst().Y, b.Log10Wealth, b.Worst().Y)
		}
	}
}
