package props_test

import (
	"math"
	"testing"

	"assay/internal/tractable"
	"assay/samplers"
	"assay/spec"
)

// The law of the reversal on a line is integrated on a grid. On a Gaussian it is known from
// the recursion of its variance; on mixtures a grid three times as fine must give the same.
// The slack of a tenth covers the differences.
func TestLawOfTheReversal(t *testing.T) {
	line := func(sd float64) tractable.Line {
		return tractable.Line{Weight: []float64{1}, Mean: []float64{0.3}, SD: []float64{sd}}
	}
	off := func(a, b float64) float64 { return math.Abs(a-b) / b }
	for _, s := range append([]samplers.Diffusion{withSteps(samplers.Heun, 8), withSteps(samplers.Ancestral, 100)}, defaults...) {
		for _, sd := range []float64{0.05, 0.3, 1} {
			r := reversalOf(s, 0.05, 1)
			want := ofDeviations(r.factor(sd))
			got := r.distanceOfChain(line(sd), stepOfNodes)
			if s.Method == samplers.Heun {
				got = r.distanceOfFlow(line(sd), pieceOfFlow)
			}
			if off(got, want) > slack-1 {
				t.Errorf("%s, deviation %v: total variation %v, by the recursion %v", s.Name(), sd, got, want)
			}
		}
	}
	mixtures := 0
	for i := 0; mixtures < 6; i++ {
		p := tractable.Products().Example(i)
		l := p.Factors[0]
		if len(l.Weight) == 1 {
			continue
		}
		mixtures++
		narrowest, widest := p.Prior().(spec.Denoiser).Scale()
		for _, s := range defaults {
			r := reversalOf(s, narrowest, widest)
			got, want := r.distance(l), 0.0
			if s.Method == samplers.Heun {
				want = r.distanceOfFlow(l, pieceOfFlow/30)
			} else {
				want = r.distanceOfChain(l, stepOfNodes/3)
			}
			if off(got, want) > slack-1 {
				t.Errorf("%s on %+v: total variation %v, by a finer grid %v", s.Name(), l, got, want)
			}
		}
	}
}

// Two normals of deviations 1 and f: the total variation is half the integral of the
// difference of their densities.
func TestTotalVariationOfDeviations(t *testing.T) {
	for _, f := range []float64{0.3, 0.9, 0.999, 1 + 1e-5, 1.2, 4} {
		sum := 0.0
		const h = 1e-3
		for x := -40.0; x < 40; x += h {
			sum += h / 2 * math.Abs(math.Exp(-x*x/2)-math.Exp(-x*x/(2*f*f))/f) / math.Sqrt(2*math.Pi)
		}
		// The integrand bends at four points only: errors of h^2, and 4e-10 of f - 1.
		if got := ofDeviations(f); math.Abs(got-sum) > 1e-6*math.Abs(f-1) {
			t.Errorf("f = %v: %v, by the integral %v", f, got, sum)
		}
	}
}
