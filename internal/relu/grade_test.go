package relu

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/reduction"
)

// curved is the target of TestFit, with its curvature.
func curved(steep float64) target {
	target := target{
		F:       func(x float64) float64 { return math.Tanh(steep * x) },
		Density: func(x float64) float64 { return bell(x, 1) },
		Curvature: func(x float64) float64 {
			return -2 * square(steep/math.Cosh(steep*x)) * math.Tanh(steep*x)
		},
		Knots: []float64{-8, 8}, Breaks: []float64{-4, -2, -1, 0, 1, 2, 4},
	}
	for width := 1 / steep / 4; width < 8; width *= 2 {
		target.Breaks = append(target.Breaks, -width, width)
	}
	return target
}

// TestGrade: what is certified is at most the bound, and the error, by the midpoint rule of
// [squares], is at most that (its own rule is right to 1e-4); certified is at most 1.5 times too
// much, pi^4/120 being .81 and densities those of the largest in a stretch; and the knots are at most 1.3
// times those of the optimum, the fourth root of that and of what halving leaves. The control, half of
// the steps in each stretch, exceeds the bound.
func TestGrade(t *testing.T) {
	for _, steep := range []float64{3, 20} {
		target := curved(steep)
		for _, bound := range []float64{1e-8, 1e-10, 1e-12} {
			graded, certified, err := target.grade(bound)
			if err != nil {
				t.Fatal(err)
			}
			c := curve{graded: graded, f: target.F}
			got := squares(c.piecewise(), target)
			if certified > bound || got > certified*(1+1e-3) || got < certified/1.5 {
				t.Errorf("steepness %v, bound %v: certified %v, error %v", steep, bound, certified, got)
			}
			integral, h := 0.0, 1e-4
			for x := -8.0; x < 8; x += h {
				integral += h * math.Pow(target.Density(x)*square(target.Curvature(x)), 0.2)
			}
			optimal := math.Pow(math.Pow(integral, 5)/120/bound, 0.25)
			if knots := float64(c.knots()); knots > 1.3*optimal+float64(len(graded)) {
				t.Errorf("steepness %v, bound %v: %v knots in %d stretches, the optimum is about %.0f", steep, bound, knots, len(graded), optimal)
			}
			for i := range graded {
				graded[i].intervals = max(1, graded[i].intervals/2)
			}
			if control := squares(curve{graded: graded, f: target.F}.piecewise(), target); control < 2*bound {
				t.Errorf("steepness %v, bound %v: with half of the steps %v", steep, bound, control)
			}
		}
	}
}

// TestGradedOutputs: the stretches of outputs hold their bound, by the midpoint rule, over
// noise from where a step of D_0 is narrow to where it is smooth. The control is a curvature that is ten
// times too small.
func TestGradedOutputs(t *testing.T) {
	in := chosen(t, "goldreich:n=16,m=16", 4)
	for _, s := range []float64{0.1, 0.3, 0.6, 1} {
		l := &laws{in: in, R: in.Dials().R, eps: in.Dials().Eps, s: s, v: s * s / (1 + s*s), shrink: 1 / (1 + s*s)}
		c := comb{laws: l, q: 1e-3}
		target := target{
			F:         func(t float64) float64 { return in.OutputMean(false, t*(1+s*s), s) },
			Curvature: func(t float64) float64 { return in.OutputCurvature(false, t, s) },
			Density:   c.density, Knots: []float64{0, l.eps}, Breaks: l.breaks(10 / math.Hypot(1, s)),
		}
		const bound = 1e-11
		graded, certified, err := target.grade(bound)
		if err != nil {
			t.Fatal(err)
		}
		if got := squaresBy(40_000, curve{graded: graded, f: target.F}.piecewise(), target); certified > bound || got > certified*(1+1e-2) {
			t.Errorf("s = %v: certified %v, error %v", s, certified, got)
		}
		straight := target.Curvature
		target.Curvature = func(t float64) float64 { return straight(t) / 10 }
		if graded, _, err = target.grade(bound); err != nil {
			t.Fatal(err)
		}
		if got := squaresBy(40_000, curve{graded: graded, f: target.F}.piecewise(), target); got < 2*bound {
			t.Errorf("s = %v: with a tenth of the curvature %v", s, got)
		}
	}
}

// TestGradedSize: a design with graded curves has the size that was counted, though no more than a
// part of them was made: exactly, but for steps without rise and constants that are zero, which save a
// few in a thousand, and the largest weight, which is rounded once more.
func TestGradedSize(t *testing.T) {
	in := chosen(t, "goldreich:n=6,m=6", 3)
	for _, sigma := range []float64{0.02, 0.05, 0.3, 1} {
		d, err := Certify(in, sigma, 3)
		if err != nil {
			t.Fatal(err)
		}
		l := d.laws
		regrade := func(target target, bound float64) curve {
			graded, _, err := target.grade(bound)
			if err != nil {
				t.Fatal(err)
			}
			return curve{graded: graded, f: target.F}
		}
		d.tanh = regrade(target{
			F: func(x float64) float64 { return math.Tanh(l.R * l.shrink * x) }, Density: func(x float64) float64 { return bell(math.Abs(x)-l.R, math.Hypot(1, l.s)) },
			Curvature: func(x float64) float64 {
				a := l.R * l.shrink
				return -2 * square(a/math.Cosh(a*x)) * math.Tanh(a*x)
			},
			Knots: []float64{-3 * l.R, 0, 3 * l.R},
		}, 1e-14)
		d.stairs.period = regrade(target{
			F:         func(t float64) float64 { return in.OutputMean(false, t*(1+l.s*l.s), l.s) },
			Curvature: func(t float64) float64 { return in.OutputCurvature(false, t, l.s) },
			Density:   func(float64) float64 { return 1 }, Knots: []float64{0, l.eps},
		}, 1e-14).mirrored()
		counted, made := d.Size(), d.Network().Size()
		near := func(a, b, share float64) bool { return math.Abs(a-b) <= share*max(a, b)+8 }
		if !near(float64(counted.Units), float64(made.Units), 1e-2) || !near(float64(counted.Parameters), float64(made.Parameters), 1e-2) ||
			counted.Depth != made.Depth || counted.Units < made.Units || counted.Parameters < made.Parameters || math.Abs(counted.Weight/made.Weight-1) > 1e-9 {
			t.Errorf("sigma %v: counted %+v, made %+v", sigma, counted, made)
		}
		tanh, few := d.tanh.thinned()
		period, many := d.stairs.period.thinned()
		if made := len(tanh.X) + len(period.X); few+many < made {
			t.Errorf("sigma %v: %d of %d knots were made for counting", sigma, made, made+few+many)
		}
	}
}

