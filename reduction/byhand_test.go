package reduction

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// tailOf is the upper tail of the standard normal law, by another library than the package's.
func tailOf(x float64) float64 { return distuv.UnitNormal.Survival(x) }

// TestScoreBoundByHand: the bounds on the local score at n = 5 secret and m = 9 output bits, where the
// two are not mistaken for each other, by the formulas in the comments of score_bound.go written out.
// 4/27 is the largest value of p (1-p)^2, found here by looking. Rounding is the only tolerance, and
// 1e-9 for what two libraries make of a tail; a factor left out, or an n for an m, is off by a tenth
// at least.
func TestScoreBoundByHand(t *testing.T) {
	const n, m, R, eps = 5., 9., 6., 0.5
	in := instance(t, "linear:n=5,m=9", Dials{R: R, Eps: eps, Beta: 0.05, Encoding: Lattice})
	largest := 0.0
	for p := 0.0; p < 1; p += 1e-4 {
		largest = max(largest, p*(1-p)*(1-p))
	}
	middle := 0
	for _, s := range []float64{0.4, 0.8, 1.2, 2, 4} {
		sigma := s / R
		bit := tailOf(R / math.Hypot(1, s))
		q := 1 - math.Pow(1-bit, n)
		secret := 2 * R * s / (1 + s*s)
		r := in.LogCosetRatio(sigma)
		shift := math.Tanh(m * r / 4)
		both := bit * min(1, largest*math.Pow(math.Exp(m*r)-1, 2))
		e := in.scoreErrors(sigma)
		if both < shift*shift && both < bit {
			middle++
		}
		for what, pair := range map[string][2]float64{
			"wrong sign":      {in.WrongSign(sigma), q},
			"shift":           {in.SecretShift(sigma), shift},
			"bound by signs":  {in.ScoreBoundSigns(sigma), m*q*(eps/s)*(eps/s) + n*secret*secret*bit},
			"bound by both":   {in.ScoreBound(sigma), m*q*math.Pow(min(e.step, e.smooth), 2) + n*secret*secret*min(shift*shift, both)},
			"bound by smooth": {in.ScoreBoundSmooth(sigma), m*e.smooth*e.smooth + n*secret*secret*shift*shift},
		} {
			if got, want := pair[0], pair[1]; !math.IsInf(want, 1) && math.Abs(got-want) > 1e-6*want {
				t.Errorf("s = %v: %s is %v, want %v", s, what, got, want)
			}
		}
	}
	if middle == 0 {
		t.Error("the term in the middle decides nowhere: nothing is seen of it")
	}
}

// TestSlackByHand: 2 m misread + n Q(R - tau), with n = 5 and m = 9; misread by vertices is
// Q(R/sqrt(1+beta^2)).
func TestSlackByHand(t *testing.T) {
	for _, d := range []Dials{{R: 4, Eps: 0.4, Beta: 0.1, Encoding: Lattice}, {R: 4, Eps: 0.4, Beta: 0.7, Encoding: Vertex}} {
		in := instance(t, "linear:n=5,m=9", d)
		if want := tailOf(d.R / math.Hypot(1, d.Beta)); d.Encoding == Vertex && math.Abs(in.Misread()-want) > 1e-9*want {
			t.Errorf("misread with probability %v, want %v", in.Misread(), want)
		}
		for _, tau := range []float64{0, 1, 2.5} {
			if want := 2*9*in.Misread() + 5*tailOf(4-tau); math.Abs(in.Slack(tau)-want) > 1e-9*want {
				t.Errorf("%s, tau = %v: slack %v, want %v", d.Encoding, tau, in.Slack(tau), want)
			}
		}
	}
}
