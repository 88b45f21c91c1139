package samplers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// everySampler returns one of each kind, with the given number of steps.
func everySampler(steps int) []spec.Sampler {
	return []spec.Sampler{
		Exact(),
		Prior(),
		&Rejection{Proposal: Prior(), Max: 1e6},
		&Rejection{Proposal: Diffusion{Ancestral, steps}, Max: 1e6},
		Diffusion{Heun, steps},
		Diffusion{Euler, steps},
		Diffusion{Ancestral, steps},
		DPS{Zeta: 0.5, Steps: steps},
		PiGDM{Steps: steps},
		PiGDM{Steps: steps, Eta: 1},
		AnnealedLangevin{Steps: (steps + 7) / 8, Step: 0.2}, // a leg, of about twenty
		TDS{Steps: steps, Particles: 3, Tau: 1, Threshold: 1},
		SMC{Steps: steps, Particles: 5, Threshold: 0.5},
	}
}

// cloud returns a problem on a data set of scattered points, whose denoiser runs
// on matrix products, and a y.
func cloud(t testing.TB, points, d, m int) (*spec.Problem, []float64) {
	rng := stream(t)
	x := mat.NewDense(points, d, nil)
	for i := range points {
		for j := range d {
			x.Set(i, j, rng.NormFloat64())
		}
	}
	measurement := spec.Unmeasured(d)
	if m > 0 {
		a := mat.NewDense(m, d, nil)
		for i := range m {
			a.Set(i, i%d, 1)
		}
		measurement = must(spec.NewLinear(a, 0.3))
	}
	p := must(spec.NewProblem(fmt.Sprintf("cloud of %d in %d, %d measured", points, d, m), must(spec.NewDataSet(x, 0.3)), measurement))
	y := make([]float64, m)
	p.Draw(make([]float64, d), y, rng)
	return p, y
}

// The draws are a function of the stream, byte for byte, whatever the number of
// processors, and also under the race detector.
func TestDrawsDoNotDependOnProcessors(t *testing.T) {
	p, y := cloud(t, 300, 8, 2)
	const n = 2*chunkRows + 3
	for _, s := range everySampler(8) {
		draw := func(processors int) *mat.Dense {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
			return sample(t, s, p, y, n, spec.Stream(1, "draws", nil, 0))
		}
		one := draw(1)
		for _, processors := range []int{2, 7} {
			if !mat.Equal(one, draw(processors)) {
				t.Errorf("%s: the draws on 1 and on %d processors differ", s.Name(), processors)
			}
		}
		if again := sample(t, s, p, y, n, spec.Stream(2, "draws", nil, 0)); mat.EqualApprox(one, again, 1e-3) {
			t.Errorf("%s: another stream gives the same draws", s.Name())
		}
	}
}

// A row of a batch is what it would be alone, given its stream: no norm, step or
// decision is taken over the batch.
func TestRowsDoNotInfluenceEachOther(t *testing.T) {
	p, y := cloud(t, 100, 4, 2)
	const n = chunkRows + 5
	for _, s := range []spec.Sampler{
		Diffusion{Heun, 20}, Diffusion{Euler, 20}, Diffusion{Ancestral, 20},
		DPS{Zeta: 0.5, Steps: 100}, PiGDM{Steps: 100, Eta: 1}, AnnealedLangevin{Steps: 10, Step: 0.2},
		TDS{100, 5, 1, 1}, TDS{100, 5, 1, 0.5}, SMC{100, 7, 0.5},
	} {
		together := sample(t, s, p, y, n, stream(t))
		rng := stream(t)
		for i := range n {
			// A call splits the streams of its rows in order, so the i-th call
			// for one row uses the stream of row i.
			alone := sample(t, s, p, y, 1, rng)
			// A hundred steps of rounding, 1e-16 each, grown by a denoiser whose
			// Jacobian may exceed 1 between points; an influence of another row
			// would be of the size of the draws.
			if !mat.EqualApprox(alone, rowsOf(together, i, i+1), 1e-6) {
				t.Errorf("%s: row %d of %d is %v, alone %v", s.Name(), i, n, together.RawRowView(i), alone.RawRowView(0))
			}
		}
	}
}

func TestNothingMeasured(t *testing.T) {
	p, _ := cloud(t, 50, 3, 0)
	for _, s := range everySampler(20) {
		x := sample(t, s, p, nil, 20, stream(t))
		// The points are standard normal and the kernel is narrow: nothing lies
		// beyond 20 with any probability worth naming.
		if norm := mat.Norm(x, math.Inf(1)); !(norm < 60) {
			t.Errorf("%s: a draw of norm %v", s.Name(), norm)
		}
	}
}

