package samplers

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// pulled is a guidance by y = x_0, with both of its hooks: it moves the first coordinate of the
// clean points towards y, by a share that depends on sigma alone, and after the step that of x/signal.
func pulled(y float64) func(rows int) guidance {
	move := func(x *mat.Dense, l level) {
		rows, _ := x.Dims()
		for i := range rows {
			x.Set(i, 0, x.At(i, 0)+(y-x.At(i, 0))/(1+l.noise/l.signal))
		}
	}
	return func(int) guidance {
		return guidance{
			estimate: func(b *batch, at level) { move(b.clean, at) },
			after: func(b *batch, _, to level) {
				floats.Scale(1/to.signal, b.x.RawMatrix().Data)
				move(b.x, level{1, to.sigma()})
				floats.Scale(to.signal, b.x.RawMatrix().Data)
			},
		}
	}
}

// TestBothScalesGiveTheSameDraws: a diffusion that preserves the variance is, on x/signal, one that
// explodes it, with the same noise, so each step must give the same draws on either scale, with
// guidance and without. 60 steps of rounding, grown by no denoiser of N(mu, C), whose Jacobian
// is below 1, stay below 1e-10; the control, DDIM with half of the noise, is off by a share of the draws.
func TestBothScalesGiveTheSameDraws(t *testing.T) {
	prior := must(spec.NewDiagonal([]float64{1, -2, 0.5}, []float64{1, 0.3, 2}))
	preserving := downwards(60)
	exploding := make([]float64, len(preserving))
	for i, l := range preserving {
		exploding[i] = l.sigma()
	}
	for _, test := range []struct {
		name string
		a, b stepper
		same bool
	}{
		{"heun", heun, heun, true},
		{"ancestral", towards(ddim(1)), steppers[Ancestral], true},
		{"half of the noise", towards(ddim(0.5)), steppers[Ancestral], false},
	} {
		for _, guide := range []func(int) guidance{nil, pulled(3)} {
			a, b := mat.NewDense(5, 3, nil), mat.NewDense(5, 3, nil)
			first := preserving[0]
			loopA := reversal{denoiser: prior, levels: preserving, spread: first.noise, step: test.a, guide: guide}
			loopB := reversal{denoiser: prior, levels: varianceExploding(exploding), spread: first.sigma(), step: test.b, guide: guide}
			if err := errors.Join(loopA.run(t.Context(), a, splitStreams(stream(t), 5)), loopB.run(t.Context(), b, splitStreams(stream(t), 5))); err != nil {
				t.Fatal(err)
			}
			if same := mat.EqualApprox(a, b, 1e-10); same != test.same {
				t.Errorf("%s, guided %t: the same draws: %t, want %t:\n%v\n%v", test.name, guide != nil, same, test.same, mat.Formatted(a), mat.Formatted(b))
			}
		}
	}
}

// TestGuidanceIsCalledAtItsLevels: the clean points are guided at the level at which they were
// denoised, twice a step of Heun's method but for the last; what comes after a step sees where it
// came from and where it is, with a Jacobian where one was asked for. What the last correction leaves is
// what is returned.
func TestGuidanceIsCalledAtItsLevels(t *testing.T) {
	for _, jacobian := range []bool{true, false} {
		var estimated, corrected []float64
		loop := reversal{
			denoiser: newUnit(2), levels: varianceExploding([]float64{4, 2, 1, 0}), spread: 4, step: heun,
			guide: func(rows int) guidance {
				if rows != 3 {
					t.Errorf("guidance for %d rows, want 3", rows)
				}
				return guidance{
					jacobian: jacobian,
					estimate: func(_ *batch, at level) { estimated = append(estimated, at.noise) },
					after: func(b *batch, from, to level) {
						corrected = append(corrected, from.noise, to.noise)
						if (b.product != nil) != jacobian {
							t.Errorf("asked for a Jacobian: %t, got one: %t", jacobian, b.product != nil)
						}
						b.x.Set(0, 0, to.noise+7)
					},
				}
			},
		}
		x := mat.NewDense(3, 2, nil)
		if err := loop.run(t.Context(), x, splitStreams(stream(t), 3)); err != nil {
			t.Fatal(err)
		}
		if want := []float64{4, 2, 2, 1, 1}; !slices.Equal(estimated, want) {
			t.Errorf("guided at %v, want %v", estimated, want)
		}
		if want := []float64{4, 2, 2, 1, 1, 0}; !slices.Equal(corrected, want) {
			t.Errorf("corrected from and to %v, want %v", corrected, want)
		}
		if x.At(0, 0) != 7 {
			t.Errorf("the last correction left 7, and %v is returned", x.At(0, 0))
		}
	}
}

// TestStepsAllocateNothing: a hundred steps more allocate no more; a guidance that allocates once a
// call is seen.
func TestStepsAllocateNothing(t *testing.T) {
	x, noise := mat.NewDense(4, 2, nil), splitStreams(stream(t), 4)
	var kept []float64
	wasteful := func(int) guidance {
		return guidance{estimate: func(*batch, level) { kept = make([]float64, 8) }}
	}
	for _, test := range []struct {
		name  string
		step  stepper
		guide func(int) guidance
		more  bool
	}{
		{"heun", heun, pulled(1), false},
		{"ddim", towards(ddim(0.5)), pulled(1), false},
		{"ancestral", steppers[Ancestral], nil, false},
		{"a guidance that allocates", steppers[Ancestral], wasteful, true},
	} {
		allocations := func(steps int) float64 {
			loop := reversal{denoiser: fixed{1, 2}, levels: downwards(steps), step: test.step, guide: test.guide}
			return testing.AllocsPerRun(5, func() {
				if err := loop.descend(context.Background(), x, noise); err != nil {
					t.Fatal(err)
				}
			})
		}
		if few, many := allocations(10), allocations(110); (many > few) != test.more {
			t.Errorf("%s: %v allocations with 10 steps, %v with 110", test.name, few, many)
		}
	}
	if len(kept) != 8 || math.IsNaN(x.At(0, 0)) {
		t.Error("nothing was done")
	}
}
