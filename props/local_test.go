package props_test

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// rarely is a sampler that ignores y for one y in eight, chosen by a hash of its bits,
// and is exact otherwise.
var rarely = spec.NewSampler("rarely", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	h := fnv.New64a()
	for _, v := range y {
		bits := math.Float64bits(v)
		for i := range 8 {
			h.Write([]byte{byte(bits >> (8 * i))})
		}
	}
	if h.Sum64()%8 == 0 {
		return samplers.Prior().Sample(ctx, dst, p, y, rng)
	}
	return samplers.Exact().Sample(ctx, dst, p, y, rng)
})

// TestLocal: local mode does not reject the exact sampler, rejects one that is wrong at
// a few y, names such a y, and needs fewer draws for it than all y do: a bug present
// for a share of 1/8 of all y costs about 64 times the calls there.
func TestLocal(t *testing.T) {
	on := named(t, "gauss:d=3,m=2,beta=0.3")
	if v := judge(t, samplers.Exact(), on, props.Local(16), props.Draws(9)); v.Outcome != props.NotRejected {
		t.Errorf("exact: %s", v)
	}
	local := judge(t, rarely, on, props.Local(16), props.Draws(9))
	if local.Outcome != props.Rejected {
		t.Fatalf("wrong at one y in eight: %s", local)
	}
	everywhere := judge(t, rarely, on, props.Calls(20000))
	if everywhere.Outcome != props.Rejected {
		t.Fatalf("wrong at one y in eight, all y: %s", everywhere)
	}
	t.Logf("wrong at one y in eight: %d draws in local mode, %d over all y", local.Calls, everywhere.Calls*everywhere.DrawsACall)
	if local.Calls > everywhere.Calls*everywhere.DrawsACall {
		t.Errorf("local mode took %d draws, all y %d", local.Calls, everywhere.Calls*everywhere.DrawsACall)
	}
	// The y that it names is one at which the sampler is wrong: there it gives
	// different draws from the exact one on the same stream.
	worst := local.Worst()
	a, b := mat.NewDense(1, 3, nil), mat.NewDense(1, 3, nil)
	if err := rarely.Sample(t.Context(), a, on[0], worst.Y, spec.Stream(1, "test", nil, 0)); err != nil {
		t.Fatal(err)
	}
	if err := samplers.Exact().Sample(t.Context(), b, on[0], worst.Y, spec.Stream(1, "test", nil, 0)); err != nil {
		t.Fatal(err)
	}
	if mat.Equal(a, b) {
		t.Errorf("the sampler is right at the y named worst, %v", worst.Y)
	}
}

// TestLocalNull: the exact sampler in local mode, whose calls follow past wealth, is
// rejected at alpha = 0.01 in at most that share of runs: 11 or more of 150 have
// probability 1e-6 under the bound.
func TestLocalNull(t *testing.T) {
	const runs, allowed = 150, 10
	on := named(t, "gmm:d=2,dy=1")
	alarms := 0
	for run := range runs {
		if judge(t, samplers.Exact(), on, props.Local(4), props.Alpha(0.01), props.Calls(120), props.Seed(uint64(run)), props.Terse()).Outcome == props.Rejected {
			alarms++
		}
	}
	if alarms > allowed {
		t.Errorf("%d of %d runs reject the exact sampler at alpha 0.01", alarms, runs)
	}
}
