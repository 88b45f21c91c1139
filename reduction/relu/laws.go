package relu

import (
	"math"

	"assay/reduction"
)

// laws are the laws of the smoothed coordinates of an instance, in unscaled units, and
// the functions of one variable that denoise them.
type laws struct {
	in        *reduction.Instance
	R, eps, s float64
	v, shrink float64 // s^2/(1+s^2) and 1/(1+s^2)
}

// tail is the share of an error bound that is left to what lies beyond the last knots.
const tail = 0.1

// secret returns tanh(R x/(1+s^2)) to a mean square error over a secret coordinate
// x ~ +-R + N(0, 1+s^2), constant beyond the last knots, where it is wrong by at most 1.
func (l *laws) secret(bound float64) (Piecewise, float64, error) {
	deviation := math.Hypot(1, l.s)
	far := quantile(bound * tail)
	beyond := 2 * normalTail(far)
	end := l.R + far*deviation
	t := Target{
		F: func(x float64) float64 { return math.Tanh(l.R * l.shrink * x) },
		Density: func(x float64) float64 {
			return (normalDensity(x-l.R, deviation) + normalDensity(x+l.R, deviation)) / 2
		},
		Knots: []float64{-end, 0, end},
	}
	for x := -end; x < end; x += deviation / 2 {
		t.Breaks = append(t.Breaks, x)
	}
	for width := 1 / (l.R * l.shrink) / 4; width < end; width *= 2 {
		t.Breaks = append(t.Breaks, -width, width)
	}
	p, missed, err := t.Fit(bound - beyond)
	return p, missed + beyond, err
}

// output returns D_0, the mean of an even coset point given its centre y, to a bound on
// the mean square error as [Score] says: knots at all multiples of eps, the identity
// beyond the last, wrong there by at most eps.
//
// Beyond: E exp(tz) <= exp(t^2/2) r for z on either coset, r the largest ratio of Poisson
// sums at variance 1, and so Pr[|x| > c sqrt(1+s^2)] <= 2 r exp(-c^2/2).
func (l *laws) output(bound float64) (Piecewise, float64, error) {
	q := l.in.WrongSign(l.s / l.R)
	weight := 2 * (1 + q) * square(l.eps) * 2 * math.Exp(l.in.LogCosetRatio(math.MaxFloat64))
	far := math.Sqrt(2 * math.Log(max(1, weight/(bound*tail))))
	beyond := weight * math.Exp(-far*far/2)
	end := far / math.Hypot(1, l.s) // of |mu|
	last := math.Ceil(end/l.eps + 1)

	grow := 1 + l.s*l.s
	t := Target{
		F: func(y float64) float64 { return l.in.OutputMean(false, y*grow, l.s) },
		Density: func(y float64) float64 {
			even, odd := l.density(y, false), l.density(y, true)
			return even(false) + odd(true) + q*(even(true)+odd(false))
		},
		Tail: 1,
	}
	for k := -last; k <= last; k++ {
		t.Knots = append(t.Knots, k*l.eps)
	}
	t.Breaks = l.breaks(end, last)
	p, missed, err := t.Fit(bound - beyond)
	for i := range p.X {
		// The function is its argument at multiples of eps, to rounding; the proof asks for that.
		if k := math.Round(p.X[i] / l.eps); k*l.eps == p.X[i] {
			p.Y[i] = p.X[i]
		}
	}
	return p, missed + beyond, err
}

// density returns the density of y = mu + eps b at y under the law of either bit.
func (l *laws) density(y float64, b bool) func(law bool) float64 {
	if b {
		y -= l.eps
	}
	grow := 1 + l.s*l.s
	return func(law bool) float64 {
		return grow * math.Exp(l.in.OutputLogDensity(law, y*grow, l.s))
	}
}

// breaks returns where D_0 or the density of y change their scale. Smoothed points have
// the deviation w in y around multiples of eps, nearly, if w is small, where a step of D_0 is
// as wide as w^2/eps; otherwise y is as wide as end around 0 and around eps.
func (l *laws) breaks(end, last float64) []float64 {
	var breaks []float64
	w := l.s * l.shrink
	if l.s > l.eps {
		for x := -end; x <= end; x += w {
			breaks = append(breaks, x, x+l.eps)
		}
		return breaks
	}
	for k := -last; k <= last; k++ {
		for _, b := range []float64{0, 1} {
			centre := (k-b)*l.eps*l.shrink + b*l.eps
			breaks = append(breaks, centre)
			for width := max(1e-13, min(w, w*w/l.eps)/2); width < min(l.eps, 64*w); width *= 2 {
				breaks = append(breaks, centre-width, centre+width)
			}
		}
	}
	return breaks
}

// inBand returns a bound on the probability that a secret coordinate is nearer to 0 than
// g/2: for g/2 < R the width g times the density at g/2 of one at +R, which exceeds that of
// either sign anywhere nearer.
func (l *laws) inBand(g float64) float64 {
	if g/2 >= l.R {
		return 1
	}
	return min(1, g*normalDensity(l.R-g/2, math.Hypot(1, l.s)))
}

// normalDensity returns the density at x of N(0, deviation^2).
func normalDensity(x, deviation float64) float64 {
	z := x / deviation
	return math.Exp(-z*z/2) / (deviation * math.Sqrt(2*math.Pi))
}

// normalTail returns the probability that a standard normal exceeds c.
func normalTail(c float64) float64 { return math.Erfc(c/math.Sqrt2) / 2 }

// quantile returns c >= 0 with normalTail(c) <= p/2.
func quantile(p float64) float64 {
	return math.Sqrt(2 * math.Log(max(1, 1/p))) // the tail is at most exp(-c^2/2)/2
}
