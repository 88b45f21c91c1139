package props_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// planted is the exact sampler with planted errors: a draw is moved by shift along
// the first coordinate, and with the given probability is sent far away instead, each
// draw by itself.
func planted(shift, failure float64, independent bool) spec.Sampler {
	name := fmt.Sprintf("planted shift %v, failure %v", shift, failure)
	return spec.NewSampler(name, independent, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if err := samplers.Exact().Sample(ctx, dst, p, y, rng); err != nil {
			return err
		}
		rows, _ := dst.Dims()
		for row := range rows {
			x := dst.RawRowView(row)
			x[0] += shift
			if rng.Float64() < failure {
				for i := range x {
					x[i] = 100
				}
			}
		}
		return nil
	})
}

// TestToleranceEdge: a sampler exactly at the edge of a tolerance is a
// (tau, delta)-posterior sampler, and may be rejected at alpha = 0.01 in at most that
// share of runs; 10 or more of 100 have probability 1e-7 under the bound. One beyond
// the edge must be rejected at 1e-6 within the calls given; the table says how fast.
// The problem has posterior deviations of about 1.
func TestToleranceEdge(t *testing.T) {
	const runs, allowed = 100, 9
	on := named(t, "gauss:d=3,m=1,beta=1")
	for _, test := range []struct {
		tolerance               spec.Tolerance
		beyondShift, beyondFail float64
		calls                   int
	}{
		{spec.Tolerance{Delta: 0.05, Form: spec.Joint}, 0, 0.2, 1500},
		{spec.Tolerance{Delta: 0.05}, 0, 0.5, 300},
		{spec.Tolerance{Tau: 0.05}, 1, 0, 3000},
		{spec.Tolerance{Tau: 0.05}, 3, 0, 300},
		{spec.Tolerance{Tau: 0.05, Delta: 0.02}, 2, 0.02, 1500},
	} {
		for _, independent := range []bool{true, false} {
			edge := planted(test.tolerance.Tau, test.tolerance.Delta, independent)
			alarms := 0
			for run := range runs {
				draws := []int{1, 3}[run%2]
				if judge(t, edge, on, props.Within(test.tolerance), props.Alpha(0.01), props.Calls(60), props.Draws(draws), props.Seed(uint64(run)), props.Terse()).Outcome == props.Rejected {
					alarms++
				}
			}
			if alarms > allowed {
				t.Errorf("%+v: a sampler at the edge is rejected in %d of %d runs at alpha 0.01", test.tolerance, alarms, runs)
			}
			if test.beyondShift == 0 && test.tolerance.Tau > 0 {
				continue
			}
			beyond := planted(test.beyondShift, test.beyondFail, independent)
			v := judge(t, beyond, on, props.Within(test.tolerance), props.Calls(test.calls), props.Draws(1))
			t.Logf("tau %.2f delta %.2f, planted shift %.2f failure %.2f, independent %-5v: %s after %4d calls of 1 draw, h = %.2g; at the edge %d of %d rejected at alpha 0.01",
				test.tolerance.Tau, test.tolerance.Delta, test.beyondShift, test.beyondFail, independent, v.Outcome, v.Calls, v.Problems[0].Resolution, alarms, runs)
			if v.Outcome != props.Rejected {
				t.Errorf("beyond the edge: %s", v)
			}
		}
	}
}

// TestToleranceMatters is the control of the edge: the same samplers are rejected
// when the exact law is asked for.
func TestToleranceMatters(t *testing.T) {
	on := named(t, "gauss:d=3,m=1,beta=1")
	for _, s := range []spec.Sampler{planted(0.3, 0, true), planted(0, 0.05, true)} {
		if v := judge(t, s, on, props.Calls(3000)); v.Outcome != props.Rejected {
			t.Errorf("no tolerance: %s", v)
		}
	}
}
