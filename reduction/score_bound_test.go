package reduction

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// dials generates lattice dials from well-modelled to absurd.
func dials() *rapid.Generator[Dials] {
	return rapid.Custom(func(t *rapid.T) Dials {
		d := DefaultDials()
		d.R = math.Exp(rapid.Float64Range(-3, 5).Draw(t, "log R"))
		d.Eps = math.Exp(rapid.Float64Range(-3, 1).Draw(t, "log eps"))
		return d
	})
}

// TestCosetRatio compares the bound of the smoothing lemma with the largest ratio of the
// two densities over the points of a lattice cell, both lattice points among them: the
// densities by sums where those are short and by series elsewhere. Rounding of a log
// density is 1e-14 of its terms, of which the largest is (eps^2 + mu^2)/(2 v).
func TestCosetRatio(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := dials().Draw(rt, "dials")
		in := instance(t, "identity:n=1", d)
		s := math.Exp(rapid.Float64Range(-5, 12).Draw(rt, "log sigma"))
		bound := in.LogCosetRatio(s / d.R)
		largest, rounding := 0.0, 0.0
		_, v := smoothedCentre(0, s)
		for i := range 41 {
			x := (float64(i)/20 - 1) * d.Eps * (1 + s*s)
			zero, one := in.laws[0].logDensity(x, s), in.laws[1].logDensity(x, s)
			largest = max(largest, math.Abs(one-zero))
			rounding = max(rounding, 1e-14*(10+math.Abs(zero)+math.Abs(one)+d.Eps*d.Eps/v+x*x/(1+s*s)))
		}
		if math.Abs(largest-bound) > rounding+1e-9*bound {
			rt.Fatalf("largest log ratio %v, bound %v (rounding %v): want equality", largest, bound, rounding)
		}
	})
}

// TestLogTheta: the two routes to log(top/bottom) agree around where one gives way to the
// other, and small ones are not lost to cancellation: at small nome q it is 4 q to
// relative order q^2.
func TestLogTheta(t *testing.T) {
	in := instance(t, "identity:n=1", DefaultDials())
	eps := in.dials.Eps
	for deviation := 0.4; deviation < 0.7; deviation += 0.01 {
		v := deviation * deviation * eps * eps
		primal := in.laws[0].(latticeLaw).primal(0, v).logSum - in.laws[1].(latticeLaw).primal(0, v).logSum
		if series := newTheta(eps, v).logRatio; math.Abs(series/primal-1) > 1e-13 {
			t.Errorf("deviation %v eps: series %v, sums %v", deviation, series, primal)
		}
	}
	for _, v := range []float64{0.3, 0.7, 1} {
		q := math.Exp(-math.Pi * math.Pi * v / (2 * eps * eps))
		if got := in.logTheta(v); math.Abs(got/(4*q)-1) > 4*q*q+1e-13 {
			t.Errorf("v = %v: %v, want 4 q = %v", v, got, 4*q)
		}
	}
}

// TestScoreBounds: the bounds are numbers whatever the dials, the sharp one is below the
// others, and the crossing of (a) and (b) is where it should be.
func TestScoreBounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := dials().Draw(rt, "dials")
		d.Encoding = rapid.SampledFrom([]Encoding{Lattice, Vertex}).Draw(rt, "encoding")
		in := instance(t, rapid.SampledFrom([]string{"identity:n=1", "goldreich:n=40,m=60", "linear:n=5,m=1000"}).Draw(rt, "function"), d)
		sigma := math.Exp(rapid.Float64Range(-300, 300).Draw(rt, "log sigma"))
		a, b, c := in.ScoreBoundSigns(sigma), in.ScoreBoundSmooth(sigma), in.ScoreBound(sigma)
		for what, v := range map[string]float64{"a": a, "b": b, "c": c, "q": in.WrongSign(sigma), "t": in.SecretShift(sigma)} {
			if math.IsNaN(v) || v < 0 {
				rt.Fatalf("%s is %v", what, v)
			}
		}
		if slack := 1 + 1e-12; c > slack*min(a, b) {
			rt.Fatalf("bound %v is above %v or %v", c, a, b)
		}
		if q, union := in.WrongSign(sigma), float64(in.function.N)*in.wrongBit(sigma); q > union*(1+1e-12) || q > 1 {
			rt.Fatalf("q = %v exceeds %v or 1", q, union)
		}
	})
	// n = m = 128, R = 10, eps = 0.4, near s = 1.1: with the constants 4 and 16 where
	// (a) has 1 and 4, min(a, b) would be 8e-7; so it is a quarter of that, to the
	// one digit given and the shift of the crossing of (a) and (b).
	in := instance(t, "goldreich:n=128,m=128", DefaultDials())
	worst, sharp := 0.0, 0.0
	for s := 0.5; s < 3; s += 0.001 {
		worst = max(worst, min(in.ScoreBoundSigns(s/10), in.ScoreBoundSmooth(s/10)))
		sharp = max(sharp, in.ScoreBound(s/10))
	}
	if worst < 1.6e-7 || worst > 2.6e-7 {
		t.Errorf("worst min(a, b) is %v, want a quarter of 8e-7", worst)
	}
	if sharp > 1e-4*worst {
		t.Errorf("the sharp bound is %v, min(a, b) is %v: it is not sharper in the middle", sharp, worst)
	}
}
