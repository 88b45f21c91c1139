package reduction

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// localError returns, for the identity of one bit smoothed by s (unscaled), the mean square error of
// the output by the local rule, over s^2, and E(W - V)^2, by summation over a grid of both coordinates:
// x_1 from 0, by symmetry, as far as a wrong sign has any weight, and mu of x_2. The sums are of smooth functions that vanish at the end, but
// for that at 0, and so right to many digits; a step twice as fine changes them by less than 1e-3.
func localError(d Dials, s float64, fineness float64) (output, bit float64) {
	width := 1 + s*s
	_, v := smoothedCentre(0, s)
	var zero, one outputLaw = latticeLaw{newCoset(d.Eps, 0)}, latticeLaw{newCoset(d.Eps, 1)}
	type weighed struct {
		density [2]float64 // by the bit
		apart   float64    // of the means
		odds    float64    // of 1 against 0
	}
	var outputs []weighed
	step := min(math.Sqrt(v), d.Eps) / fineness
	for mu := -9 / math.Sqrt(width); mu < 9/math.Sqrt(width); mu += step {
		x := mu * width
		a, b := zero.logDensity(x, s), one.logDensity(x, s)
		m0, _ := zero.denoise(x, s)
		m1, _ := one.denoise(x, s)
		outputs = append(outputs, weighed{[2]float64{math.Exp(a) * step * width, math.Exp(b) * step * width}, m1 - m0, math.Exp(b - a)})
	}
	h := min(width/d.R, math.Sqrt(width)) / fineness
	for x := h / 2; x < min(40*width/d.R, d.R+9*math.Sqrt(width)); x += h {
		right, wrong := math.Exp(logNormal(x, d.R, width))*h/2, math.Exp(logNormal(x, -d.R, width))*h/2
		odds := wrong / right
		alone := odds / (1 + odds)
		for _, o := range outputs {
			for sign, against := range []float64{o.odds, 1 / o.odds} { // the sign of x_1
				together := odds * against / (1 + odds*against)
				if math.IsInf(against, 1) {
					together = 1
				}
				density := right*o.density[sign] + wrong*o.density[1-sign]
				output += density * square(together*o.apart/s)
				bit += density * square(together-alone)
			}
		}
	}
	return output, bit
}

// TestScoreBoundIsAttained: for one bit each term of [Instance.ScoreBound] is nearly attained where
// it is the smallest: the error by summation, good to 1e-3, is between the bound and the given share of it, so
// that no term can be too large by a factor much above one over that. The control, a tenth of the term, is
// exceeded.
func TestScoreBoundIsAttained(t *testing.T) {
	for _, c := range []struct {
		term      string
		R, eps, s float64
		share     float64
	}{
		{"step", 6, 1.2, 0.05, 0.9},
		{"smooth", 1, 0.3, 0.3, 0.14},
		{"Q1", 20, 1.2, 0.3, 0.5},
		{"t^2", 0.2, 1, 1, 0.15},
		{"middle", 20, 0.6, 0.8, 0.25},
	} {
		in := instance(t, "identity:n=1", Dials{R: c.R, Eps: c.eps, Beta: 1, Encoding: Lattice})
		output, bit := localError(in.dials, c.s, 12)
		e := in.scoreErrors(c.s / c.R)
		if total := e.sum(e.outputMiss(), e.bitMiss()); in.ScoreBound(c.s/c.R) != total || output+square(e.secret)*bit > total {
			t.Errorf("%s: the errors are %v and %v, the bound %v or %v", c.term, output, bit, in.ScoreBound(c.s/c.R), total)
		}
		exact, bound, least := bit, e.bitMiss(), 0.0
		switch c.term {
		case "step":
			exact, bound, least = output, e.outputMiss(), e.q*square(e.step)
		case "smooth":
			exact, bound, least = output, e.outputMiss(), e.q*square(e.smooth)
		case "Q1":
			least = e.bit
		case "t^2":
			least = square(e.shift)
		case "middle":
			least = e.bit * 4 / 27 * square(math.Expm1(e.logOdds))
		}
		t.Logf("%s: error %.4g, %.3f of the bound", c.term, exact, exact/bound)
		if math.Abs(least/bound-1) > 1e-12 {
			t.Errorf("%s: another term is the smallest, %v, not %v", c.term, bound, least)
		}
		if exact > bound*(1+1e-3) || exact < c.share*bound || exact <= bound/10 {
			t.Errorf("%s: the error is %v, the bound %v, want from %v to 1 of it", c.term, exact, bound, c.share)
		}
	}
}

