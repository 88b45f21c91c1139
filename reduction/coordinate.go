package reduction

import (
	"fmt"
	"math"

	"assay/reduction/oneway"
)

// OutputMean returns the mean of an unscaled output coordinate that holds the bit, given
// its value x smoothed by s > 0 (unscaled).
func (in *Instance) OutputMean(bit bool, x, s float64) float64 {
	mean, _ := in.laws[index(bit)].denoise(x, s)
	return mean
}

// OutputCurvature returns the second derivative in mu = x/(1+s^2) of the unscaled mean of an
// output coordinate of a lattice instance that holds the bit, smoothed by s > 0: its third
// central moment over v^2, v = s^2/(1+s^2). It panics if the instance has vertices.
func (in *Instance) OutputCurvature(bit bool, mu, s float64) float64 {
	_, v := smoothedCentre(0, s)
	return in.laws[index(bit)].(latticeLaw).moments(mu, v).third / (v * v)
}

// OutputSquare returns the mean square, unscaled, of an output coordinate that holds the bit:
// close to 1 for a lattice, R^2 + 1 for vertices.
func (in *Instance) OutputSquare(bit bool) float64 {
	law, ok := in.laws[index(bit)].(latticeLaw)
	if !ok {
		return square(in.dials.R) + 1
	}
	m := law.moments(0, 1)
	return m.variance + square(m.mean)
}

// OutputRipple returns S_b(mu, v)/S_b(0, 1), as in [Instance.LogCosetRatio]: by how much the
// density of an output coordinate of a lattice instance that holds the bit, smoothed by s > 0
// (unscaled), differs from that of a normal law at x = (1+s^2) mu. It has period 2 eps. It panics
// if the instance has vertices.
func (in *Instance) OutputRipple(bit bool, mu, s float64) float64 {
	law := in.laws[index(bit)].(latticeLaw)
	_, v := smoothedCentre(0, s)
	return math.Exp(law.moments(mu, v).logSum-law.logMass) / math.Sqrt(v)
}

// OutputCorrection returns a bound on |D_b(mu) - mu| over all mu, D_b(mu) being the unscaled
// mean of an output coordinate that holds the bit b given mu = x/(1+s^2):
//
//	min(eps, v slope/bottom),  v = s^2/(1+s^2),  as in [theta].
//
// Proof. D_b increases and is the identity at all multiples of eps, those of the other coset
// by symmetry. And D_b(mu) - mu = v S_b'(mu)/S_b(mu), as the score is.
func (in *Instance) OutputCorrection(s float64) float64 {
	_, v := smoothedCentre(0, s)
	if math.Sqrt(v) < seriesFrom*in.dials.Eps {
		return in.dials.Eps
	}
	theta := newTheta(in.dials.Eps, v)
	return min(in.dials.Eps, v*theta.slope/theta.bottom)
}

// Parameters returns the dials of a lattice instance of n to m bits whose local rule
// is certified for the exponent C: sigma^2 E|s^ - s|^2 <= d^-C / 4 for sigma from d^-C to
// d^C, by [Instance.ScoreBound]; half of the root mean square is left to whatever approximates the
// rule. Of all such R and eps, which trade against each other, it chooses those with the
// largest eps/R, which is the lattice spacing in scaled units and so allows the most noise:
// it falls as 1/log d. beta is eps over [noiseRatio], so that beta/R is Theta(1/log^2 d), the paper's.
// It is an error if n, m or C is below 1, or no R up to 100 will do.
func Parameters(n, m, C int) (Dials, error) {
	if n < 1 || m < 1 || C < 1 {
		return Dials{}, fmt.Errorf("hard instance: n = %d, m = %d, C = %d, want 1 or more of each", n, m, C)
	}
	target := math.Pow(float64(n+m), -float64(C)) / 4
	best := DefaultDials()
	best.Eps = 0
	for R := 2.0; R <= 100; R += 0.5 {
		certified := func(eps float64) bool { return worstBound(n, m, C, R, eps) <= target }
		least := max(1e-2, best.Eps/best.R*R) // no better than the best below it
		if !certified(least) {
			if best.Eps > 0 {
				break // a larger R gains in sigma, and has lost more in scale
			}
			continue
		}
		most := 2.0
		for most-least > 1e-3*least {
			if middle := (least + most) / 2; certified(middle) {
				least = middle
			} else {
				most = middle
			}
		}
		best.R, best.Eps = R, least
	}
	if best.Eps == 0 {
		return Dials{}, fmt.Errorf("hard instance: no R up to 100 is certified for n = %d, m = %d, C = %d", n, m, C)
	}
	best.Beta = best.Eps / noiseRatio(n+m)
	return best, nil
}

// noiseRatio returns the eps/beta of [Parameters]: 10 up to d = 256, and growing as log d from there.
// A misread then costs 2 m Q(eps/(2 beta)) twice, at most 6e-4, and less than any power of 1/d.
// To be small it would need sqrt(log d) only; log d makes beta/R the 1/log^2 d of Theorem 1.7.
func noiseRatio(d int) float64 {
	const ratio, upTo = 10, 256
	return ratio * max(1, math.Log(float64(d))/math.Log(upTo))
}

// worstBound returns what [Instance.WorstScoreBound] is for a lattice instance of these numbers.
func worstBound(n, m, C int, R, eps float64) float64 {
	in := &Instance{
		function: &oneway.Function{N: n, M: m},
		dials:    Dials{R: R, Eps: eps, Encoding: Lattice},
		laws:     [2]outputLaw{latticeLaw{&coset{eps: eps}}, latticeLaw{&coset{eps: eps, parity: 1}}},
	}
	return in.WorstScoreBound(float64(C))
}

// WorstScoreBound returns the largest of [Instance.ScoreBound] of a lattice instance over a grid
// of sigma from d^-C. Well below the lattice spacing that bound is the part of rare wrong signs,
// a constant over sigma^2, plus a part that grows with sigma; well above, that of hidden
// parities, which falls. Between them it has one peak, which a grid with steps of 3% misses by
// less than 1%.
func (in *Instance) WorstScoreBound(C float64) float64 {
	R := in.dials.R
	least := R * math.Pow(float64(in.Dim()), -C)
	worst := in.ScoreBound(least / R)
	for s := max(least, in.dials.Eps/100); s < 30; s *= 1.03 {
		worst = max(worst, in.ScoreBound(s/R))
	}
	return worst
}
