package theorems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/samplers"
	"assay/spec"
)

// written is a diffusion sampler written out a second time, with faults to choose from.
type written struct {
	steps int
	noise func(t, s float64) float64 // of a step; nil for the deterministic flow

	uncorrected bool    // Euler's method for the flow, not Heun's
	late        bool    // the corrector denoises at the level before its own; the noise is that of the step before
	frozen      bool    // the noise is the same at every step
	start       float64 // what the noise at the start is multiplied with, less one
}

func (w written) Name() string      { return fmt.Sprintf("written out, %d steps", w.steps) }
func (w written) Independent() bool { return true }

func (w written) Sample(_ context.Context, dst *mat.Dense, p *spec.Problem, _ []float64, rng *rand.Rand) error {
	law := p.Prior().(spec.Denoiser)
	rows, d := dst.Dims()
	levels := w.levels(law)
	centre := mat.NewDense(1, d, nil)
	for range 30 {
		law.Denoise(centre, centre, levels[0])
	}
	normal := func() *mat.Dense {
		z := mat.NewDense(rows, d, nil)
		z.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, z)
		return z
	}
	x, clean, fresh := normal(), mat.NewDense(rows, d, nil), normal()
	x.Apply(func(_, j int, z float64) float64 { return centre.At(0, j) + (1+w.start)*levels[0]*z }, x)
	for i, t := range levels {
		law.Denoise(clean, x, t)
		if i+1 == len(levels) {
			break
		}
		s := levels[i+1]
		if w.noise == nil {
			w.flow(law, x, clean, t, s)
			continue
		}
		deviation := w.noise(t, s)
		if w.late && i > 0 {
			deviation = w.noise(levels[i-1], t)
		}
		if !w.frozen {
			fresh = normal()
		}
		x.Apply(func(i, j int, v float64) float64 {
			c := clean.At(i, j)
			return c + s/t*(s/t)*(v-c) + deviation*fresh.At(i, j)
		}, x)
	}
	dst.Copy(clean)
	return nil
}

// flow takes a step of the probability flow from t to s.
func (w written) flow(law spec.Denoiser, x, clean *mat.Dense, t, s float64) {
	rows, d := x.Dims()
	slope, next := mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil)
	slope.Sub(x, clean)
	slope.Scale(1/t, slope)
	next.Apply(func(i, j int, v float64) float64 { return v + (s-t)*slope.At(i, j) }, x)
	if w.uncorrected {
		x.Copy(next)
		return
	}
	at := s
	if w.late {
		at = t
	}
	law.Denoise(clean, next, at)
	x.Apply(func(i, j int, v float64) float64 {
		return v + (s-t)/2*(slope.At(i, j)+(next.At(i, j)-clean.At(i, j))/s)
	}, x)
}

// levels returns the levels of noise, without the 0 at the end.
func (w written) levels(law spec.Denoiser) []float64 {
	narrowest, widest := law.Scale()
	f := math.Min(math.Max(float64(w.steps)/2, 10), 100)
	all := make([]float64, w.steps)
	for i := range all {
		share := float64(i) / float64(w.steps-1)
		all[i] = math.Pow((1-share)*math.Pow(f*widest, 1./7)+share*math.Pow(narrowest/f, 1./7), 7)
	}
	return all
}

// as returns the scheme whose program is the given one.
func (s scheme) as(program func(steps int) written) scheme {
	s.sampler = func(steps int) spec.Sampler { return program(steps) }
	return s
}

