package mutants

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"assay/spec"
)

// scalar is a mixture of Gaussians on the line.
type scalar struct {
	weights, means, deviations []float64
	logs, norms                []float64 // logarithms of the weights, and minus those of the largest densities of the components
}

// newScalar takes the logarithms, which the chains and the particles ask for at every point.
func newScalar(weights, means, deviations []float64) scalar {
	s := scalar{weights, means, deviations, make([]float64, len(weights)), make([]float64, len(weights))}
	for k, w := range weights {
		s.logs[k], s.norms[k] = math.Log(w), logNorm(deviations[k])
	}
	return s
}

// scalarOf returns the prior of a problem on the line whose prior is a Gaussian or a
// mixture of Gaussians; others are declined.
func scalarOf(p *spec.Problem) (scalar, error) {
	if p.Dim() != 1 || p.Rows() == 0 {
		return scalar{}, spec.Refuse("want a measured problem on the line, not %s", p.Name())
	}
	var weights, means, deviations []float64
	add := func(weight float64, g *spec.Gaussian) {
		weights = append(weights, weight)
		means = append(means, g.Mean()[0])
		deviations = append(deviations, math.Sqrt(g.Covariance().At(0, 0)))
	}
	switch law := p.Prior().(type) {
	case *spec.Gaussian:
		add(1, law)
	case *spec.Mixture:
		for k := range law.Len() {
			add(law.Component(k))
		}
	default:
		return scalar{}, spec.Refuse("want a Gaussian prior or a mixture, not a %T", law)
	}
	return newScalar(weights, means, deviations), nil
}

// smoothed appends to shares, for each component, its share of the density at x of the
// law smoothed by sigma, and returns the logarithm of that density as well.
func (s scalar) smoothed(shares []float64, x, sigma float64) ([]float64, float64) {
	highest := math.Inf(-1)
	for k := range s.weights {
		deviation, norm := s.deviations[k], s.norms[k]
		if sigma != 0 {
			deviation = math.Hypot(deviation, sigma)
			norm = logNorm(deviation)
		}
		r := (x - s.means[k]) / deviation
		log := s.logs[k] + (-r*r/2 - norm)
		shares = append(shares, log)
		highest = max(highest, log)
	}
	var sum float64
	for k := range shares {
		shares[k] = math.Exp(shares[k] - highest)
		sum += shares[k]
	}
	for k := range shares {
		shares[k] /= sum
	}
	return shares, highest + math.Log(sum)
}

// few is the number of components for which nothing is allocated.
const few = 4

func (s scalar) logDensity(x float64) float64 {
	if len(s.weights) == 1 {
		r := (x - s.means[0]) / s.deviations[0]
		return -r*r/2 - s.norms[0]
	}
	var room [few]float64
	_, log := s.smoothed(room[:0], x, 0)
	return log
}

// score returns the derivative of the log density.
func (s scalar) score(x float64) (sum float64) {
	var room [few]float64
	shares, _ := s.smoothed(room[:0], x, 0)
	for k, r := range shares {
		sum += r * (s.means[k] - x) / (s.deviations[k] * s.deviations[k])
	}
	return sum
}

// denoise returns mean and variance of x0 given x0 + sigma z = x.
func (s scalar) denoise(x, sigma float64) (mean, variance float64) {
	var room [few]float64
	shares, _ := s.smoothed(room[:0], x, sigma)
	centre := func(k int) (mean, variance float64) {
		v := s.deviations[k] * s.deviations[k]
		return s.means[k] + v/(v+sigma*sigma)*(x-s.means[k]), v * sigma * sigma / (v + sigma*sigma)
	}
	for k, r := range shares {
		m, _ := centre(k)
		mean += r * m
	}
	for k, r := range shares {
		m, v := centre(k)
		variance += r * (v + (m-mean)*(m-mean))
	}
	return mean, variance
}

// given returns the law of x given a x + beta n = y.
func (s scalar) given(a, beta, y float64) scalar {
	n := len(s.weights)
	weights, means, deviations := make([]float64, n), make([]float64, n), make([]float64, n)
	for k := range s.weights {
		v := s.deviations[k] * s.deviations[k]
		evidence := a*a*v + beta*beta
		weights[k] = s.logs[k] + logNormal(y, a*s.means[k], math.Sqrt(evidence))
		means[k] = s.means[k] + a*v/evidence*(y-a*s.means[k])
		deviations[k] = s.deviations[k] * beta / math.Sqrt(evidence)
	}
	log := floats.LogSumExp(weights)
	for k := range weights {
		weights[k] = math.Exp(weights[k] - log)
	}
	return newScalar(weights, means, deviations)
}

func (s scalar) draw(rng *rand.Rand) float64 {
	k := choose(s.weights, rng.Float64())
	return s.means[k] + s.deviations[k]*rng.NormFloat64()
}

// choose returns the index whose interval of the running sums of the weights, which
// sum to 1, holds u in [0, 1). Rounding never leads beyond the last.
func choose(weights []float64, u float64) int {
	for k, w := range weights {
		if u < w {
			return k
		}
		u -= w
	}
	return len(weights) - 1
}

const sqrt2Pi = 2.50662827463100050241576528481104525300698674060993831662992357

// logNormal returns the log density at x of N(mean, deviation^2).
func logNormal(x, mean, deviation float64) float64 {
	r := (x - mean) / deviation
	return -r*r/2 - logNorm(deviation)
}

// logNorm returns minus the log of the largest density of a normal law.
func logNorm(deviation float64) float64 { return math.Log(deviation * sqrt2Pi) }