// TestLandings: where noise is far below the lattice spacing, the staircase without periods is within
// its bound of the exact mean, by Monte Carlo on a prior of which most signs are wrong at R = 1.5: 6
// standard errors (2e-9), a squared error having mean 4 and deviation below 10 in units of s^2 where the bit is
// wrong. It is as large as a quarter of the bound, too. The controls are a ramp half as wide, which has slope
// 4 and so four times the error, and the local rule, which believes the bit.
func TestLandings(t *testing.T) {
	in := hard(t, "goldreich:n=8,m=8", reduction.Dials{R: 1.5, Eps: 0.5, Beta: 0.05, Encoding: reduction.Lattice})
	exact, err := in.Enumerate()
	if err != nil {
		t.Fatal(err)
	}
	const rows = 4000
	rng := rand.New(rand.NewPCG(5, 5))
	for _, s := range []float64{0.0005, 1e-5, 1e-7} {
		l := &laws{in: in, R: 1.5, eps: 0.5, s: s, v: s * s / (1 + s*s), shrink: 1 / (1 + s*s)}
		if !l.rounds() {
			t.Fatal("not far below the lattice spacing")
		}
		stairs, missed := l.landings(1e-3 * s * s)
		sigma := s / 1.5
		x := smoothed(in, sigma, rows, rng)
		full, rule := mat.NewDense(rows, in.Dim(), nil), mat.NewDense(rows, in.Dim(), nil)
		exact.Denoise(full, x, sigma)
		in.Denoise(rule, x, sigma)
		errors := func(at func(row, j int) float64) (list []float64) {
			for row := range rows {
				sum := 0.0
				for j := range in.Function().M {
					sum += square((at(row, j) - full.At(row, 8+j)) / sigma)
				}
				list = append(list, sum/8)
			}
			return list
		}
		network := func(stairs staircase) func(row, j int) float64 {
			on := l.outputMean(stairs, piecewise{})
			return func(row, j int) float64 {
				bit := float64(index(in.Function().Circuit.Eval(in.Secret(x.RawRowView(row)))[j]))
				return Forward(on, [][]float64{{x.At(row, 8+j), bit}})[0][0]
			}
		}
		bound := missed / (s * s)
		if mean, spread := meanAndError(errors(network(stairs))); mean > bound+6*spread || mean < bound/4 {
			t.Errorf("s = %v: error %v +- %v, bound %v, in units of sigma", s, mean, spread, bound)
		}
		narrow := stairs
		narrow.width /= 2
		if mean, spread := meanAndError(errors(network(narrow))); mean < bound+6*spread {
			t.Errorf("s = %v: a ramp half as wide is within the bound: %v +- %v, %v", s, mean, spread, bound)
		}
		if mean, _ := meanAndError(errors(func(row, j int) float64 { return rule.At(row, 8+j) })); mean < 100*bound {
			t.Errorf("s = %v: the local rule is within the bound", s)
		}
	}
}

// TestDefinitionAtTen: for C = 10 every level from d^-10 to d^10 is certified, with parameters at most
// a power of d; and what is too large to be made is refused as that.
func TestDefinitionAtTen(t *testing.T) {
	for _, name := range []string{"goldreich:n=64,m=64", "speck32:rounds=5"} {
		in := chosen(t, name, 10)
		designer, d := NewDesigner(in), float64(in.Dim())
		for e := -10.0; e <= 10; e += 0.5 {
			design, err := designer.Certify(math.Pow(d, e), 10)
			if err != nil {
				t.Fatalf("%s: sigma = d^%v: %v", name, e, err)
			}
			if cert, size := design.Certificate, design.Size(); !(cert.Total <= cert.Target) || size.Parameters > mostParameters(in, cert) || float64(size.Parameters) > math.Pow(d, 5) {
				t.Errorf("%s: sigma = d^%v: %+v, %+v", name, e, cert, size)
			}
		}
	}
	var large TooLarge
	if _, _, err := Score(chosen(t, "goldreich:n=64,m=64", 10), 1, 10); !errors.As(err, &large) || large.Parameters < 1e8 {
		t.Errorf("a network of 3e8 parameters: %v", err)
	}
}

// TestScaled: the network of bits for a band is the one of width 1 with other weights.
func TestScaled(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := certified(rt, 2)
		g := math.Exp(rapid.Float64Range(-20, 3).Draw(rt, "log g"))
		n := in.Function().N
		want, got := bitsOf(in, g), scaled(bitsOf(in, 1), n, g)
		if a, b := fmt.Sprint(want.units, want.outputs), fmt.Sprint(got.units, got.outputs); a != b {
			rt.Fatalf("g = %v: %s\nwant %s", g, b, a)
		}
	})
}
