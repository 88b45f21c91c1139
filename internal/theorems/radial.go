package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"assay/spec"
)

// radial is a problem whose measurement has a density that falls with its length, so that
// the y at which rejection takes long are those far out: x from a mixture of centred
// isotropic Gaussians on R^m, measured as y = x + beta n.
type radial struct {
	name                string
	weights, deviations []float64 // of the mixture; the weights sum to 1
	outputs             int
	beta                float64
}

// normalOutputs is the standard normal law.
func normalOutputs(m int, beta float64) radial {
	return radial{"normal", []float64{1}, []float64{1}, m, beta}
}

// rareOutputs is the law that attains the bound: all but 2 delta of it is standard
// normal, and that much as wide as a bounded covariance permits, of deviation
// 1/sqrt(delta). It has mean square 3 - 2 delta.
func rareOutputs(m int, beta, delta float64) radial {
	return radial{"rare", []float64{1 - 2*delta, 2 * delta}, []float64{1, 1 / math.Sqrt(delta)}, m, beta}
}

// heavyOutputs is a law with P(|x| > r) of order r^-a up to r = 2^levels, one for all
// delta: weights 2^(-a j) of the deviations 2^j. Its mean square is bounded if a > 2.
func heavyOutputs(m int, beta, a float64) radial {
	const levels = 40
	l := radial{name: fmt.Sprintf("r^-%v", a), outputs: m, beta: beta}
	total := 0.0
	for j := range levels {
		l.weights = append(l.weights, math.Exp2(-a*float64(j)))
		l.deviations = append(l.deviations, math.Exp2(float64(j)))
		total += l.weights[j]
	}
	for j := range l.weights {
		l.weights[j] /= total
	}
	return l
}

// meanSquare returns the mean square of a coordinate of A x, the lambda of proposalBound.
func (l radial) meanSquare() (square float64) {
	for k, w := range l.weights {
		square += w * l.deviations[k] * l.deviations[k]
	}
	return square
}

// tail returns P(|y| > r).
func (l radial) tail(r float64) (p float64) {
	for k, w := range l.weights {
		variance := l.deviations[k]*l.deviations[k] + l.beta*l.beta
		p += w * mathext.GammaIncRegComp(float64(l.outputs)/2, r*r/(2*variance))
	}
	return p
}

// radius returns the length that y exceeds with probability delta, by bisection.
func (l radial) radius(delta float64) float64 {
	within := func(r float64) bool { return l.tail(r) > delta }
	high := 1.0
	for within(high) {
		high *= 2
	}
	return bisect(0, high, within)
}

// problem returns it as one of package spec.
func (l radial) problem() (*spec.Problem, error) {
	components := make([]*spec.Gaussian, len(l.weights))
	for k, deviation := range l.deviations {
		g, err := spec.NewIsotropic(make([]float64, l.outputs), deviation)
		if err != nil {
			return nil, err
		}
		components[k] = g
	}
	prior, err := spec.NewMixture(l.weights, components)
	if err != nil {
		return nil, err
	}
	identity := mat.NewDiagDense(l.outputs, nil)
	for i := range l.outputs {
		identity.SetDiag(i, 1)
	}
	m, err := spec.NewLinear(identity, l.beta)
	if err != nil {
		return nil, err
	}
	return spec.NewProblem(fmt.Sprintf("%s outputs, m = %d, beta = %v", l.name, l.outputs, l.beta), prior, m)
}

// at returns the y of length r along the first axis.
func (l radial) at(r float64) []float64 {
	y := make([]float64, l.outputs)
	y[0] = r
	return y
}

// logProposals returns the logarithm of the mean number of proposals that all y but
// a share delta stay within: the acceptance rate falls with |y|, so that it is the inverse of
// the rate at [radial.radius].
func (l radial) logProposals(delta float64) (float64, error) {
	p, err := l.problem()
	if err != nil {
		return 0, err
	}
	log, err := logRateOf(p, l.at(l.radius(delta)))
	return -log, err
}
