package theorems

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// line is a mixture of Gaussians on the real line.
type line struct {
	weights, means, deviations []float64 // the weights sum to 1
}

// threeModes is the one on which errors are looked at: two modes that overlap and one apart.
var threeModes = line{[]float64{0.3, 0.5, 0.2}, []float64{-3, 0.5, 3}, []float64{0.5, 1, 0.6}}

// standardNormal is the standard normal law.
var standardNormal = line{[]float64{1}, []float64{0}, []float64{1}}

// law returns it as one of package spec.
func (l line) law() (*spec.Mixture, error) {
	components := make([]*spec.Gaussian, len(l.weights))
	for k := range components {
		g, err := spec.NewIsotropic(l.means[k:k+1], l.deviations[k])
		if err != nil {
			return nil, err
		}
		components[k] = g
	}
	return spec.NewMixture(l.weights, components)
}

// problem returns the line as a prior, measured as y = x + beta n.
func (l line) problem(name string, beta float64) (*spec.Problem, error) {
	law, err := l.law()
	if err != nil {
		return nil, err
	}
	m, err := spec.NewLinear(mat.NewDense(1, 1, []float64{1}), beta)
	if err != nil {
		return nil, err
	}
	return spec.NewProblem(name, law, m)
}

// tails returns the probabilities below and above x of the law smoothed by sigma.
func (l line) tails(x, sigma float64) (below, above float64) {
	for k, w := range l.weights {
		z := (x - l.means[k]) / (math.Sqrt2 * math.Hypot(l.deviations[k], sigma))
		below += w * math.Erfc(-z) / 2
		above += w * math.Erfc(z) / 2
	}
	return below, above
}

// mass returns the probability of [from, to] under the law smoothed by sigma.
func (l line) mass(from, to, sigma float64) (p float64) {
	below, above := l.tails(from, sigma)
	if toBelow, toAbove := l.tails(to, sigma); below < above {
		p = toBelow - below
	} else {
		p = above - toAbove
	}
	return p
}

// density returns that of the law smoothed by sigma.
func (l line) density(x, sigma float64) (p float64) {
	for k, w := range l.weights {
		deviation := math.Hypot(l.deviations[k], sigma)
		z := (x - l.means[k]) / deviation
		p += w * math.Exp(-z*z/2) / (deviation * math.Sqrt(2*math.Pi))
	}
	return p
}

// logNormalAt returns the log density of N(mean, variance) at x.
func logNormalAt(x, mean, variance float64) float64 {
	return -(x-mean)*(x-mean)/(2*variance) - math.Log(2*math.Pi*variance)/2
}

// score returns that of the law.
func (l line) score(x float64) float64 {
	logs := make([]float64, len(l.weights))
	for k, w := range l.weights {
		logs[k] = math.Log(w) + logNormalAt(x, l.means[k], l.deviations[k]*l.deviations[k])
	}
	largest := slices.Max(logs)
	score, total := 0., 0.
	for k, log := range logs {
		p := math.Exp(log - largest)
		total += p
		score += p * (l.means[k] - x) / (l.deviations[k] * l.deviations[k])
	}
	return score / total
}

// moments returns the mean and the deviation.
func (l line) moments() (mean, deviation float64) {
	square := 0.0
	for k, w := range l.weights {
		mean += w * l.means[k]
		square += w * (l.means[k]*l.means[k] + l.deviations[k]*l.deviations[k])
	}
	return mean, math.Sqrt(square - mean*mean)
}

// carried returns the point of the law smoothed by to that has as much below it as x has in the
// law smoothed by from: where the probability flow brings x. By bisection, in the lighter tail.
func (l line) carried(x, from, to float64) float64 {
	below, above := l.tails(x, from)
	mean, deviation := l.moments()
	reach := 50 * math.Hypot(deviation, to)
	low, high := mean-reach, mean+reach
	for range 200 {
		middle := (low + high) / 2
		b, a := l.tails(middle, to)
		if below < above && b < below || below >= above && a > above {
			low = middle
		} else {
			high = middle
		}
		if high-low <= 1e-16*reach {
			break
		}
	}
	return (low + high) / 2
}
