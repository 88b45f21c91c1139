package samplers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// spreadPrior is a Gaussian on the plane with deviations 1 and ratio.
func spreadPrior(ratio float64) *spec.Problem {
	return must(spec.NewProblem("spread", must(spec.NewDiagonal([]float64{0, 0}, []float64{1, ratio})), spec.Unmeasured(2)))
}

// The error that decides about a refusal is that of the recursion in the tests, which is
// written otherwise. What the denoiser takes away is known to 1e-16, and a step of Heun's method
// multiplies that by the ratio of its levels, 1e7 at most here; 1e-6 allows for steps whose
// factor is small, and a mistake is of the order of the error itself, 1e-4 or more.
func TestDeviationErrorIsThatOfTheRecursion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		method := rapid.SampledFrom([]Method{Heun, Euler, Ancestral}).Draw(t, "method")
		steps := rapid.IntRange(1, 300).Draw(t, "steps")
		ratio := math.Pow(10, rapid.Float64Range(0, 5).Draw(t, "log10 ratio"))
		narrowest := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "log10 narrowest"))
		sd := narrowest * math.Pow(ratio, rapid.Float64Range(0, 1).Draw(t, "between"))
		sigmas := levelsBeyond(narrowest, narrowest*ratio, steps)
		got, want := drawnDeviation(method, sd, sigmas)/sd, deviationFactor(method, sd*sd, sigmas)
		if !relative(got, want, 1e-6) {
			t.Fatalf("%s, %d steps, from %v to %v: deviation %v of %v, by the recursion %v", method, steps, narrowest, narrowest*ratio, got, sd, want)
		}
		if largest := (Diffusion{method, steps}).deviationError(narrowest, narrowest*ratio); largest < math.Abs(deviationFactor(method, narrowest*narrowest, sigmas)-1)*(1-1e-6)-1e-6 ||
			largest < math.Abs(deviationFactor(method, narrowest*ratio*narrowest*ratio, sigmas)-1)*(1-1e-6)-1e-6 {
			t.Fatalf("%s, %d steps: the largest error %v is less than at an end", method, steps, largest)
		}
	})
}

// A prior of too many scales for the steps is refused with a number of steps that would
// do, and does, and two fifths fewer do not; one of few scales never is.
func TestTooManyScalesAreRefused(t *testing.T) {
	x := mat.NewDense(1, 2, nil)
	for _, c := range []struct {
		s       Diffusion
		refused []float64 // ratios
		taken   []float64
	}{
		{Diffusion{Heun, 50}, []float64{1e4, 1e6, 1e10}, []float64{1, 1e3, 3e3}},
		{Diffusion{Euler, 500}, []float64{1e5, 1e7}, []float64{1, 1e3, 1e4}},
		{Diffusion{Ancestral, 500}, []float64{1e5, 1e7}, []float64{1, 1e3, 1e4}},
		{Diffusion{Heun, 2}, []float64{2e3}, []float64{999}},
	} {
		for _, ratio := range c.taken {
			if err := c.s.Sample(t.Context(), x, spreadPrior(ratio), nil, stream(t)); err != nil {
				t.Errorf("%s, ratio %v: %v", c.s.Name(), ratio, err)
			}
		}
		for _, ratio := range c.refused {
			err := c.s.Sample(t.Context(), x, spreadPrior(ratio), nil, stream(t))
			var refusal *spec.Refusal
			if !errors.As(err, &refusal) {
				t.Errorf("%s, ratio %v: got %v, want a refusal", c.s.Name(), ratio, err)
				continue
			}
			var from, to, off float64
			var steps int
			format := c.s.Name() + ": the deviations of the prior are from %g to %g, and with steps this long some come out wrong by %g of their size; steps=%d would leave less than 0.05"
			if _, err := fmt.Sscanf(refusal.Reason, format, &from, &to, &off, &steps); err != nil {
				t.Fatalf("%v in %q", err, refusal.Reason)
			}
			if from != 1 || !relative(to, ratio, 0.01) || !relative(off, c.s.deviationError(1, ratio), 0.06) {
				t.Errorf("ratio %v: %s", ratio, refusal.Reason)
			}
			enough, fewer := Diffusion{c.s.Method, steps}, Diffusion{c.s.Method, steps * 3 / 5}
			if enough.deviationError(1, ratio) > 0.05 || fewer.deviationError(1, ratio) <= 0.05 {
				t.Errorf("ratio %v: %d steps leave %v, two fifths fewer %v", ratio, steps, enough.deviationError(1, ratio), fewer.deviationError(1, ratio))
			}
			if err := enough.Sample(t.Context(), x, spreadPrior(ratio), nil, stream(t)); err != nil {
				t.Errorf("%s, as was advised: %v", enough.Name(), err)
			}
		}
	}
}

// Proposals that are refused are a refusal of rejection's too.
func TestRejectionRefusesWithItsProposals(t *testing.T) {
	s := &Rejection{Proposal: Diffusion{Heun, 50}, Max: 100}
	var refusal *spec.Refusal
	if err := s.Sample(t.Context(), mat.NewDense(1, 2, nil), spreadPrior(1e6), nil, stream(t)); !errors.As(err, &refusal) {
		t.Errorf("got %v, want a refusal", err)
	}
}

