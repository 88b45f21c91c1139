package props

import (
	"math/rand/v2"
	"slices"
	"testing"

	"assay/props/evidence"
	"assay/samplers"
	"assay/spec"
)

// TestPooledAllowsForAll: what is bet on all problems as one allows for the largest tolerance of any of
// them, whichever comes first or last: here that of a problem with a measurement, at some y of which
// a sampler may fail altogether (Definition 1.5), beside one without (Definition 1.3). Two processes
// that allow for the one and for the other are told apart by their wealth, which is the control.
func TestPooledAllowsForAll(t *testing.T) {
	measured, unmeasured := parsed(t, "gauss:d=2,m=1")[0], parsed(t, "gauss:d=2,m=0")[0]
	for _, on := range [][]*spec.Problem{{measured, unmeasured}, {unmeasured, measured}} {
		o, err := newOptions([]JudgeOption{Draws(1), Within(spec.Tolerance{Delta: 0.2})})
		if err != nil {
			t.Fatal(err)
		}
		tr := &trial{options: o, candidate: samplers.Exact()}
		var each []float64
		for _, p := range on {
			e, err := newExhibit(t.Context(), p, tr.candidate, o)
			if err != nil {
				t.Fatal(err)
			}
			tr.exhibits = append(tr.exhibits, e)
			each = append(each, e.asymmetry(0, o))
		}
		together := tr.newPooled()
		first := tr.exhibits[0].batteries[0]
		var learnt []int
		for i, name := range together.names {
			if slices.Contains(first.Features(), slices.Index(first.Names(), name)) {
				learnt = append(learnt, i)
			}
		}
		wealth := func(process *evidence.Process) float64 {
			rng := rand.New(rand.NewPCG(1, 1))
			for range 5 {
				values := make([][]float64, len(together.names))
				for k := range values {
					values[k] = []float64{rng.NormFloat64() + 1, rng.NormFloat64()}
				}
				process.Observe(values, 0, rng)
			}
			return process.LogWealth()
		}
		by := func(asymmetry float64) float64 {
			return wealth(evidence.NewProcess(len(together.names), learnt, 1, true, asymmetry))
		}
		if got, want := wealth(together.processes[0]), by(slices.Max(each)); got != want {
			t.Errorf("with %s first: wealth exp(%v), want exp(%v)", on[0].Name(), got, want)
		}
		if by(slices.Max(each)) == by(slices.Min(each)) {
			t.Errorf("allowances %v make no difference", each)
		}
	}
}
