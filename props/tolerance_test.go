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

// edgeCase is a way of judging within a tolerance, and a sampler on a [fork] that is as wrong as
// that lets it be.
type edgeCase struct {
	name        string
	on          []*spec.Problem
	tolerance   spec.Tolerance
	badY        float64
	draws       int
	independent bool
	more        []props.JudgeOption
}

func edgeCases(t *testing.T) (cases []edgeCase) {
	const delta, large, tau = 0.25, 0.6, 0.1
	measured, unmeasured := fork(t, delta, true), fork(t, delta, false)
	one, both := []*spec.Problem{measured}, []*spec.Problem{unmeasured, measured}
	local := []props.JudgeOption{props.Local(2)}
	for _, tau := range []float64{0, tau} {
		named := func(name string) string { return fmt.Sprintf("%s, tau %v", name, tau) }
		cases = append(cases,
			edgeCase{named("definition 1.5, 1 draw"), one, spec.Tolerance{Tau: tau, Delta: delta}, delta, 1, true, nil},
			edgeCase{named("definition 1.5, 3 draws"), one, spec.Tolerance{Tau: tau, Delta: delta}, delta, 3, true, nil},
			edgeCase{named("definition 1.5, 3 draws that may depend"), one, spec.Tolerance{Tau: tau, Delta: delta}, delta, 3, false, nil},
			edgeCase{named("definition 1.3"), []*spec.Problem{unmeasured}, spec.Tolerance{Tau: tau, Delta: delta}, 0, 3, true, nil},
			edgeCase{named("both together"), both, spec.Tolerance{Tau: tau, Delta: delta}, delta, 3, true, nil},
			// A draw among n exact ones may gain more than one beside a truth: by large - large^2/2 there.
			edgeCase{named("definition 1.2"), []*spec.Problem{fork(t, large, true)}, spec.Tolerance{Tau: tau, Delta: large}, 0, 9, true, local},
			edgeCase{named("joint"), one, spec.Tolerance{Tau: tau, Delta: delta, Form: spec.Joint}, 0, 3, true, nil},
		)
	}
	// Without a delta there is no part to be moved: a fork of one branch.
	return append(cases, edgeCase{"definition 1.5, delta 0", []*spec.Problem{fork(t, 0, true)}, spec.Tolerance{Tau: tau}, 0, 3, true, nil})
}

// TestToleranceEdge: a sampler exactly at the edge of a tolerance, that moves a fixed part of the
// posterior and so deviates by all that [spec.Tolerance.Asymmetry] allows for, is not rejected
// but with probability 1e-6. Half of the tolerance, and in each way of judging, rejects it:
// the gain of the best bet, which is the allowance itself, is then well above what is allowed.
// So an allowance that is halved, left out for one kind of bet, or made for one draw of a pool
// that holds three, makes this test fail.
func TestToleranceEdge(t *testing.T) {
	for _, test := range edgeCases(t) {
		t.Run(test.name, func(t *testing.T) {
			edge := extremal{test.tolerance.Tau, test.badY, branch, test.independent}
			within := func(tolerance spec.Tolerance) *props.Verdict {
				return judge(t, edge, test.on, append(test.more, props.Within(tolerance), props.Calls(2000), props.Draws(test.draws), props.Terse())...)
			}
			own := within(test.tolerance)
			if own.Outcome != props.NotRejected {
				t.Errorf("at the edge: %s", own)
			}
			half := test.tolerance
			half.Tau, half.Delta = half.Tau/2, half.Delta/2
			beyond := within(half)
			if beyond.Outcome != props.Rejected {
				t.Errorf("at half: %s", beyond)
			}
			t.Logf("10^%.1f after %d calls; at half 10^%.1f after %d", own.Log10Wealth, own.Calls, beyond.Log10Wealth, beyond.Calls)
		})
	}
}

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

// TestBeyondTolerance: samplers that a tolerance does not cover are rejected at 1e-6 within the
// calls given, three times what they took; the log says how many. They are wrong by chance and in
// one coordinate of several, as samplers are, and the posterior deviations are about 1.
func TestBeyondTolerance(t *testing.T) {
	on := named(t, "gauss:d=3,m=1,beta=1")
	for _, test := range []struct {
		tolerance      spec.Tolerance
		shift, failure float64
		calls          int
	}{
		{spec.Tolerance{}, 0.3, 0, 3000},
		{spec.Tolerance{}, 0, 0.05, 3000},
		{spec.Tolerance{Delta: 0.05}, 0, 0.3, 1500},
		{spec.Tolerance{Delta: 0.05}, 0, 0.5, 300},
		{spec.Tolerance{Tau: 0.05}, 1, 0, 150},
		{spec.Tolerance{Tau: 0.05, Delta: 0.02}, 2, 0.02, 150},
	} {
		v := judge(t, planted(test.shift, test.failure, true), on, props.Within(test.tolerance), props.Calls(test.calls), props.Draws(1))
		t.Logf("%+v, shift %v, failure %v: 10^%.1f after %d calls", test.tolerance, test.shift, test.failure, v.Log10Wealth, v.Calls)
		if v.Outcome != props.Rejected {
			t.Errorf("beyond the tolerance: %s", v)
		}
	}
}