// On N(mu, sd^2) a draw is a function of the normals of its stream alone, which is written
// out here from the documentation: every sign, factor and level shows, to rounding. A
// row's normals are, in order, the start and the noise of the steps that have any.
func TestDrawsAreTheDocumentedFunctionOfTheNoise(t *testing.T) {
	const mu, sd = 0.7, 0.4
	p := must(spec.NewProblem("line", must(spec.NewIsotropic([]float64{mu}, sd)), spec.Unmeasured(1)))
	clean := func(x, sigma float64) float64 { return (sigma*sigma*mu + sd*sd*x) / (sd*sd + sigma*sigma) }
	for _, steps := range []int{1, 2, 3, 20, 60, 300} {
		beyond := math.Min(math.Max(float64(steps)/2, 10), 100)
		levels := make([]float64, steps+1) // the last is 0
		for i := range steps {
			share := float64(i) / math.Max(1, float64(steps-1))
			levels[i] = math.Pow(math.Pow(sd*beyond, 1./7)*(1-share)+math.Pow(sd/beyond, 1./7)*share, 7)
		}
		for method, step := range map[Method]func(x, t, s float64, rng *rand.Rand) float64{
			Heun: func(x, t, s float64, _ *rand.Rand) float64 {
				if s == 0 {
					return clean(x, t)
				}
				slope := (x - clean(x, t)) / t
				end := x + (s-t)*slope
				return x + (s-t)*(slope+(end-clean(end, s))/s)/2
			},
			Euler: func(x, t, s float64, rng *rand.Rand) float64 {
				score := (clean(x, t) - x) / (t * t)
				x += (t*t - s*s) * score
				if s > 0 {
					x += math.Sqrt(t*t-s*s) * rng.NormFloat64()
				}
				return x
			},
			Ancestral: func(x, t, s float64, rng *rand.Rand) float64 {
				d := clean(x, t)
				x = d + s*s/(t*t)*(x-d)
				if s > 0 {
					x += s * math.Sqrt(1-s*s/(t*t)) * rng.NormFloat64()
				}
				return x
			},
		} {
			const rows = 40 // more than a chunk
			got := sample(t, Diffusion{method, steps}, p, nil, rows, stream(t))
			rng := stream(t)
			for row := range rows {
				noise := spec.Split(rng)
				x := mu + levels[0]*noise.NormFloat64()
				for i, s := range levels[1:] {
					x = step(x, levels[i], s, noise)
				}
				// The centre is known to 1e-7 levels[0], of which little is left, and x falls
				// from 100 deviations with 1e-15 of that as rounding a step.
				if math.Abs(got.At(row, 0)-x) > 1e-6 {
					t.Fatalf("%s with %d steps, row %d: %v, want %v", method, steps, row, got.At(row, 0), x)
				}
			}
		}
	}
}

// A proposal at x is accepted with probability exp(-|y - A x|^2 / (2 beta^2)): the same x
// is proposed again and again, and the waiting time for 20,000 acceptances has a
// relative deviation of at most 1/sqrt(20,000) = 0.007. Its tails at 1e-12 are 7.1 of them away, 0.05.
// 1.1 beta would change the rate, exp(-2) or less, by exp(2 (1 - 1/1.21)) = 1.41.
func TestAcceptanceOfAPoint(t *testing.T) {
	const draws = 20_000
	a := mat.NewDense(2, 2, []float64{1, -2, 0.5, 0.25})
	at, y := []float64{0.3, -0.4}, []float64{2.1, -0.45} // A at = (1.1, 0.05)
	for _, beta := range []float64{0.4, 0.5, 0.55} {
		p := must(spec.NewProblem("point", newUnit(2), must(spec.NewLinear(a, beta))))
		s := &Rejection{Proposal: constant(at), Max: 1e9}
		x := sample(t, s, p, y, draws, stream(t))
		if x.At(0, 0) != at[0] || x.At(draws-1, 1) != at[1] {
			t.Fatalf("draws %v and %v, all proposals being %v", x.RawRowView(0), x.RawRowView(draws-1), at)
		}
		rate := math.Exp(-(1*1 + 0.5*0.5) / (2 * beta * beta))
		proposals, accepted := s.Proposals()
		if tail := waitingTail(proposals, draws, rate); tail < 1e-12 || accepted != draws {
			t.Errorf("beta %v: %d proposals for %d draws at a rate of %v: tail %v", beta, proposals, draws, rate, tail)
		}
		for _, wrong := range []float64{1.1 * beta, beta / 1.1, math.Sqrt(beta), math.Sqrt2 * beta, beta / math.Sqrt2} {
			if waitingTail(proposals, draws, math.Exp(-(1*1+0.5*0.5)/(2*wrong*wrong))) >= 1e-12 {
				t.Errorf("beta %v: %v in its place is not noticed", beta, wrong)
			}
		}
	}
}

// constant proposes one point.
func constant(at []float64) spec.Sampler {
	return spec.NewSampler("constant", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
		for i := range dst.RawMatrix().Rows {
			dst.SetRow(i, at)
		}
		return nil
	})
}
