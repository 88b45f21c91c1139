package power

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distmv"

	"assay/spec"
)

// TestModelsAreTheirPosteriors: the law that errors are planted into is the exact
// posterior of the problem. Two routes to its density: the formula of the model, and package
// spec's conditioning. The tolerance is rounding; a wrong constant in the regression that
// turns the model into a problem changes the log density by its own size.
func TestModelsAreTheirPosteriors(t *testing.T) {
	rng := spec.Stream(1, "models", nil, 0)
	normal := func(centre []float64, rho float64) *distmv.Normal {
		d := len(centre)
		c := mat.NewSymDense(d, nil)
		for i := range d {
			for j := i; j < d; j++ {
				c.SetSym(i, j, rho)
			}
			c.SetSym(i, i, 1)
		}
		law, ok := distmv.NewNormal(centre, c, rng)
		if !ok {
			t.Fatal("not positive definite")
		}
		return law
	}
	check := func(m *model, logDensity func(centre, x []float64) float64) {
		t.Helper()
		posterior, err := m.problem.Posterior()
		if err != nil {
			t.Fatal(err)
		}
		x, y := make([]float64, m.problem.Dim()), make([]float64, m.problem.Rows())
		got := make([]float64, 1)
		for range 20 {
			m.problem.Draw(x, y, rng)
			_, centre := m.given(y)
			posterior.Given(y).(spec.Density).LogDensity(got, mat.NewDense(1, len(x), x), 0)
			if want := logDensity(centre, x); math.Abs(got[0]-want) > 1e-9*(1+math.Abs(want)) {
				t.Fatalf("%s: log density %v, by the formula %v", m.problem.Name(), got[0], want)
			}
		}
	}
	for _, c := range []struct {
		d   int
		rho float64
	}{{2, 0}, {2, .8}, {10, .8}} {
		m, err := newNormal("normal", c.d, c.rho)
		if err != nil {
			t.Fatal(err)
		}
		check(m, func(centre, x []float64) float64 { return normal(centre, c.rho).LogProb(x) })
	}
	m, err := newBimodal()
	if err != nil {
		t.Fatal(err)
	}
	check(m, func(centre, x []float64) float64 {
		low := normal([]float64{-3, centre[1]}, 0).Prob(x)
		high := normal([]float64{3, centre[1]}, 0).Prob(x)
		return math.Log(low/2 + high/2)
	})
}

// TestAtomsAreTheirPosterior: the signs that the model draws have the probabilities that
// package spec gives them. With 20,000 draws a share errs by at most 0.0035 in deviation;
// six of them is 0.021, exceeded with probability 2e-9 a share. An atom that is never drawn
// is noticed if its probability is above that; the first y is 0, where all are 1/8.
func TestAtomsAreTheirPosterior(t *testing.T) {
	const n = 20000
	m, err := newAtoms()
	if err != nil {
		t.Fatal(err)
	}
	posterior, err := m.problem.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	rng := spec.Stream(1, "atoms", nil, 0)
	code := func(x []float64) (c int) {
		for i, v := range x {
			if v > 0 {
				c |= 1 << i
			}
		}
		return c
	}
	for _, y := range [][]float64{{0, 0, 0}, {1, -2, .5}} {
		var ours, theirs [8]float64
		draw, _ := m.given(y)
		x := make([]float64, 3)
		exact := mat.NewDense(n, 3, nil)
		posterior.Given(y).Sample(exact, rng)
		for i := range n {
			draw(x, rng)
			ours[code(x)] += 1. / n
			theirs[code(exact.RawRowView(i))] += 1. / n
		}
		for k := range ours {
			if math.Abs(ours[k]-theirs[k]) > math.Sqrt2*.021 { // both are estimates
				t.Errorf("y = %v, atom %d: share %.4f, by package spec %.4f", y, k, ours[k], theirs[k])
			}
		}
	}
}

// TestPlantedErrors: the planted errors are of the size that their names say. With 40,000
// draws a mean, a variance or a covariance of the laws without heavy tails errs by at most
// sqrt(2/40000) = 0.007 in deviation; six of them is 0.042, exceeded with probability 2e-9
// a figure.
func TestPlantedErrors(t *testing.T) {
	const n, tolerance = 40000, .042
	cases, err := Toys()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct{ mean, variance, covariance float64 }{
		"shift .3 sd":          {.3, 1, 0},
		"spread .8":            {0, .64, 0},
		"spread 1.1":           {0, 1.21, 0},
		"t5 tails":             {0, 1, 0},
		"ignores y":            {0, 5, 0},
		"correlation .8 to .6": {0, 1, .6},
		"correlation .8 to .6, d = 10, every pair": {0, 1, .6},
		"correlation .8 to .6, d = 10, one pair":   {0, 1, .6},
		"weight .5 to .3":                          {1.2, 10 - 1.44, 0},
		"mode missing":                             {3, 1, 0},
		"missing mode by a hash of y":              {math.NaN(), 1, 0},
	}
	seen := 0
	for _, c := range cases {
		w, ok := want[c.Name]
		if !ok {
			continue
		}
		seen++
		d := c.Problem.Dim()
		x := mat.NewDense(n, d, nil)
		y := make([]float64, c.Problem.Rows()) // at y = 0 the centre is 0
		if err := c.Sampler.Sample(t.Context(), x, c.Problem, y, spec.Stream(1, c.Name, nil, 0)); err != nil {
			t.Fatal(err)
		}
		first, second := mat.Col(nil, 0, x), mat.Col(nil, 1, x)
		mean, variance := stat.MeanVariance(first, nil)
		if math.IsNaN(w.mean) { // one of the two modes
			mean, w.mean = math.Abs(mean), 3
		}
		// The fourth moment of t5 is 9: its variance errs by twice as much.
		if math.Abs(mean-w.mean) > tolerance*math.Sqrt(w.variance) || math.Abs(variance-w.variance) > 2*tolerance*w.variance {
			t.Errorf("%s: mean %.3f and variance %.3f, want %.3f and %.3f", c.Name, mean, variance, w.mean, w.variance)
		}
		if got := stat.Covariance(first, second, nil); math.Abs(got-w.covariance) > tolerance*w.variance {
			t.Errorf("%s: covariance %.3f, want %.3f", c.Name, got, w.covariance)
		}
		if c.Name == "correlation .8 to .6, d = 10, one pair" {
			for _, pair := range [][2]int{{0, 2}, {1, 9}, {3, 4}} {
				if got := stat.Covariance(mat.Col(nil, pair[0], x), mat.Col(nil, pair[1], x), nil); math.Abs(got-.8) > tolerance {
					t.Errorf("%s: covariance of %v is %.3f, want 0.8", c.Name, pair, got)
				}
			}
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d cases are there", seen, len(want))
	}
}
