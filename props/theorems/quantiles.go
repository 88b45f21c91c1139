package theorems

import (
	"math"

	"gonum.org/v1/gonum/mathext"

	"assay/reduction"
)

// below returns the probability that a standard normal, the law of a start, is below z, and bell its density.
func below(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

func bell(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }

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

func newQuantiles(in *reduction.Instance) *quantiles {
	q := &quantiles{R: in.Dials().R}
	bit := 0
	if in.Function().Circuit.Eval([]bool{true})[0] {
		bit = 1
	}
	eps, total := in.Dials().Eps, 0.0
	for k := -2*int(10/eps) + bit; float64(k)*eps < 20; k += 2 {
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
	low, high := -3., 3.
	for range 60 {
		x := (low + high) / 2
		if (below(q.R*(x-1))+below(q.R*(x+1)))/2 < p {
			low = x
		} else {
			high = x
		}
	}
	return (low + high) / 2
}
