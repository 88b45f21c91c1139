package theorems

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/samplers"
	"assay/spec"
)

func flowOf(t *testing.T, name string, steps int) *flow {
	f, err := newFlow(t.Context(), samplers.Diffusion{Method: samplers.Heun, Steps: steps}, instance(t, "%s", name))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFlow: 50 steps leave a share below 1e-6 on the wrong parity even of 32 outputs, for the dials of
// TestUnconditional at their corners. Four steps are not an increasing map, and are refused.
func TestFlow(t *testing.T) {
	for _, name := range []string{"aes128:R=8,eps=0.2", "aes128:R=8,eps=0.6", "aes128:R=14,eps=0.2", "aes128:R=14,eps=0.6"} {
		if share := flowOf(t, name, 50).consistent(32); share < 1-1e-6 {
			t.Errorf("%s: 50 steps leave %v", name, 1-share)
		}
	}
	if _, err := newFlow(t.Context(), samplers.Diffusion{Method: samplers.Heun, Steps: 4}, instance(t, "aes128")); err == nil {
		t.Error("4 steps are not refused")
	}
}

// TestFlowIsTheSamplers: the draws of the sampler have the law that the flow carries its starts to, by
// the largest distance of their distribution functions: 20,000 draws are within 0.0157 of it except with
// probability 1e-4 each (DKW), of a secret coordinate and of an output; a shift of two lattice
// steps, the control, is at 0.1 or more.
func TestFlowIsTheSamplers(t *testing.T) {
	const draws, steps = 20_000, 16 // few enough for the law not to be the prior's
	f := flowOf(t, "constant:n=1,m=1", steps)
	problem, err := spec.NewProblem("unmeasured", instance(t, "constant:n=1,m=1"), spec.Unmeasured(2))
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(draws, 2, nil)
	if err := (samplers.Diffusion{Method: samplers.Heun, Steps: steps}).Sample(t.Context(), x, problem, nil, newRun(t, 0).stream("flow", 0)); err != nil {
		t.Fatal(err)
	}
	starts := middles(400)
	to := f.to(starts)
	farthest := func(column int, shift float64) (distance float64) {
		for i := range starts {
			below := 0
			for row := range draws {
				if x.At(row, column)+shift < to.At(i, column)-1e-9 {
					below++
				}
			}
			share := float64(below) / draws
			low := 0.0 // of starts that go to less
			for k := range starts {
				if to.At(k, column) < to.At(i, column)-1e-9 {
					low = float64(k+1) / 400
				}
			}
			distance = max(distance, math.Abs(share-low)-0.5/400)
		}
		return distance
	}
	for column := range 2 {
		if d := farthest(column, 0); d > 0.0157 {
			t.Errorf("column %d: the laws are %v apart", column, d)
		}
		if d := farthest(column, 0.08); d < 0.1 {
			t.Errorf("column %d: a shift leaves the laws %v apart", column, d)
		}
	}
}

// TestMisparity: where the flow stops early it leaves outputs between the lattice points, and the share
// on the wrong parity is that of a fine grid of quantiles, each right to the width of a cell of it at
// each of some 20 edges, 1e-3 in all.
func TestMisparity(t *testing.T) {
	whole := flowOf(t, "aes128:eps=1", 50)
	early := &flow{whole.in, append(append([]float64(nil), whole.levels[:32]...), 0)}
	const points = 20_000
	starts := middles(points)
	to, wrong := early.to(starts), 0.0
	bit := early.in.Function().Circuit.Eval([]bool{true})[0]
	for row := range starts {
		if early.in.Decode([]float64{to.At(row, outputColumn)})[0] != bit {
			wrong += 1. / points
		}
	}
	if got := early.misparity(); math.Abs(got-wrong) > 1e-3 || wrong < 1e-2 {
		t.Errorf("misparity %v, by counting %v", got, wrong)
	}
}

// TestTolerance: tau is a fortieth of the spacing 0.16, and delta falls with the steps. That the sampler is within, and
// others are not, is what the statements and their controls show.
func TestTolerance(t *testing.T) {
	few, many := flowOf(t, "goldreich:n=5,m=5,R=5,eps=0.8", 50), flowOf(t, "goldreich:n=5,m=5,R=5,eps=0.8", 200)
	r := newRun(t, 0)
	a, b := few.tolerance(5, 5, r.stream("tolerance", 0)), many.tolerance(5, 5, r.stream("tolerance", 0))
	t.Logf("50 steps: %+v; 200 steps: %+v", a, b)
	if !(b.Delta < a.Delta/3 && a.Delta < 0.2) || math.Abs(a.Tau-0.004) > 1e-15 {
		t.Errorf("50 steps: %+v; 200 steps: %+v", a, b)
	}
}
