package relu

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/reduction"
	"assay/reduction/oneway"
)

// lawsAt generates the laws of lattice coordinates, from plain ripples to none.
func lawsAt() *rapid.Generator[*laws] {
	return rapid.Custom(func(t *rapid.T) *laws {
		dials := reduction.DefaultDials()
		dials.R, dials.Eps = rapid.Float64Range(5, 15).Draw(t, "R"), rapid.Float64Range(0.2, 1).Draw(t, "eps")
		f, err := oneway.Parse("goldreich:n=16,m=16")
		if err != nil {
			t.Fatal(err)
		}
		in, err := reduction.New(f, dials)
		if err != nil {
			t.Fatal(err)
		}
		s := math.Exp(rapid.Float64Range(-4, 4).Draw(t, "log s"))
		return &laws{in: in, R: dials.R, eps: dials.Eps, s: s, v: s * s / (1 + s*s), shrink: 1 / (1 + s*s)}
	})
}

// TestComb: the folded density has the mass of the laws that are in it, two and q of each, by
// Gauss-Legendre on the pieces that Fit begins with, to 1e-9: many digits beyond what the
// tenth of a bound that is left for other things forgives. And most bounds it near eps. The
// control, q counted twice, is off by 2q.
func TestComb(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := lawsAt().Draw(rt, "laws")
		c := comb{laws: l, q: rapid.Float64Range(0.01, 1).Draw(rt, "q")}
		breaks := append(l.breaks(12/math.Hypot(1, l.s)), 0, l.eps)
		slices.Sort(breaks)
		one := target{F: func(float64) float64 { return 1 }, Density: c.density}
		mass := 0.0
		for i, to := range breaks[1:] {
			if from := breaks[i]; from < to {
				p := one.piece(from, to)
				for _, w := range p.w {
					mass += w
				}
			}
		}
		if want := 2 + 2*c.q; math.Abs(mass-want) > 1e-9*want {
			rt.Fatalf("mass %v, want %v", mass, want)
		}
		h := l.eps * rapid.Float64Range(1e-6, 0.125).Draw(rt, "h/eps")
		for i := range 20 {
			if t := l.eps - h*float64(i)/19; c.density(t)/2 > c.most(h)*(1+1e-9) {
				rt.Fatalf("density %v at eps - %v, bound %v", c.density(t)/2, l.eps-t, c.most(h))
			}
		}
	})
}

// TestKnotsThatMeet: where multiples of a width come within a rounding error of eps, two knots
// of a period are one number once eps is added, and the staircase is a network all the same.
func TestKnotsThatMeet(t *testing.T) {
	dials := reduction.DefaultDials()
	dials.R, dials.Eps = 5, 1
	in := hard(t, "goldreich:n=16,m=16", dials)
	for _, s := range []float64{1.0000000149011614, 1 + 1e-15, 1 + 1e-12, 1 + 1e-6} {
		l := &laws{in: in, R: 5, eps: 1, s: s, v: s * s / (1 + s*s), shrink: 1 / (1 + s*s)}
		stairs, _, err := l.output(1e-6)
		if err != nil {
			t.Fatal(err)
		}
		b := newBuilder(1)
		n := b.Build(b.staircase(b.Input(0), stairs, stairs.period.piecewise(), l.eps))
		for _, y := range []float64{0, 0.5, 1, -1, 2.5} {
			if got, e := Forward(n, [][]float64{{y}})[0][0], in.OutputCorrection(s); !(math.Abs(got-y) <= e+1e-12*(1+math.Abs(y))) {
				t.Errorf("s = %v: at %v: %v, want it within %v", s, y, got, e)
			}
		}
	}
}

// TestStaircase: the network of a staircase is D_0 at its knots, in any period; within e of y
// everywhere, on the ramps too; and y itself beyond the last step. Rounding is 1e-12 of y, times
// slopes up to eps^2/v < 1e3 at knots. The control has one step less.
func TestStaircase(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := lawsAt().Draw(rt, "laws")
		const bound = 1e-6
		stairs, _, err := l.output(bound)
		if err != nil {
			rt.Fatal(err)
		}
		network := func(stairs staircase) func(y float64) float64 {
			b := newBuilder(1)
			n := b.Build(b.staircase(b.Input(0), stairs, stairs.period.piecewise(), l.eps))
			return func(y float64) float64 { return Forward(n, [][]float64{{y}})[0][0] }
		}
		at := network(stairs)
		e := l.in.OutputCorrection(l.s)
		end := (stairs.most + 2) * l.eps
		ys := []float64{0, -end, end, -1e3, 1e3, l.eps, -l.eps, 3*l.eps + stairs.width/3, stairs.width / 4, end * rapid.Float64Range(-1, 1).Draw(rt, "y")}
		for _, y := range ys {
			if got := at(y); math.Abs(got-y) > e+1e-12*(1+math.Abs(y)) {
				rt.Fatalf("at %v: %v, want it within %v", y, got, e)
			} else if math.Abs(y) >= end && math.Abs(got-y) > 1e-12*math.Abs(y) {
				rt.Fatalf("at %v, beyond %v: %v", y, end, got)
			}
		}
		k := 2 * l.eps * math.Round(rapid.Float64Range(-1, 1).Draw(rt, "period")*(stairs.most-1)/2)
		for _, x := range stairs.period.piecewise().X { // knots are exact, in any period
			if got, want := at(k+x), k+l.in.OutputMean(false, x*(1+l.s*l.s), l.s); math.Abs(x) < l.eps-stairs.width && math.Abs(got-want) > 1e-8 {
				rt.Fatalf("at %v: %v, want %v", k+x, got, want)
			}
		}
		last, far, seen := (stairs.most+1)*l.eps, 0.0, 0.0
		stairs.most -= 2
		short := network(stairs)
		for i, x := range stairs.period.piecewise().X {
			if math.Abs(x) < l.eps-stairs.width {
				far = max(far, math.Abs(stairs.period.piecewise().Y[i]-x))
				seen = max(seen, math.Abs(short(last+x)-at(last+x)))
			}
		}
		if far > 1e-9 && seen < far/2 {
			rt.Fatalf("one step less is the same to %v, where D_0 is up to %v off its centre", seen, far)
		}
	})
}
