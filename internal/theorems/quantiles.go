package theorems

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"assay/reduction"
)

// below returns the probability that a standard normal, the law of a start, is below z, and bell its density.
func below(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

func bell(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }

// between returns the probability of a standard normal from a to b, on the side where it is small.
func between(a, b float64) float64 {
	if a > 0 {
		a, b = -b, -a
	}
	return max(0, below(b)-below(a))
}

// middles returns the quantiles of a standard normal in the middle of cells of equal probability.
func middles(points int) []float64 {
	starts := make([]float64, points)
	for i := range starts {
		starts[i] = mathext.NormalQuantile((float64(i) + 0.5) / float64(points))
	}
	return starts
}

// quantiles are those of the coordinates of the prior.
type quantiles struct {
	R      float64
	points []float64 // of the coset
	upTo   []float64 // probability up to each
}

// constantBit returns the output, 0 or 1, of the function of an instance whose function is constant.
func constantBit(in *reduction.Instance) int {
	if in.Function().Circuit.Eval([]bool{true})[0] {
		return 1
	}
	return 0
}

func newQuantiles(in *reduction.Instance) *quantiles {
	q := &quantiles{R: in.Dials().R}
	eps, total := in.Dials().Eps, 0.0
	for k := -2*int(10/eps) + constantBit(in); float64(k)*eps < 20; k += 2 {
		z := float64(k) * eps
		total += math.Exp(-z * z / 2)
		q.points, q.upTo = append(q.points, z/q.R), append(q.upTo, total)
	}
	for i := range q.upTo {
		q.upTo[i] /= total
	}
	return q
}

func (q *quantiles) output(p float64) float64 {
	for i, upTo := range q.upTo {
		if p <= upTo {
			return q.points[i]
		}
	}
	return q.points[len(q.points)-1]
}

// secret inverts (CDF(R (x-1)) + CDF(R (x+1)))/2.
func (q *quantiles) secret(p float64) float64 {
	return bisect(-3, 3, func(x float64) bool { return (below(q.R*(x-1))+below(q.R*(x+1)))/2 < p })
}
