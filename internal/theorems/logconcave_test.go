package theorems

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"assay/samplers"
	"assay/spec"
)

// TestLogConcaveControls: the statement fails where either half of it is wrong.
func TestLogConcaveControls(t *testing.T) {
	warm := func(sigma, like float64) langevinCase {
		t.Helper()
		c, err := theCorners.warm(sigma)
		if err != nil {
			t.Fatal(err)
		}
		as, err := theCorners.warm(like)
		if err != nil {
			t.Fatal(err)
		}
		c.tolerance, c.calls = as.tolerance, 300
		return c
	}
	fails(t, "a bad guess for a good one", func(r *run) (Result, error) {
		return logConcaveOf(r, []langevinCase{warm(2, 0.3)}, nil)
	})
	fails(t, "a good guess for a bad one", func(r *run) (Result, error) {
		return logConcaveOf(r, nil, []langevinCase{warm(0.3, 0.3)})
	})
	// Two steps a leg leave the draws by the law of their chains at a total variation of 0.8.
	fails(t, "chains that stop early", func(r *run) (Result, error) {
		right, err := unitBall(80)
		if err != nil {
			return Result{}, err
		}
		early, err := unitBall(2)
		if err != nil {
			return Result{}, err
		}
		early.tolerance, early.calls = right.tolerance, 300
		return logConcaveOf(r, []langevinCase{early}, nil)
	})
	// At the tolerance that is derived of them, they are not rejected, in as many calls as
	// would reject something there: the allowance for (0, 0.8) leaves a factor of 2 worth 1.02.
	early, err := unitBall(2)
	if err != nil {
		t.Fatal(err)
	}
	early.calls = 1500
	if result, err := logConcaveOf(newRun(t, 0), []langevinCase{early}, nil); err != nil || !result.Holds {
		t.Errorf("chains that stop early are rejected at their own tolerance: %v, %v", result.Notes, err)
	}
}

// TestLangevinLaw: mean and variance of draws are those of the recursion: of 4000 the mean is off
// by more than 6 of its deviations, or the variance by more than 6 times sqrt(2/4000), a
// relative 13 %, with probability 4e-9. With one step a leg, or long ones, both are far from
// those of the posterior, which must not pass.
func TestLangevinLaw(t *testing.T) {
	const n, gain, beta = 4000, 1, 0.2
	prior, err := spec.NewIsotropic([]float64{0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewLinear(mat.NewDense(1, 1, []float64{gain}), beta)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("line", prior, m)
	if err != nil {
		t.Fatal(err)
	}
	agree := func(draws []float64, mean, variance float64) bool {
		gotMean, gotVariance := stat.MeanVariance(draws, nil)
		return math.Abs(gotMean-mean) < 6*math.Sqrt(variance/n) && math.Abs(gotVariance/variance-1) < 6*math.Sqrt(2./n)
	}
	for i, s := range []samplers.AnnealedLangevin{{Steps: 1, Step: 0.3}, {Steps: 20, Step: 1}} {
		dst := mat.NewDense(n, 1, nil)
		const y = 3.
		if err := s.Sample(t.Context(), dst, p, []float64{y}, newRun(t, 0).stream("langevin law", i)); err != nil {
			t.Fatal(err)
		}
		draws := mat.Col(nil, 0, dst)
		c, V := langevinLaw(s, 1, gain, gain, beta)
		if !agree(draws, c*y, V) {
			mean, variance := stat.MeanVariance(draws, nil)
			t.Errorf("%s: mean %v and variance %v, by the recursion %v and %v", s.Name(), mean, variance, c*y, V)
		}
		if P := 1 / (1 + gain*gain/(beta*beta)); agree(draws, P/(beta*beta)*y, P) {
			t.Errorf("%s: the posterior passes too", s.Name())
		}
	}
}

// TestLangevinGap: the bound is at least the mean over u of the total variation, by quadrature
// over both, and not three times as large.
func TestLangevinGap(t *testing.T) {
	for _, c := range []struct {
		s                   samplers.AnnealedLangevin
		v, norm, gain, beta float64
	}{
		{samplers.AnnealedLangevin{Steps: 1, Step: 0.3}, 1, 1, 1, 0.2},
		{samplers.AnnealedLangevin{Steps: 40, Step: 0.05}, 0.045, math.Sqrt2, math.Sqrt2, 0.2},
		{samplers.AnnealedLangevin{Steps: 5, Step: 0.9}, 1, 1, 0, 0.5},
	} {
		k, V := langevinLaw(c.s, c.v, c.norm, c.gain, c.beta)
		P := 1 / (1/c.v + c.gain*c.gain/(c.beta*c.beta))
		wide := math.Sqrt(c.gain*c.gain*c.v + c.beta*c.beta)
		difference := func(u float64) float64 {
			return quad.Fixed(func(x float64) float64 {
				return math.Abs(normalDensity(x, k*u, V)-normalDensity(x, c.gain/(c.beta*c.beta)*P*u, P)) / 2
			}, -12, 12, 3000, nil, 0)
		}
		want := quad.Fixed(func(u float64) float64 { return difference(u) * normalDensity(u, 0, wide*wide) }, -6*wide, 6*wide, 60, nil, 0)
		if got := langevinGap(c.s, c.v, c.norm, c.gain, c.beta); got < want*(1-1e-3) || got > 3*want {
			t.Errorf("%+v: bound %v, by quadrature %v", c, got, want)
		}
	}
}

func normalDensity(x, mean, variance float64) float64 {
	return math.Exp(-(x-mean)*(x-mean)/(2*variance)) / math.Sqrt(2*math.Pi*variance)
}

// TestRadius: R of the corners. Where the curvature of log p along an axis changes sign, by
// second differences of the density, is where the formula has it; and 1 draw in 1000 of the
// prior is nearer than R to that: of 200,000, from 130 to 270 with probability 1 - 1e-6.
func TestRadius(t *testing.T) {
	c := theCorners
	log := func(x float64) float64 {
		return math.Log(normalDensity(x, c.half, c.width*c.width) + normalDensity(x, -c.half, c.width*c.width))
	}
	const h = 1e-4
	edge := 0.
	for x := 0.; log(x+h)-2*log(x)+log(x-h) > 0; x += 1e-3 {
		edge = x
	}
	prior, err := c.prior()
	if err != nil {
		t.Fatal(err)
	}
	const n = 200_000
	draws, near := mat.NewDense(n, 2, nil), 0
	prior.Sample(draws, newRun(t, 0).stream("radius", 0))
	for i := range n {
		if min(math.Abs(draws.At(i, 0)), math.Abs(draws.At(i, 1)))-edge < c.radius() {
			near++
		}
	}
	if near < 130 || near > 270 {
		t.Errorf("%d of %d draws are nearer than R = %v to where the prior is not log-concave", near, n, c.radius())
	}
}
