package reduction

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestParameters: the dials are certified at every sigma of a finer grid of all of the range than
// they were chosen on (1% is left for the grid), eps cannot be 2% larger, and they grow as they
// should: eps/R falls by less than a factor 2 when d doubles. The controls are its failures: eps
// = 1 and R = 3.
func TestParameters(t *testing.T) {
	scale := 0.0
	for _, n := range []int{32, 64, 128} {
		d, err := Parameters(n, n, 4)
		if err != nil {
			t.Fatal(err)
		}
		target := math.Pow(float64(2*n), -4) / 4
		worst := func(R, eps float64) float64 {
			in := instance(t, "linear:n=1,m=1", Dials{R: R, Eps: eps, Beta: 1, Encoding: Lattice})
			in.function.N, in.function.M = n, n
			worst := 0.0
			for s := R * math.Pow(float64(2*n), -4); s < R*math.Pow(float64(2*n), 4); s *= 1.01 {
				worst = max(worst, in.ScoreBound(s/R))
			}
			return worst
		}
		if w := worst(d.R, d.Eps); w > 1.01*target {
			t.Errorf("n = %d: %+v leaves %v, want %v", n, d, w, target)
		}
		for _, bad := range [][2]float64{{d.R, 1.02 * d.Eps}, {d.R, 1}, {3, d.Eps}} {
			if w := worst(bad[0], bad[1]); w <= target {
				t.Errorf("n = %d: R = %v, eps = %v is certified too", n, bad[0], bad[1])
			}
		}
		if scale > 0 && (d.Eps/d.R > scale || d.Eps/d.R < scale/2) {
			t.Errorf("n = %d: eps/R is %v after %v", n, d.Eps/d.R, scale)
		}
		scale = d.Eps / d.R
		t.Logf("n = m = %d, C = 4: R = %v, eps = %.3f", n, d.R, d.Eps)
	}
	for k := 3; k <= 30; k++ {
		n := 1 << (k - 1)
		dials, err := Parameters(n, n, 10)
		if err != nil {
			t.Fatal(err)
		}
		// The optimum over R is flat, so that its grid moves eps/R by less than 2 %; see also the
		// statement noise of internal/theorems. An eps/beta that stays 10 has a slack of 1.2 at k = 21.
		log := math.Log(float64(2 * n))
		if c := dials.Eps / dials.R * log; c < 0.106 || c > 0.113 {
			t.Errorf("d = 2^%d: eps/R is %v/log d", k, c)
		}
		if c := dials.Beta / dials.R * log * log; k >= 8 && (c < 0.0588 || c > 0.0627) {
			t.Errorf("d = 2^%d: beta/R is %v/log^2 d", k, c)
		}
		if slack := dials.Slack(n, n, dials.R/10); slack > 6e-4 {
			t.Errorf("d = 2^%d: the slack is %v", k, slack)
		}
		dials.Beta = dials.Eps / 10
		if slack := dials.Slack(n, n, 0); k == 21 && slack < 1 {
			t.Errorf("with eps/beta = 10 the slack is %v at d = 2^21", slack)
		}
	}
	for _, bad := range [][3]int{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}} {
		if _, err := Parameters(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
}

// TestOutputCorrection: no mean is farther from its centre than the bound, on a fine grid of a
// period, for both bits; and the bound is at most 4 times too large wherever it is not lost to
// rounding (1e-14 of numbers up to eps): it is nearly attained for small s, where the step is as
// high as eps, and for large s, where one term of the series is left. The control, a tenth of
// the bound, is exceeded.
func TestOutputCorrection(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := dials().Draw(rt, "dials")
		in := instance(t, "identity:n=1", d)
		s := math.Exp(rapid.Float64Range(-5, 8).Draw(rt, "log s"))
		bound, largest := in.OutputCorrection(s), 0.0
		for i := range 401 {
			mu := (float64(i)/200 - 1) * d.Eps
			for _, bit := range []bool{false, true} {
				largest = max(largest, math.Abs(in.OutputMean(bit, mu*(1+s*s), s)-mu))
			}
		}
		rounding := 1e-13 * (1 + d.Eps)
		if largest > bound+rounding {
			rt.Fatalf("a mean is off its centre by %v, bound %v", largest, bound)
		}
		if bound > 10*rounding && largest < bound/4 {
			rt.Fatalf("no mean is off its centre by more than %v, bound %v", largest, bound)
		}
	})
}

// TestOutputRipple: times the normal density of the smoothed coordinate it is its density, by
// another route; and it has period 2 eps. Rounding is that of the exponents, 1e-15 of
// (eps^2 + mu^2)/v each.
func TestOutputRipple(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		d := dials().Draw(rt, "dials")
		in := instance(t, "identity:n=1", d)
		s := math.Exp(rapid.Float64Range(-4, 4).Draw(rt, "log s"))
		mu, bit := d.Eps*rapid.Float64Range(-2, 2).Draw(rt, "mu/eps"), rapid.Bool().Draw(rt, "bit")
		_, v := smoothedCentre(0, s)
		x := mu * (1 + s*s)
		got := math.Log(in.OutputRipple(bit, mu, s))
		want := in.laws[index(bit)].logDensity(x, s) - logNormal(x, 0, 1+s*s)
		rounding := 1e-13 * (1 + (d.Eps*d.Eps+mu*mu)/v + x*x/(1+s*s))
		if math.Abs(got-want) > rounding && want > -700 {
			rt.Fatalf("log ripple %v, by densities %v", got, want)
		}
		if next := math.Log(in.OutputRipple(bit, mu+2*d.Eps, s)); math.Abs(got-next) > rounding && got > -700 {
			rt.Fatalf("log ripple %v, a period on %v", got, next)
		}
	})
}