// TestWrongSignByCases: the probability that some sign is wrong is the sum over all sets of wrong signs,
// each of the two laws of a coordinate, summed on a grid: n or n-1 factors are told apart by a part in n.
func TestWrongSignByCases(t *testing.T) {
	for n := 1; n <= 6; n++ {
		in := instance(t, fmt.Sprintf("identity:n=%d", n), Dials{R: 2, Eps: 0.4, Beta: 1, Encoding: Lattice})
		for _, s := range []float64{0.1, 1, 4} {
			width, wrong := 1+s*s, 0.0
			for h, x := 1e-3, -5e-4; x > -12*math.Sqrt(width); x -= h {
				wrong += h * math.Exp(logNormal(x, 2, width))
			}
			any := 0.0
			for set := 1; set < 1<<n; set++ {
				p := 1.0
				for i := range n {
					if set>>i&1 == 1 {
						p *= wrong
					} else {
						p *= 1 - wrong
					}
				}
				any += p
			}
			if got := in.WrongSign(s / 2); math.Abs(got/any-1) > 1e-6 {
				t.Errorf("n = %d, s = %v: %v, by cases %v", n, s, got, any)
			}
		}
	}
}

// TestCurvature: the second derivative of an output's mean is that of the mean itself, by differences,
// right to h^2 of it and the rounding of a mean, 1e-15 over h^2: both are below 1e-3 of the largest, eps/v^2
// times eps^2, for h a thousandth of the width v/eps of a step.
func TestCurvature(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := instance(t, "identity:n=1", Dials{R: 4, Eps: rapid.Float64Range(0.2, 1.2).Draw(rt, "eps"), Beta: 1, Encoding: Lattice})
		s := math.Exp(rapid.Float64Range(-2.5, 1).Draw(rt, "log s"))
		mu, bit := in.dials.Eps*rapid.Float64Range(-2, 2).Draw(rt, "mu/eps"), rapid.Bool().Draw(rt, "bit")
		_, v := smoothedCentre(0, s)
		h := 3e-3 * min(v/in.dials.Eps, in.dials.Eps)
		mean := func(mu float64) float64 { return in.OutputMean(bit, mu*(1+s*s), s) }
		want := (mean(mu+h) - 2*mean(mu) + mean(mu-h)) / (h * h)
		scale := in.dials.Eps / square(min(v/in.dials.Eps, in.dials.Eps))
		if got := in.OutputCurvature(bit, mu, s); math.Abs(got-want) > 1e-4*scale {
			rt.Fatalf("curvature %v, by differences %v; scale %v", got, want, scale)
		}
	})
}

// TestOutputSquare: the mean square of an output is that of its lattice points, summed one by one.
func TestOutputSquare(t *testing.T) {
	for _, eps := range []float64{0.1, 0.3, 0.6, 1.2, 2} {
		in := instance(t, "identity:n=1", Dials{R: 4, Eps: eps, Beta: 1, Encoding: Lattice})
		for bit, of := range []bool{false, true} {
			mass, sum := 0.0, 0.0
			for k := -1000 + bit; k <= 1000; k += 2 {
				z := float64(k) * eps
				mass += math.Exp(-z * z / 2)
				sum += z * z * math.Exp(-z*z/2)
			}
			if got := in.OutputSquare(of); math.Abs(got-sum/mass) > 1e-12 {
				t.Errorf("eps = %v, bit %d: %v, want %v", eps, bit, got, sum/mass)
			}
		}
	}
	if got := instance(t, "identity:n=1", Dials{R: 4, Eps: 1, Beta: 1, Encoding: Vertex}).OutputSquare(true); got != 17 {
		t.Errorf("a vertex has mean square %v, want 17", got)
	}
}
