package run

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/tally"
	"assay/samplers"
	"assay/spec"
)

// TestSpent: an answer says what its own call took, whatever goes on at the same time, through JSON
// too. The problem that a sampler is asked about is the one of the call, by which it may know it.
func TestSpent(t *testing.T) {
	p := gauss(t)
	const atOnce = 4
	var mu sync.Mutex
	met := map[*spec.Problem]bool{}
	entered, all := 0, sync.NewCond(&mu)
	r := InProcess(spec.NewSampler("steps", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		mu.Lock()
		met[p] = true
		entered++
		all.Broadcast()
		for round := (entered - 1) / atOnce; entered < (round+1)*atOnce; { // until all of the round are under way
			all.Wait()
		}
		mu.Unlock()
		spec.Spend(ctx, "steps", y[0])
		return samplers.DPS{Zeta: 0.5, Steps: int(y[0])}.Sample(ctx, dst, p, y, rng)
	}))
	var group sync.WaitGroup
	for worker := range atOnce {
		group.Go(func() {
			for i := range 25 {
				c := callOn(p, uint64(worker))
				steps := float64(1 + worker + i)
				c.Y[0] = steps
				want := tally.Costs{tally.PointsDenoised: 3 * steps, tally.JacobianProducts: 3 * steps, "steps": steps}
				a := r.Answer(t.Context(), c)
				if a.Fault != nil || !maps.Equal(a.Spent, want) {
					t.Errorf("%v spent %v, want %v", a.Fault, a.Spent, want)
				}
				var read Answer
				if text, err := json.Marshal(a); err != nil || json.Unmarshal(text, &read) != nil || !maps.Equal(read.Spent, want) {
					t.Errorf("%s is read as %v, %v", text, read, err)
				}
			}
		})
	}
	group.Wait()
	if len(met) != 1 || !met[p] {
		t.Errorf("the sampler met %d problems, the one of the calls: %v", len(met), met[p])
	}
}

// TestSpentNothing: where nothing was counted there is nothing to say; a sampler that says that it
// spent less than nothing is at fault, and what a call took that fails is known too.
func TestSpentNothing(t *testing.T) {
	p := gauss(t)
	if a := InProcess(samplers.Exact()).Answer(t.Context(), callOn(p, 0)); a.Fault != nil || a.Spent != nil {
		t.Errorf("%+v", a)
	}
	for amount, kind := range map[float64]string{-1: kinds.Error, 1: kinds.Refusal} {
		a := InProcess(spec.NewSampler("wrong", true, func(ctx context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
			dst.Zero()
			spec.Spend(ctx, "proposals", amount)
			if amount > 0 {
				return spec.Refuse("too many")
			}
			return nil
		})).Answer(t.Context(), callOn(p, 0))
		if a.Fault == nil || a.Fault.Kind != kind || a.Spent["proposals"] != max(amount, 0) {
			t.Errorf("%v: %+v", amount, a)
		}
	}
}
