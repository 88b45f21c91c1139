package relu

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func bell(x, deviation float64) float64 {
	return math.Exp(-x*x/(2*deviation*deviation)) / (deviation * math.Sqrt(2*math.Pi))
}

// squares returns the integral of density (p - f)^2 by the midpoint rule on a fine grid:
// another route than that of Fit. Its relative error is of order (step/width)^2, the width
// that of the narrowest feature: below 1e-4 here.
func squares(p piecewise, t target) float64 { return squaresBy(400_000, p, t) }

func squaresBy(steps int, p piecewise, t target) float64 {
	from, to := p.X[0], p.X[len(p.X)-1]
	h := (to - from) / float64(steps)
	sum := 0.0
	for i := range steps {
		x := from + (float64(i)+0.5)*h
		e := p.At(x) - t.F(x)
		sum += t.Density(x) * e * e * h
	}
	return sum
}

// TestFit: the error is what Fit says and below the bound, and the number of knots is
// within a factor 2.5 of the asymptotic optimum for L2, K^-4 (integral of
// (density f”^2)^(1/5))^5/120 for interpolation: bisection costs at most a factor 2 in the
// length of an interval. A uniform grid of as many knots is the control.
func TestFit(t *testing.T) {
	target := target{
		F:       func(x float64) float64 { return math.Tanh(20 * x) },
		Density: func(x float64) float64 { return bell(x, 1) },
		Knots:   []float64{-8, 8},
		Breaks:  []float64{-4, -2, -1, -0.5, -0.25, -0.1, 0, 0.1, 0.25, 0.5, 1, 2, 4},
	}
	for _, bound := range []float64{1e-6, 1e-9, 1e-12} {
		p, got, err := target.Fit(bound)
		if err != nil {
			t.Fatal(err)
		}
		if again := squares(p, target); got > bound || math.Abs(got/again-1) > 1e-2 {
			t.Errorf("bound %v: error %v, by another rule %v", bound, got, again)
		}
		integral, h := 0.0, 1e-4
		for x := -8.0; x < 8; x += h {
			tanh := math.Tanh(20 * x)
			second := 800 * tanh * (1 - tanh*tanh)
			integral += h * math.Pow(target.Density(x)*second*second, 0.2)
		}
		optimal := math.Pow(math.Pow(integral, 5)/120/bound, 0.25)
		if knots := float64(len(p.X)); knots > 2.5*optimal+10 {
			t.Errorf("bound %v: %v knots, the optimum is about %.0f", bound, knots, optimal)
		}
		uniform := piecewise{}
		for i := range p.X {
			x := -8 + 16*float64(i)/float64(len(p.X)-1)
			uniform.X, uniform.Y = append(uniform.X, x), append(uniform.Y, target.F(x))
		}
		if control := squares(uniform, target); control < 10*bound {
			t.Errorf("bound %v: as many knots at equal distance leave only %v", bound, control)
		}
	}
	target.F = func(x float64) float64 { return math.NaN() }
	if _, _, err := target.Fit(1e-3); err == nil {
		t.Error("no number of knots fits a function that is not a number, and Fit says none")
	}
}

// TestPiecewise: the network is the function. Rounding: a ramp is wrong by |x|/width units
// in the last place, times its rise; slopes are below 1e4 and |x| below 20 here, and there
// are at most 9 ramps: 1e-15 * 20 * 1e4 * 9 < 2e-9.
func TestPiecewise(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := piecewise{Tail: rapid.Float64Range(-2, 2).Draw(rt, "tail")}
		x := rapid.Float64Range(-10, 0).Draw(rt, "first")
		for range rapid.IntRange(1, 10).Draw(rt, "knots") {
			p.X = append(p.X, x)
			p.Y = append(p.Y, rapid.Float64Range(-5, 5).Draw(rt, "y"))
			x += rapid.Float64Range(1e-3, 1).Draw(rt, "width")
		}
		b := newBuilder(1)
		n := b.Build(b.Piecewise(b.Input(0), p))
		for _, x := range append([]float64{-20, 20, rapid.Float64Range(-20, 20).Draw(rt, "x")}, p.X...) {
			if got, want := Forward(n, [][]float64{{x}})[0][0], p.At(x); math.Abs(got-want) > 2e-9 {
				rt.Fatalf("at %v: network %v, function %v", x, got, want)
			}
		}
	})
}
