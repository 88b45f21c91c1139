package reduction

import (
	"math"
	"math/rand/v2"
	"sort"
)

// coset is the law of one output coordinate in unscaled units: a standard Gaussian
// restricted to the lattice coset eps (2Z + parity),
//
//	Pr[z] proportional to exp(-z^2/2), z = k eps, k = parity mod 2.
type coset struct {
	eps    float64
	parity int

	logMass float64   // log of the sum of exp(-z^2/2) over the coset
	first   int       // k of the first point kept
	cdf     []float64 // Pr[k <= first + 2i]
}

// farthest bounds the index of a lattice point, so that the integer does not
// overflow on absurd input.
const farthest = 1 << 52

// reach is how far out the points of a coset are kept: beyond it exp(-z^2/2) is
// below the smallest float64.
const reach = 39

func newCoset(eps float64, parity int) *coset {
	c := &coset{eps: eps, parity: parity}
	last := int(reach/eps)&^1 + parity
	c.first = -last
	total := 0.0
	for k := c.first; k <= last; k += 2 {
		z := float64(k) * eps
		total += math.Exp(-z * z / 2)
		c.cdf = append(c.cdf, total)
	}
	for i := range c.cdf {
		c.cdf[i] /= total
	}
	c.logMass = c.moments(0, 1).logSum
	return c
}

// point returns lattice point k, exactly as every function here computes it.
func (c *coset) point(k int) float64 { return float64(k) * c.eps }

// draw returns k of a draw.
func (c *coset) draw(rng *rand.Rand) int {
	return c.first + 2*sort.SearchFloat64s(c.cdf, 1-rng.Float64())
}

// drawGiven returns k of a draw from the discrete Gaussian on the coset with centre
// mu and variance v, the law of the coordinate given a noisy observation of it.
func (c *coset) drawGiven(mu, v float64, rng *rand.Rand) int {
	k, half := c.window(mu, v)
	m := c.moments(mu, v)
	u := rng.Float64()
	for j := k - 2*half; j < k+2*half; j += 2 {
		z := c.point(j) - mu
		u -= math.Exp(-z*z/(2*v) - m.logSum)
		if u < 0 {
			return j
		}
	}
	return k + 2*half
}

// window returns the k of the coset point nearest to mu and the number of points on
// either side beyond which exp(-(z - mu)^2/(2v)) is below 1e-17 of the largest.
func (c *coset) window(mu, v float64) (nearest, half int) {
	p := float64(c.parity)
	steps := math.RoundToEven((mu/c.eps - p) / 2)
	steps = max(-farthest, min(steps, farthest)) // beyond, points are no longer told apart
	nearest = 2*int(steps) + c.parity
	return nearest, 1 + int(math.Sqrt(80*v)/(2*c.eps))
}

// moments are the sum, mean and variance of the discrete Gaussian on a coset.
type moments struct {
	logSum   float64 // log of the sum over the coset of exp(-(z - mu)^2 / (2v))
	mean     float64
	variance float64
	third    float64 // central moment
}

// moments returns those of the discrete Gaussian on the coset with centre mu and
// variance v > 0 before restriction to the coset. Where sqrt(v) is below 1.5 eps the
// sum over points has a handful of terms; above, its dual series by Poisson summation.
func (c *coset) moments(mu, v float64) moments {
	if math.Sqrt(v) < 1.5*c.eps {
		return c.primal(mu, v)
	}
	return c.dual(mu, v)
}

// primal sums over the points nearest to mu.
func (c *coset) primal(mu, v float64) moments {
	k, half := c.window(mu, v)
	offset := c.point(k) - mu // of the nearest point, which has the largest weight
	largest := -offset * offset / (2 * v)
	sum, first, second, third := 0.0, 0.0, 0.0, 0.0
	for j := -half; j <= half; j++ {
		step := 2 * float64(j) * c.eps // from the nearest point
		w := math.Exp(-step * (step + 2*offset) / (2 * v))
		sum += w
		first += w * step
		second += w * step * step
		third += w * step * step * step
	}
	first, second, third = first/sum, second/sum, third/sum
	return moments{
		logSum:   largest + math.Log(sum),
		mean:     c.point(k) + first,
		variance: max(0, second-first*first),
		third:    third - 3*first*second + 2*first*first*first,
	}
}

// dual is the Poisson sum: with a = pi/eps and theta = a (mu - eps parity),
//
//	sum over the coset = sqrt(2 pi v)/(2 eps) [1 + 2 sum_k exp(-k^2 a^2 v/2) cos(k theta)],
//
// and mean, variance and third central moment are mu + v S'/S, v + v^2 (S'/S)' and
// v^3 (S'/S)”, S being the bracket and ' the derivative in mu: all are cumulants.
func (c *coset) dual(mu, v float64) moments {
	a := math.Pi / c.eps
	theta := a * math.Mod(mu-c.point(c.parity), 2*c.eps)
	s, s1, s2, s3 := 1.0, 0.0, 0.0, 0.0
	for k := 1.0; ; k++ {
		q := 2 * math.Exp(-k*k*a*a*v/2)
		if q < 1e-18 {
			break
		}
		sin, cos := math.Sincos(k * theta)
		s += q * cos
		s1 -= q * k * a * sin
		s2 -= q * k * k * a * a * cos
		s3 += q * k * k * k * a * a * a * sin
	}
	slope := s1 / s
	return moments{
		logSum:   math.Log(2*math.Pi*v)/2 - math.Log(2*c.eps) + math.Log(s),
		mean:     mu + v*slope,
		variance: v + v*v*(s2/s-slope*slope),
		third:    v * v * v * (s3/s - 3*slope*s2/s + 2*slope*slope*slope),
	}
}

// smoothedCentre returns the parameters of the law of a coset point z given
// z + sigma n = x, n standard normal: the discrete Gaussian with centre mu and
// variance v on the coset.
func smoothedCentre(x, sigma float64) (mu, v float64) {
	r := sigma * sigma
	if r > 1 { // so that huge sigma gives v = 1 and not Inf/Inf
		return x / (1 + r), 1 / (1 + 1/r)
	}
	return x / (1 + r), r / (1 + r)
}

// logDensity returns the log density at x of a draw plus sigma times standard
// normal noise, sigma > 0.
func (c *coset) logDensity(x, sigma float64) float64 {
	mu, v := smoothedCentre(x, sigma)
	return c.moments(mu, v).logSum - x*mu/2 - math.Log(2*math.Pi)/2 - math.Log(sigma) - c.logMass
}

// denoise returns mean and variance of the coset point given its smoothed value x.
func (c *coset) denoise(x, sigma float64) (mean, variance float64) {
	m := c.moments(smoothedCentre(x, sigma))
	return m.mean, m.variance
}