// TestOrderControls: a method of the wrong order, and a program that does not do what the
// scheme says, on the Gaussian laws, which cost nothing.
func TestOrderControls(t *testing.T) {
	claimed := func(s scheme, order float64) scheme { s.order = order; return s }
	loud := func(factor float64, noise func(t, s float64) float64) func(t, s float64) float64 {
		return func(t, s float64) float64 { return factor * noise(t, s) }
	}
	controls := map[string]scheme{
		"Euler's method for Heun's":  heunScheme.as(func(n int) written { return written{steps: n, uncorrected: true} }),
		"a corrector a level late":   heunScheme.as(func(n int) written { return written{steps: n, late: true} }),
		"Heun's method of order 1":   claimed(heunScheme, 1),
		"Heun's method of order 2.1": claimed(heunScheme, 2.1),
		"Heun's method of order 3":   claimed(heunScheme, 3),
		// 4000 normal numbers show a deviation off by 8 % nine times in ten; 15 % are missed once in 1e9.
		"a start 15 % too narrow": heunScheme.as(func(n int) written { return written{steps: n, start: -0.15} }),
	}
	for _, s := range []scheme{eulerScheme, ancestralScheme} {
		right := s.noise
		controls[s.name+" of order 2"] = claimed(s, 2)
		controls[s.name+" of order 1.1"] = claimed(s, 1.1)
		controls[s.name+" of order 0.9"] = claimed(s, 0.9)
		controls[s.name+" with frozen noise"] = s.as(func(n int) written { return written{steps: n, noise: right, frozen: true} })
		controls[s.name+" with noise a step late"] = s.as(func(n int) written { return written{steps: n, noise: right, late: true} })
		// 196,000 normal numbers show a deviation off by 1.1 % nine times in ten.
		controls[s.name+" with 5 % less noise than it says"] = s.as(func(n int) written { return written{steps: n, noise: loud(0.95, right)} })
		// And if it says so, the law does not tend to what it should.
		wrong := s.as(func(n int) written { return written{steps: n, noise: loud(1.05, right)} })
		wrong.noise = loud(1.05, right)
		controls[s.name+" with 5 % more noise"] = wrong
	}
	exchanged := eulerScheme
	exchanged.noise = ancestralScheme.noise
	controls["ancestral noise for Euler's"] = exchanged
	for name, s := range controls {
		fails(t, name, func(r *run) (Result, error) { return orderOf(r, s, lawsOfError(r)[:2]) })
	}
}

// TestStepsControls: what a smaller exponent of d in the steps would claim, or the range that
// does not grow with them.
func TestStepsControls(t *testing.T) {
	half := func(n int) float64 { return float64(n) / 2 }
	for name, count := range map[string]func(s scheme, d, k float64) int{
		"no root of d":       func(s scheme, d, k float64) int { return stepsFor(s, d, k-0.5) },
		"half the exponent":  func(s scheme, d, k float64) int { return stepsFor(s, math.Sqrt(d), k) },
		"0.15 less":          func(s scheme, d, k float64) int { return int(float64(stepsFor(s, d, k)) * math.Pow(d, -0.15)) },
		"two thirds":         func(s scheme, d, k float64) int { return stepsFor(s, d, k) * 2 / 3 },
		"as if of order two": func(_ scheme, d, k float64) int { return stepsFor(heunScheme, d, k) },
	} {
		fails(t, name, func(r *run) (Result, error) { return stepsBy(r, count, half) })
	}
	// And there are not many more than needed: 0.73 of what is allowed is left of the error.
	result, err := steps(newRun(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	if result.Measured < 0.7 {
		t.Errorf("the largest error is %v of what is allowed only", result.Measured)
	}
	fails(t, "a range that stops at 100", func(r *run) (Result, error) {
		return stepsBy(r, stepsFor, func(n int) float64 { return min(half(n), 100) })
	})
}

// TestConditionalControls: proposals or an acceptance that are wrong, and a bound that is too small.
func TestConditionalControls(t *testing.T) {
	twice := func(eps float64) float64 { return 2 * eps }
	rejection := func(s scheme, steps int) spec.Sampler {
		return &samplers.Rejection{Proposal: s.sampler(steps), Max: 1e7}
	}
	for name, sampler := range map[string]func(s scheme, steps int) spec.Sampler{
		"a twelfth of the steps": func(s scheme, steps int) spec.Sampler { return rejection(s, steps/12) },
		// The deviation of the posterior is 12 % too large; 5000 draws show 7.6 % nine times in ten.
		"beta 1.3 times too large": func(s scheme, steps int) spec.Sampler { return withNoise(rejection(s, steps), 1.3) },
		"proposals for draws":      func(s scheme, steps int) spec.Sampler { return s.sampler(steps) },
	} {
		fails(t, name, func(r *run) (Result, error) { return conditionalBy(r, []scheme{heunScheme}, sampler, twice) })
	}
	fails(t, "half of eps", func(r *run) (Result, error) {
		return conditionalBy(r, []scheme{heunScheme}, rejection, func(eps float64) float64 { return eps / 2 })
	})
}

// withNoise returns the sampler that takes the noise for that many times what it is.
func withNoise(sampler spec.Sampler, factor float64) spec.Sampler {
	return spec.NewSampler("wrong noise", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		measurement, _ := p.Linear()
		m, err := spec.NewLinear(measurement.A(), factor*measurement.Beta())
		if err != nil {
			return err
		}
		wrong, err := spec.NewProblem(p.Name(), p.Prior(), m)
		if err != nil {
			return err
		}
		return sampler.Sample(ctx, dst, wrong, y, rng)
	})
}
