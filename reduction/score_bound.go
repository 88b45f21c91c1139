package reduction

import "math"

// This file bounds the error of the polynomial-time score of [Instance]. Rare wrong
// signs cannot be seen by Monte Carlo; a certificate rests on these bounds.
//
// Notation, in unscaled units: s the smoothing, b the signs of x, W the posterior
// probability given x that the secret is not b, W_i that its bit i is not b_i, and V_i the
// same given x_i alone. Q is the Gaussian tail, Q1 = Q(R/sqrt(1+s^2)).
//
// Orthant lemma. E W is the probability that b is not the secret, E W_i = E V_i = Q1
// that bit i is not: E W = 1 - (1 - Q1)^n <= n Q1.
//
// The two rules differ in an output by at most W times the largest difference G between
// the scores of the two bits, and in a secret coordinate by 2R/(1+s^2) |W_i - V_i|. And
// V_i = E[W_i | x_i], so that E(W_i - V_i)^2 = E W_i^2 - E V_i^2 <= Q1.

// WrongSign returns the probability 1 - (1 - Q(R/sqrt(1+s^2)))^n that the signs of a point
// smoothed by sigma = s/R are not its secret: the mean of [Exact.WrongSecret], by the
// orthant lemma.
func (in *Instance) WrongSign(sigma float64) float64 {
	return -math.Expm1(float64(in.function.N) * math.Log1p(-in.wrongBit(sigma)))
}

// wrongBit returns Q1.
func (in *Instance) wrongBit(sigma float64) float64 {
	return upperTail(in.dials.R / math.Hypot(1, sigma*in.dials.R))
}

// ScoreBoundSigns returns bound (a), good where the signs reveal the secret, on
// sigma^2 E|s^ - s|^2, x drawn from the smoothed law, s its score and s^ the local rule:
//
//	s^2 [ q m (eps/s^2)^2 + 4 n Q1 (R/(1+s^2))^2 ],  q = [Instance.WrongSign].
//
// The product with sigma^2 is the same in scaled and unscaled units.
//
// Proof. W^2 <= W, and G <= eps/s^2: the mean D_1(mu) of the odd coset is eps + D_0(mu - eps)
// and also D_0(mu + eps) - eps, and D_0 increases (its slope is a variance), so
// |D_1 - D_0| <= eps. For vertices G is 2R/(1+s^2).
func (in *Instance) ScoreBoundSigns(sigma float64) float64 {
	e := in.scoreErrors(sigma)
	return e.sum(e.q*square(e.step), e.bit)
}

// ScoreBoundSmooth returns bound (b), good where smoothing hides the parities, on the same:
//
//	s^2 [ m G^2 + n (2 R t/(1+s^2))^2 ],  t = [Instance.SecretShift],
//
// G = 2 kappa'/bottom with kappa' = slope/(1+s^2), both as in [theta].
//
// Proof. W <= 1, |W_i - V_i| <= t, and the score of coset b is -x/(1+s^2) +
// S_b'(mu)/S_b(mu)/(1+s^2), where |S_b'| <= slope and S_b >= bottom.
func (in *Instance) ScoreBoundSmooth(sigma float64) float64 {
	e := in.scoreErrors(sigma)
	return e.sum(square(e.smooth), square(e.shift))
}

// ScoreBound returns a bound on the same that is below both (a) and (b), and far below
// both in the middle, where each has only half of the truth:
//
//	s^2 [ q m G^2 + n (2R/(1+s^2))^2 min(Q1, t^2, (4/27) Q1 (exp(m r) - 1)^2) ],
//
// G the smaller of those of (a) and (b), r = [Instance.LogCosetRatio].
//
// Proof. The difference in an output is at most W G, and E W^2 <= q. For a secret bit,
// the outputs multiply its odds by Lambda, |log Lambda| <= m r, so |W_i - V_i| <=
// V_i (1 - V_i) (exp(m r) - 1); and V_i^2 (1 - V_i)^2 <= (4/27) V_i, V_i having mean Q1.
func (in *Instance) ScoreBound(sigma float64) float64 {
	e := in.scoreErrors(sigma)
	return e.sum(e.outputMiss(), e.bitMiss())
}

// outputMiss returns the bound q G^2 on the mean square error of an output, times s^2.
func (e *scoreErrors) outputMiss() float64 { return e.q * square(min(e.step, e.smooth)) }

// bitMiss returns the bound on E(W_i - V_i)^2.
func (e *scoreErrors) bitMiss() float64 {
	both := e.bit * min(1, 4./27*square(math.Expm1(e.logOdds)))
	return min(square(e.shift), both)
}

// scoreErrors are the parts of the bounds. Score differences come times s, so that
// nothing overflows.
type scoreErrors struct {
	n, m    float64
	bit     float64 // Q1
	q       float64
	step    float64 // s G, from the distance of the coset means
	smooth  float64 // s G, from the smoothness of their densities
	logOdds float64 // m r
	shift   float64 // t
	secret  float64 // s 2R/(1+s^2)
}

func (in *Instance) scoreErrors(sigma float64) scoreErrors {
	s := sigma * in.dials.R
	shrink := s / (1 + s*s)
	e := scoreErrors{
		n: float64(in.function.N), m: float64(in.function.M),
		bit:     in.wrongBit(sigma),
		q:       in.WrongSign(sigma),
		logOdds: float64(in.function.M) * in.LogCosetRatio(sigma),
		shift:   in.SecretShift(sigma),
		secret:  2 * in.dials.R * shrink,
		smooth:  math.Inf(1),
	}
	if in.dials.Encoding == Vertex {
		e.step, e.smooth = e.secret, e.secret
		return e
	}
	e.step = in.dials.Eps / s
	if _, v := smoothedCentre(0, s); math.Sqrt(v) >= seriesFrom*in.dials.Eps {
		theta := newTheta(in.dials.Eps, v)
		e.smooth = 2 * shrink * theta.slope / theta.bottom
	}
	return e
}

// sum returns the bound from the mean square errors of an output, times s^2, and of the
// probability of a secret bit.
func (e *scoreErrors) sum(output, bit float64) float64 {
	if math.IsNaN(output) { // 0 times infinity: never, by any amount
		output = 0
	}
	return e.m*output + e.n*square(e.secret)*bit
}

func square(x float64) float64 { return x * x }