func TestNoDraws(t *testing.T) {
	p, y := cloud(t, 50, 3, 1)
	for _, s := range everySampler(20) {
		if err := s.Sample(context.Background(), &mat.Dense{}, p, y, stream(t)); err != nil {
			t.Errorf("%s, asked for no draws: %v", s.Name(), err)
		}
	}
}

func TestCancelledBeforehand(t *testing.T) {
	p, y := cloud(t, 50, 3, 1)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, s := range everySampler(20) {
		if err := s.Sample(ctx, mat.NewDense(2, 3, nil), p, y, stream(t)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", s.Name(), err)
		}
	}
}

// Cancelled in the middle, a sampler ends within the step under way, for every
// chunk under way.
func TestCancelledInTheMiddle(t *testing.T) {
	for _, s := range []spec.Sampler{
		Diffusion{Heun, 1000}, Diffusion{Euler, 1000}, Diffusion{Ancestral, 1000},
		DPS{Zeta: 0.5, Steps: 1000}, PiGDM{Steps: 1000}, TDS{1000, 1, 1, 1}, SMC{1000, 1, 1},
		&Rejection{Proposal: Diffusion{Heun, 1000}, Max: 1e6},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		var steps, after atomic.Int64
		prior := newUnit(2)
		prior.step = func() {
			if steps.Add(1) == 50 {
				cancel()
			}
			if ctx.Err() != nil {
				after.Add(1)
			}
		}
		p := must(spec.NewProblem("cancelled", prior, spec.Unmeasured(2)))
		err := s.Sample(ctx, mat.NewDense(chunkRows, 2, nil), p, nil, stream(t))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", s.Name(), err)
		}
		// Heun calls the denoiser twice a step, and rejection has a chunk of
		// proposals under way on each processor, each of them in chunks.
		processors := int64(runtime.GOMAXPROCS(0))
		if limit := 2 * processors * processors; after.Load() > limit {
			t.Errorf("%s took %d calls of the denoiser after it was cancelled, want at most %d", s.Name(), after.Load(), limit)
		}
		cancel()
	}
}

func TestPriorWithoutADenoiserIsDeclined(t *testing.T) {
	p := must(spec.NewProblem("bare", bare{}, spec.Unmeasured(2)))
	for _, c := range []struct {
		sampler spec.Sampler
		message string
	}{
		{Exact(), "exact: problem bare: no exact posterior is known for a prior of type samplers.bare"},
		{Diffusion{Heun, 5}, "diffusion:method=heun,steps=5 needs a denoiser, and the prior of problem bare (a samplers.bare) has none"},
		{DPS{0.5, 5}, "dps:zeta=0.5,steps=5 needs a denoiser, and the prior of problem bare (a samplers.bare) has none"},
		{PiGDM{5, 0}, "pigdm:steps=5,eta=0 needs a denoiser, and the prior of problem bare (a samplers.bare) has none"},
		{AnnealedLangevin{5, 1}, "alangevin:steps=5,step=1 needs a denoiser, and the prior of problem bare (a samplers.bare) has none"},
		{TDS{5, 2, 1, 1}, "tds:steps=5,particles=2,tau=1,threshold=1 needs a denoiser, and the prior of problem bare (a samplers.bare) has none"},
		{SMC{5, 2, 1}, "smc:steps=5,particles=2,threshold=1 needs a denoiser, and the prior of problem bare (a samplers.bare) has none"},
	} {
		err := c.sampler.Sample(context.Background(), mat.NewDense(1, 2, nil), p, nil, stream(t))
		var refusal *spec.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != c.message {
			t.Errorf("%s: %v, want the refusal %q", c.sampler.Name(), err, c.message)
		}
	}
	sample(t, Prior(), p, nil, 1, stream(t))
}

// bare can only be drawn from.
type bare struct{}

func (bare) Dim() int                            { return 2 }
func (bare) Sample(dst *mat.Dense, _ *rand.Rand) { dst.Zero() }

