package props_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/internal/tractable"
	"assay/samplers"
	"assay/spec"
)

// On a Gaussian prior the reverse diffusion in any number of steps draws a Gaussian, of the
// right mean, whose deviations along the axes the recursion of [reversal.factor] gives. So
// there the null is exact, however few the steps: the target is that Gaussian. This sees
// what a tolerance for the error of the steps would hide.

// discretised is what a reverse diffusion in a few steps makes of a Gaussian prior.
type discretised struct {
	*spec.Gaussian
	of    *spec.Problem // of the Gaussian itself, unmeasured
	steps int
}

// discretisations generates problems whose prior is what the method makes, in 2 to 12
// steps, of turned Gaussians in R^1 to R^4 with deviations from 0.03 to 1.
func discretisations(method samplers.Method, measured bool) *rapid.Generator[*spec.Problem] {
	return rapid.Custom(func(t *rapid.T) *spec.Problem {
		product := tractable.Products().Filter(func(p *tractable.Product) bool {
			_, gaussian := p.Prior().(*spec.Gaussian)
			return gaussian
		}).Draw(t, "product")
		steps := rapid.IntRange(2, 12).Draw(t, "steps")
		prior := product.Prior().(*spec.Gaussian)
		narrowest, widest := prior.Scale()
		reversal := reversalOf(samplers.Diffusion{Method: method, Steps: steps}, narrowest, widest)
		d := prior.Dim()
		cov := mat.NewSymDense(d, nil)
		for i, l := range product.Factors {
			sd := l.SD[0] * reversal.factor(l.SD[0])
			cov.SymRankOne(cov, sd*sd, product.Frame.RowView(i))
		}
		gaussian, err := spec.NewGaussian(prior.Mean(), cov)
		if err != nil {
			t.Fatal(err)
		}
		of, err := spec.NewProblem("gaussian", prior, spec.Unmeasured(d))
		if err != nil {
			t.Fatal(err)
		}
		measurement := spec.Unmeasured(d)
		if measured {
			measurement, _ = product.Linear()
		}
		p, err := spec.NewProblem("discretised", discretised{gaussian, of, steps}, measurement)
		if err != nil {
			t.Fatal(err)
		}
		return p
	})
}

// discretising is the reverse diffusion of the Gaussian of which the prior is what should
// come of it. The denoiser is told the deviation told(levels, i) for that of level i.
func discretising(name string, method samplers.Method, told func(levels []float64, i int) float64) spec.Sampler {
	return spec.NewSampler(name, true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, _ []float64, rng *rand.Rand) error {
		prior := p.Prior().(discretised)
		s, of := samplers.Diffusion{Method: method, Steps: prior.steps}, prior.of
		if told != nil {
			denoiser := of.Prior().(spec.Denoiser)
			narrowest, widest := denoiser.Scale()
			var err error
			of, err = spec.NewProblem("mistold", mistold{denoiser, of.Prior(), reversalOf(s, narrowest, widest).levels, told}, spec.Unmeasured(of.Dim()))
			if err != nil {
				return err
			}
		}
		return s.Sample(ctx, dst, of, nil, rng)
	})
}

// mistold is a prior whose denoiser is told another deviation of the noise than there is.
type mistold struct {
	spec.Denoiser
	prior  spec.Prior
	levels []float64
	told   func(levels []float64, i int) float64
}

func (m mistold) Dim() int                              { return m.prior.Dim() }
func (m mistold) Sample(dst *mat.Dense, rng *rand.Rand) { m.prior.Sample(dst, rng) }
func (m mistold) Denoise(dst, x *mat.Dense, sigma float64) {
	nearest := 0
	for i, level := range m.levels {
		if relative(level, sigma) < relative(m.levels[nearest], sigma) {
			nearest = i
		}
	}
	m.Denoiser.Denoise(dst, x, m.told(m.levels, nearest))
}

func relative(a, b float64) float64 { return max(a/b, b/a) }

// noiseOff is noise 5 % more than the denoiser is told; scheduleOff is a denoiser told the
// level below, but for the last above 0, and scheduleOver one told the level above.
func noiseOff(levels []float64, i int) float64     { return levels[i] / 1.05 }
func scheduleOff(levels []float64, i int) float64  { return levels[min(i+1, len(levels)-2)] }
func scheduleOver(levels []float64, i int) float64 { return levels[max(i-1, 0)] }

// mistolds are the faults of noise and schedule.
func mistolds(method samplers.Method) []spec.Sampler {
	return []spec.Sampler{
		discretising("noise off by 5 %", method, noiseOff),
		discretising("schedule off by one", method, scheduleOff),
		discretising("schedule off by one the other way", method, scheduleOver),
	}
}

var methods = []samplers.Method{samplers.Heun, samplers.Euler, samplers.Ancestral}

// TestDiffusionIsItsRecursion: without a measurement. 5 % of a deviation are told in each
// coordinate, so that problems of three and four are taken as one.
func TestDiffusionIsItsRecursion(t *testing.T) {
	skipShort(t)
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			m := matching{over: discretisations(method, false), calls: 50, together: 140, alike: ofDim(3, 4)}
			m.run(t, discretising("diffusion", method, nil), mistolds(method)...)
		})
	}
}

// TestRejectionOfDiffusionIsItsRecursion: conditional, through rejection. What is measured
// hides part of the noise that is 5 % off, which the test above sees in fewer calls. Rejection
// of proposals far from what is measured is slow, hence the order of the controls. The
// acceptance is one and the same for all proposals: its faults are told with those of Euler,
// the smallest in 2,600 to 4,300 calls of 7,000, and in the long form with those of all, in up
// to 10,500 of 14,000.
func TestRejectionOfDiffusionIsItsRecursion(t *testing.T) {
	skipShort(t)
	for _, method := range methods {
		t.Run(string(method), func(t *testing.T) {
			m := matching{over: discretisations(method, true), calls: 50, together: 70, alike: ofDim(3, 4), slowControls: true}
			long := *singleProblems >= pooledProblems
			if long {
				m.together *= 2
			}
			proposal := discretising("diffusion", method, nil)
			var controls []spec.Sampler
			if long || method == samplers.Euler {
				controls = inTheAcceptance(proposal)
			}
			for _, s := range mistolds(method)[1:] {
				controls = append(controls, rejection(s))
			}
			m.run(t, rejection(proposal), controls...)
		})
	}
}
