package props_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// staller samples exactly in so many calls, and then waits in each until it is called off, as one
// would that is asked for a y that it cannot do.
func staller(calls int64) spec.Sampler {
	var made atomic.Int64
	return spec.NewSampler("staller", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if made.Add(1) > calls {
			<-ctx.Done()
			return ctx.Err()
		}
		return samplers.Exact().Sample(ctx, dst, p, y, rng)
	})
}

// TestStallIsNoPass: a sampler lets the time run out after 100 calls, which take some tens of
// milliseconds, so that the wait is most of the second. It passes at no door; one that answers,
// however slowly, does. A right sampler is rejected with probability at most 1e-6.
func TestStallIsNoPass(t *testing.T) {
	p := named(t, "gauss:d=2,m=1")[0]
	sound := spec.NewSampler("sound", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		time.Sleep(20 * time.Millisecond)
		return samplers.Exact().Sample(ctx, dst, p, y, rng)
	})
	limit := props.For(time.Second)
	for _, s := range []spec.Sampler{nil, sound} {
		asked := func() spec.Sampler {
			if s == nil {
				return staller(100)
			}
			return s
		}
		v, err := props.Judge(t.Context(), asked(), []*spec.Problem{p}, props.Calls(1e6), props.Jobs(2), props.Terse(), limit)
		if err != nil {
			t.Fatal(err)
		}
		c, err := props.Compare(t.Context(), samplers.Exact(), asked(), p, props.Calls(1e6), props.Jobs(2), limit)
		if err != nil {
			t.Fatal(err)
		}
		valid(t, v)
		valid(t, c)
		// At the end of the time every call of one that answers may have its answer.
		if v.Stop != props.StopTime || c.Stop != props.StopTime || s == nil && (v.Pending == nil || c.Pending == nil) {
			t.Fatalf("%s: ended as %s with %v pending, and %s with %v", v.Candidate, v.Stop, v.Pending, c.Stop, c.Pending)
		}
		if s == sound {
			if v.Outcome != props.NotRejected || c.Outcome != props.NoDisagreement || v.Pending.Stall() || c.Pending.Stall() || strings.Contains(v.String(), "pending") {
				t.Errorf("one that is slow:\n%s%s", v, c)
			}
			continue
		}
		if v.Outcome != props.Inconclusive || v.Pending.Call != v.Calls || v.Pending.Problem != p.Name() || !strings.Contains(v.String(), "had no answer after") {
			t.Errorf("one that stalls:\n%s", v)
		}
		if c.Outcome != props.Inconclusive || c.Pending.Sampler != "staller" || !strings.Contains(c.String(), "of staller on") {
			t.Errorf("one that stalls, compared:\n%s", c)
		}
	}
}

// TestStallAtOneY: at single y too, of which the worst is asked about most.
func TestStallAtOneY(t *testing.T) {
	p := named(t, "gauss:d=2,m=1")[0]
	v, err := props.Judge(t.Context(), staller(100), []*spec.Problem{p}, props.Calls(1e6), props.Jobs(1), props.Local(3), props.Terse(), props.For(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if v.Outcome != props.Inconclusive || v.Stop != props.StopTime || v.Calls != 100 || v.Pending == nil || !v.Pending.Stalled {
		t.Errorf("%s\n%+v", v, v.Pending)
	}
}

// TestRejectionOutlastsAStall: evidence that was found stands, and so does a pass by the budget.
func TestRejectionOutlastsAStall(t *testing.T) {
	p := named(t, "gauss:d=2,m=1")[0]
	v, err := props.Judge(t.Context(), samplers.Prior(), []*spec.Problem{p}, props.For(time.Minute))
	if err != nil || v.Outcome != props.Rejected || v.Pending != nil {
		t.Errorf("the prior: %v, %v", v, err)
	}
	v, err = props.Judge(t.Context(), samplers.Exact(), []*spec.Problem{p}, props.Calls(50), props.Terse(), props.For(time.Minute))
	if err != nil || v.Outcome != props.NotRejected || v.Pending != nil {
		t.Errorf("the exact one: %v, %v", v, err)
	}
}