func TestArgumentsOutOfRange(t *testing.T) {
	p := must(spec.NewProblem("unit", newUnit(1), spec.Unmeasured(1)))
	for _, c := range []struct {
		sampler spec.Sampler
		message string
	}{
		{Diffusion{Heun, 0}, "diffusion:method=heun,steps=0: steps is 0, want at least 1"},
		{Diffusion{"rk4", 5}, `diffusion:method=rk4,steps=5: unknown method "rk4", want heun, euler or ancestral`},
		{DPS{0.5, -1}, "dps:zeta=0.5,steps=-1: steps is -1, want at least 1"},
		{DPS{math.NaN(), 1}, "dps:zeta=NaN,steps=1: zeta is NaN, want a finite number from 0"},
		{DPS{math.Inf(1), 1}, "dps:zeta=+Inf,steps=1: zeta is +Inf, want a finite number from 0"},
		{PiGDM{0, 0}, "pigdm:steps=0,eta=0: steps is 0, want at least 1"},
		{PiGDM{1, 2}, "pigdm:steps=1,eta=2: eta is 2, want a number from 0 to 1"},
		{AnnealedLangevin{0, 1}, "alangevin:steps=0,step=1: steps is 0, want at least 1"},
		{AnnealedLangevin{1, 1.5}, "alangevin:steps=1,step=1.5: step is 1.5, want a number above 0, at most 1"},
		{AnnealedLangevin{1, math.NaN()}, "alangevin:steps=1,step=NaN: step is NaN, want a number above 0, at most 1"},
		{TDS{0, 1, 1, 1}, "tds:steps=0,particles=1,tau=1,threshold=1: steps is 0, want at least 1"},
		{TDS{1, 0, 1, 1}, "tds:steps=1,particles=0,tau=1,threshold=1: particles is 0, want at least 1"},
		{TDS{1, 1, -1, 1}, "tds:steps=1,particles=1,tau=-1,threshold=1: tau is -1, want a number from 0"},
		{TDS{1, 1, 1, math.NaN()}, "tds:steps=1,particles=1,tau=1,threshold=NaN: threshold is NaN, want a number from 0 to 1"},
		{SMC{0, 1, 1}, "smc:steps=0,particles=1,threshold=1: steps is 0, want at least 1"},
		{SMC{1, -1, 1}, "smc:steps=1,particles=-1,threshold=1: particles is -1, want at least 1"},
		{SMC{1, 1, 2}, "smc:steps=1,particles=1,threshold=2: threshold is 2, want a number from 0 to 1"},
		{&Rejection{}, "rejection:max=0,proposal=nil: no proposal, want an unconditional sampler"},
		{&Rejection{Proposal: Prior()}, "rejection:max=0,proposal=prior: max is 0, want a number from 1 to 9.007199254740992e+15"},
	} {
		err := c.sampler.Sample(context.Background(), mat.NewDense(1, 1, nil), p, nil, stream(t))
		if err == nil || err.Error() != c.message {
			t.Errorf("got %v, want %q", err, c.message)
		}
	}
}

// A denoiser that answers NaN gives an error that says where, not a draw.
func TestDivergenceIsAnError(t *testing.T) {
	p := must(spec.NewProblem("nan", notANumber{newUnit(2)}, spec.Unmeasured(2)))
	for _, s := range []spec.Sampler{Diffusion{Heun, 5}, Diffusion{Euler, 5}, DPS{0.5, 5}, PiGDM{5, 0}, AnnealedLangevin{5, 1}, TDS{5, 2, 1, 1}, SMC{5, 2, 1}} {
		err := s.Sample(context.Background(), mat.NewDense(3, 2, nil), p, nil, stream(t))
		want := s.Name() + ": the iteration diverged: entry 0 of draw 0 is NaN"
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

type notANumber struct{ *unit }

func (notANumber) Denoise(dst, _ *mat.Dense, _ float64) { dst.Set(0, 0, math.NaN()) }
func (p notANumber) Linearize(dst, x *mat.Dense, sigma float64) func(dst, v *mat.Dense) {
	p.Denoise(dst, x, sigma)
	return func(dst, v *mat.Dense) { dst.Copy(v) }
}

// However many steps, a call allocates the same: nothing is allocated in the loop.
// An allocation a step would be 1,700 more; the runtime's own, under the race detector
// or a garbage collection, are a handful.
func TestStepsDoNotAllocate(t *testing.T) {
	a := mat.NewDense(2, 3, []float64{1, 2, 3, 0, 1, 0})
	p := must(spec.NewProblem("unit", newUnit(3), must(spec.NewLinear(a, 0.1))))
	y, dst := []float64{1, 2}, mat.NewDense(4, 3, nil)
	for _, of := range []func(steps int) spec.Sampler{
		func(steps int) spec.Sampler { return Diffusion{Heun, steps} },
		func(steps int) spec.Sampler { return Diffusion{Euler, steps} },
		func(steps int) spec.Sampler { return Diffusion{Ancestral, steps} },
		func(steps int) spec.Sampler { return DPS{0.5, steps} },
		func(steps int) spec.Sampler { return PiGDM{steps, 1} },
		func(steps int) spec.Sampler { return AnnealedLangevin{steps, 1} },
		func(steps int) spec.Sampler { return TDS{steps, 3, 1, 1} },
	} {
		allocations := func(steps int) float64 {
			s, rng := of(steps), stream(t)
			return testing.AllocsPerRun(5, func() {
				if err := s.Sample(context.Background(), dst, p, y, rng); err != nil {
					t.Fatal(err)
				}
			})
		}
		if few, many := allocations(300), allocations(2000); many > few+100 {
			t.Errorf("%s: %v allocations, with 300 steps %v", of(2000).Name(), many, few)
		}
	}
}
