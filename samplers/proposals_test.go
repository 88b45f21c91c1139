package samplers

import (
	"context"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// Every chunk of proposals has a stream of its own, split off in order, so that the draws do
// not depend on the schedule; no two of them are the same (53 bits each: 5e-11).
func TestProposalsAreDistinct(t *testing.T) {
	p := must(spec.NewProblem("unit", newUnit(1), spec.Unmeasured(1)))
	x := sample(t, &Rejection{Proposal: Prior(), Max: 1e6}, p, nil, 4*proposalRows, stream(t))
	met := map[float64]bool{}
	for i := range 4 * proposalRows {
		if v := x.At(i, 0); met[v] {
			t.Fatalf("draw %d, %v, was drawn before", i, v)
		}
		met[x.At(i, 0)] = true
	}
	rng := stream(t)
	for chunk := range 4 {
		if first := spec.Split(rng).NormFloat64(); x.At(chunk*proposalRows, 0) != first {
			t.Errorf("chunk %d begins with %v, its stream with %v", chunk, x.At(chunk*proposalRows, 0), first)
		}
	}
}

// The cost is estimated by the share accepted where that is the larger: half of the
// proposals lie at y and are accepted, the others never. 2,000 draws take some 4,000; more than 8,000
// have probability below 1e-100.
func TestEstimateByTheShareAccepted(t *testing.T) {
	p := must(spec.NewProblem("unit", newUnit(1), must(spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 0.01))))
	half := spec.NewSampler("half", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, rng *rand.Rand) error {
		for i := range dst.RawMatrix().Rows {
			dst.Set(i, 0, 100*float64(rng.IntN(2)))
		}
		return nil
	})
	x := sample(t, &Rejection{Proposal: half, Max: 8000}, p, []float64{0}, 2000, stream(t))
	if largest := mat.Max(x); largest != 0 {
		t.Errorf("a draw at %v, want all at 0", largest)
	}
}

// Where the rate is known no more proposals are made than are about needed: the last batch
// is the only waste, a fifth more than the mean.
func TestNoMoreProposalsThanNeeded(t *testing.T) {
	var asked atomic.Int64
	prior := must(spec.NewIsotropic([]float64{0}, 1))
	counting := spec.NewSampler("counting", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, _ []float64, rng *rand.Rand) error {
		asked.Add(int64(dst.RawMatrix().Rows))
		return Prior().Sample(ctx, dst, p, nil, rng)
	})
	p := must(spec.NewProblem("normal", prior, must(spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 1))))
	const calls, draws = 200, 5
	rate := math.Sqrt(0.5) // of y = 0
	for call := range uint64(calls) {
		s := &Rejection{Proposal: counting, Max: 1e6}
		sample(t, s, p, []float64{0}, draws, spec.Stream(1, t.Name(), nil, call))
	}
	// A call asks for 8 proposals, of which 5.7 are accepted on average, and for 8 more where
	// those are too few, a fifth of the time: 9.8. Twice the 7.07 needed is 14.
	if mean := float64(asked.Load()) / calls; mean > 2*draws/rate {
		t.Errorf("%.1f proposals a call, %.1f being needed", mean, draws/rate)
	}
}
