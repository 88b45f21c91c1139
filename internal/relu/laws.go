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
func (l *laws) secret(bound float64) (curve, float64, error) {
	deviation := math.Hypot(1, l.s)
	far := quantile(bound * tail)
	beyond := 2 * normalTail(far)
	end := l.R + far*deviation
	t := target{
		F: func(x float64) float64 { return math.Tanh(l.R * l.shrink * x) },
		Curvature: func(x float64) float64 {
			a := l.R * l.shrink
			return -2 * square(a/math.Cosh(a*x)) * math.Tanh(a*x)
		},
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
	c, missed, err := t.curve(bound - beyond)
	return c, missed + beyond, err
}

// staircase approximates D_0, the mean of an even coset point given its centre y. It is the sum
// of a lattice point and the mean within one period, for D_0(y + 2 eps) = D_0(y) + 2 eps:
//
//	2 eps k + D_0(y - 2 eps k),  k = sum of the thresholds at odd multiples of eps up to most eps,
//
// and the identity beyond (most+2) eps. The distance of y from the point is within eps of 0 on the
// ramps of the thresholds too, so that the staircase is as near to y as D_0 can be.
type staircase struct {
	most   float64 // odd
	width  float64 // of the thresholds
	period curve   // D_0 from -eps to eps; without knots it is 0
}

// end returns where the staircase goes over into the identity.
func (s staircase) end(eps float64) float64 {
	if s.period.knots() == 0 {
		return (s.most + 1) * eps // the last of its landings
	}
	return (s.most + 2) * eps
}

// steps returns the number of thresholds.
func (s staircase) steps() int { return int(s.most) + 1 }

// output returns a staircase to a bound on the mean square error as [Certify] says.
//
// Beyond the last step: E exp(tz) <= exp(t^2/2) r for z on either coset, r the largest ratio of
// Poisson sums at variance 1, and so Pr[|x| > c sqrt(1+s^2)] <= 2 r exp(-c^2/2); wrong there by
// at most eps. On a ramp both D_0 and the staircase are within e of y, e = [reduction.Instance.OutputCorrection].
func (l *laws) output(bound float64) (staircase, float64, error) {
	c := comb{laws: l, q: l.in.WrongSign(l.s / l.R)}
	stairs, end, missed := l.stairs(2*(1+c.q)*square(l.eps), bound)
	stairs.width = l.eps / 4
	ramps := func() float64 { return square(2*l.in.OutputCorrection(l.s)) * stairs.width * c.most(stairs.width/2) }
	for ramps() > bound*tail {
		stairs.width /= 2
	}
	missed += ramps()
	half, within, err := target{
		F:         func(t float64) float64 { return l.in.OutputMean(false, t*(1+l.s*l.s), l.s) },
		Curvature: func(t float64) float64 { return l.in.OutputCurvature(false, t, l.s) },
		Density:   c.density,
		Knots:     []float64{0, l.eps},
		Breaks:    l.breaks(end),
	}.curve(bound - missed)
	stairs.period = half.mirrored()
	return stairs, missed + within, err
}

// stairs returns a staircase as long as it must be for |mu| to be beyond its last step, where it is
// wrong by square, times the density of both laws, with no more than a share of the bound; that share;
// and where it ends.
func (l *laws) stairs(square, bound float64) (stairs staircase, end, beyond float64) {
	weight := square * 2 * math.Exp(l.in.LogCosetRatio(math.MaxFloat64))
	far := math.Sqrt(2 * math.Log(max(1, weight/(bound*tail))))
	end = far / math.Hypot(1, l.s) // of |mu|
	return staircase{most: 2*math.Ceil(end/l.eps/2) + 1}, end, weight * math.Exp(-far*far/2)
}

// rounds reports whether noise is so far below the lattice spacing that D_0 rounds to the lattice,
// and what else it does, within v/eps of the middle between two points, has no float64.
func (l *laws) rounds() bool { return l.s <= l.eps/1000 }

// landings returns a staircase without periods, N: the nearest even lattice point up to eps/2 from
// it, and between a ramp of width eps. Its error is not that from the local rule but from the mean
// D_c of the coset c that the output is on, whatever the bit b that is read off the signs: the mean
// of |N(mu + eps b) - eps b - D_c(mu)|^2, that is at most
//
//	square(5 eps exp(-eps^2/v)) + 4 q E u^2 + square(2 eps) Pr[|u| > eps/2] + what is beyond the last step,
//
// u = mu - z the distance from the point z, v = s^2/(1+s^2), q = [reduction.Instance.WrongSign].
//
// Proof. Let |u| <= eps/2. Then |D_c(mu) - z| <= 5 eps exp(-eps^2/v), the next point of the coset having
// that part of the weight of z at most. If b = c, N - eps b is z. Otherwise y = mu + eps b is u from an
// odd multiple of eps, the middle of a ramp of slope 2, and N - eps b is z + 2 u: a bit that is wrong
// does no harm. Everywhere N is within eps/2 of y, and D_c(mu) within eps of mu. And u = (s n - s^2 z)/(1+s^2),
// n standard normal, so that E u^2 <= s^2 (1 + s^2 E z^2), and |u| > eps/2 only if |n| > eps/(4 s) or
// |z| > eps/(4 s^2).
//
// The exact mean is that of D_c over the posterior of c, so that by Jensen the mean square error
// from it is at most this.
func (l *laws) landings(bound float64) (staircase, float64) {
	stairs, _, beyond := l.stairs(square(2*l.eps), bound)
	stairs.width = l.eps
	z := max(l.in.OutputSquare(false), l.in.OutputSquare(true))
	q := l.in.WrongSign(l.s / l.R)
	ratio := math.Exp(l.in.LogCosetRatio(math.MaxFloat64))
	far := 2*normalTail(l.eps/(4*l.s)) + 2*ratio*math.Exp(-square(l.eps/(4*l.s*l.s))/2)
	missed := square(5*l.eps*math.Exp(-l.eps*l.eps/l.v)) + 4*q*l.s*l.s*(1+l.s*l.s*z) + square(2*l.eps)*far
	return stairs, missed + beyond
}

// comb is the law of the distance t of y = mu + eps b from the nearest even lattice point, summed
// over both laws of an output, each with the right bit and, times q, the wrong one. At mu
// either law is a normal density times a function of period 2 eps (Poisson), its ripple.
type comb struct {
	*laws
	q float64
}

// density returns the density of t from 0 to eps, both sides together.
func (c comb) density(t float64) float64 {
	even := (c.ripple(false, t) + c.q*c.ripple(true, t)) * c.wrapped(t)
	odd := (c.ripple(true, t-c.eps) + c.q*c.ripple(false, t-c.eps)) * c.wrapped(t-c.eps)
	return 2 * (even + odd)
}

// most returns the largest density of one side where t is within h of eps. Ripples and wrapped
// are monotone between multiples of eps, being theta functions.
func (c comb) most(h float64) float64 {
	top := func(law bool, t float64) float64 { return max(c.ripple(law, t), c.ripple(law, t-h)) }
	even := (top(false, c.eps) + c.q*top(true, c.eps)) * c.wrapped(c.eps-h)
	odd := (top(true, 0) + c.q*top(false, 0)) * c.wrapped(0)
	return even + odd
}

func (c comb) ripple(law bool, mu float64) float64 { return c.in.OutputRipple(law, mu, c.s) }

// wrapped returns the sum of the normal density, of deviation 1/sqrt(1+s^2), at mu + 2 eps k for
// all k, for |mu| <= eps.
func (c comb) wrapped(mu float64) float64 {
	deviation := 1 / math.Hypot(1, c.s)
	sum := normalDensity(mu, deviation)
	for k := 1.0; ; k++ {
		both := normalDensity(mu+2*c.eps*k, deviation) + normalDensity(mu-2*c.eps*k, deviation)
		sum += both
		if both <= 1e-18*sum {
			return sum
		}
	}
}

// breaks returns where D_0 or the density of t from 0 to eps change their scale. Smoothed points
// have the deviation w in y around multiples of eps, nearly, if w is small, where a step of D_0 is
// as wide as w^2/eps; otherwise y is as wide as end around 0 and around eps.
func (l *laws) breaks(end float64) []float64 {
	var breaks []float64
	w := l.s * l.shrink
	if l.s > l.eps {
		for x := 0.0; x < min(l.eps, end); x += w {
			breaks = append(breaks, x, l.eps-x)
		}
		return breaks
	}
	for width := max(1e-13, min(w, w*w/l.eps)/2); width < l.eps; width *= 2 {
		breaks = append(breaks, width, l.eps-width)
	}
	for x := w; x < min(l.eps, 16*w); x += w { // and the points of the coset lie beside its multiples
		breaks = append(breaks, x, l.eps-x)
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
