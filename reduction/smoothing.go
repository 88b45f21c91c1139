package reduction

import "math"

// theta holds the Jacobi theta functions of the smoothing lemma at the nome
// q = exp(-pi^2 v/(2 eps^2)), the sums running over k >= 1:
//
//	top    = 1 + 2 sum q^(k^2)          the peak of the Poisson sum of a coset
//	bottom = 1 + 2 sum (-1)^k q^(k^2)   its trough
//	slope  = 2 sum k (pi/eps) q^(k^2)   no less than its steepest slope
type theta struct{ logRatio, bottom, slope float64 }

// newTheta returns them for a lattice of spacing eps and the variance v of the
// coordinate given its smoothed value; logRatio is log(top/bottom), free of
// cancellation.
func newTheta(eps, v float64) theta {
	a := math.Pi / eps
	even, odd, slope := 1.0, 0.0, 0.0
	for k := 1.0; ; k++ {
		q := 2 * math.Exp(-k*k*a*a*v/2)
		if math.Mod(k, 2) == 0 {
			even += q
		} else {
			odd += q
		}
		slope += k * a * q
		if q < 1e-18*odd || q == 0 {
			return theta{2 * math.Atanh(odd/even), even - odd, slope}
		}
	}
}

// seriesFrom is the deviation, in steps eps, from which the series of [newTheta] is
// used: there the nome is at most exp(-1.2), and bottom is at least 0.4.
const seriesFrom = 0.5

// LogCosetRatio returns the largest |log(g_1(x)/g_0(x))| over all x, g_b being the
// density of an output coordinate of bit b smoothed by sigma > 0 (in the scaled units,
// as in [Instance.Denoise]). It is +Inf for vertices, and where the ratio overflows.
//
// This is the lemma on smoothing a discretised Gaussian, with its exact constant. By
// Poisson summation g_b(x) = N(x; 0, 1+sigma^2) S_b(mu, v)/S_b(0, 1), where
//
//	S_b(mu, v) = 1 + 2 sum_k exp(-pi^2 k^2 v/(2 eps^2)) cos(pi k (mu - eps b)/eps),
//
// mu = x/(1+sigma^2), v = sigma^2/(1+sigma^2); S_b(0, 1) is what restricting the Gaussian
// to the coset leaves of its mass. S is a theta function of mu: by Jacobi's product each of
// its factors is monotone in cos(pi (mu - eps b)/eps), so it lies between its values
// bottom and top at the odd and the even lattice points, and S_1 is at its top where S_0 is
// at its bottom. So
//
//	log g_1/g_0 <= log(top/bottom)(v) + log(top/bottom)(1),
//
// attained at mu = eps, and log g_0/g_1 stays below that. For small nome q each term is
// about 4 q; v <= 1, so that the second is the smaller. (Without it the bound is wrong
// by a factor of up to 2 at large sigma; at eps = 0.4 both are below 1e-12.)
func (in *Instance) LogCosetRatio(sigma float64) float64 {
	if in.dials.Encoding == Vertex {
		return math.Inf(1)
	}
	_, v := smoothedCentre(0, sigma*in.dials.R)
	return in.logTheta(v) + in.logTheta(1)
}

// logTheta returns log(top/bottom) at variance v: where the dual series is slow, from
// the primal sums at the centre, where the even coset is at its top and the odd one at
// its bottom.
func (in *Instance) logTheta(v float64) float64 {
	if v == 0 {
		return math.Inf(1)
	}
	if math.Sqrt(v) >= seriesFrom*in.dials.Eps {
		return newTheta(in.dials.Eps, v).logRatio
	}
	even, odd := in.laws[0].(latticeLaw), in.laws[1].(latticeLaw)
	return even.primal(0, v).logSum - odd.primal(0, v).logSum
}

// SecretShift returns the bound tanh(m r/4), r being [Instance.LogCosetRatio], on the total
// variation between the law of the secret given a point x smoothed by sigma and its law
// given the secret coordinates of x alone: the large-noise lemma, for every x.
//
// Proof. p(s | x) is p(s | x_1..x_n) times the likelihood L(s) of the outputs, normalised,
// and L is a product of m densities, so max L / min L <= exp(m r). For any set A of secrets,
// with probability V before and odds multiplied by Lambda after, exp(-m r) <= Lambda <=
// exp(m r), the probability moves by V(1-V)(Lambda-1)/(1-V+V Lambda). Over V that is largest
// at V = 1/(1+sqrt(Lambda)), where it is (sqrt(Lambda)-1)/(sqrt(Lambda)+1) =
// tanh(log(Lambda)/4). It is attained for one secret bit and one output.
func (in *Instance) SecretShift(sigma float64) float64 {
	return math.Tanh(float64(in.function.M) * in.LogCosetRatio(sigma) / 4)
}
