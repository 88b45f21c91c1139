package reduction

import "math"

// upperTail returns Q(x), the probability that a standard normal exceeds x.
func upperTail(x float64) float64 { return math.Erfc(x/math.Sqrt2) / 2 }

// Misread returns the probability that one output bit is read wrongly off its
// measurement by [Instance.Decode]: that the noise carries it past the half step to
// an odd neighbour. For the lattice that is the sum over odd k of the chance to land
// within half a step of k eps, about 2 Q(eps/(2 beta)); for vertices, Q of R in units
// of all the noise.
func (in *Instance) Misread() float64 { return in.dials.Misread() }

// Misread is [Instance.Misread], for any function.
func (d Dials) Misread() float64 {
	if d.Encoding == Vertex {
		return upperTail(d.R / math.Hypot(1, d.Beta))
	}
	step := d.Eps / d.Beta
	if step < 1e-3 { // the series below needs terms until k step is about 40
		return 0.5
	}
	sum := 0.0
	for k := 1; (float64(k)-0.5)*step < 40; k += 2 {
		sum += 2 * (upperTail((float64(k)-0.5)*step) - upperTail((float64(k)+0.5)*step))
	}
	return sum
}

// Slack returns the bound on the probability that the inverter made of a
// (tau, 0)-posterior sampler, tau in unscaled units, does not return a preimage. For a
// sampler that is off by more than tau with probability q over everything,
//
//	Pr[f(s') != z] <= q + 2 m misread + n Q(R - tau),
//
// and q is at most 1 - (1 - delta)^2 for a (tau, delta)-posterior sampler (Definition 1.5),
// and delta in the joint form (see [spec.Tolerance.Failure]).
//
// Proof. Let s0 be the uniform secret, z = f(s0), y its measurement, x~ an exact
// posterior draw given y, and x^ the sampler's, coupled with Pr[|x~ - x^| > tau] <=
// q. (x~, y) has the law of the prior and its measurement, so the parities of x~
// are those read off y, except with probability m misread; so are z, with the same
// exception. f of the secret of x~ is its parities, and the secret can be read off
// its signs even after a move by tau unless one of n coordinates is within tau of
// zero or beyond, which has probability Q(R - tau) each. For vertices the same holds
// with the sign of an output coordinate.
//
// This is the proof of Theorem 1.7 with constants of our own. The bound is vacuous
// above 1.
func (in *Instance) Slack(tau float64) float64 {
	return in.dials.Slack(in.function.N, in.function.M, tau)
}

// Slack is [Instance.Slack] for any function of n to m bits.
func (d Dials) Slack(n, m int, tau float64) float64 {
	return 2*float64(m)*d.Misread() + float64(n)*upperTail(d.R-tau)
}
