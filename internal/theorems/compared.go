package theorems

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// compared is the law of a scheme's draws beside the prior's, by the masses of both in the same
// cells of the line.
type compared struct {
	points       []float64 // ascending, n + 1
	drawn, prior []float64 // n
}

// proposals compares the draws of a scheme, with its own range of the noise, with the prior on a
// line. The last step denoises, which keeps the order of points.
func (s scheme) proposals(r *run, l line, steps int) (*compared, error) {
	rng := r.stream("proposals", 0)
	reach, err := rangeOf(r.ctx, s.sampler(steps), rng)
	if err != nil {
		return nil, err
	}
	law, seen, err := s.partition(r.ctx, l, steps, reach, rng)
	if err != nil {
		return nil, err
	}
	mixture, err := l.law()
	if err != nil {
		return nil, err
	}
	clean := mat.NewDense(len(law.points), 1, nil)
	mixture.Denoise(clean, mat.NewDense(len(law.points), 1, law.points), seen.levels[steps-1])
	c := &compared{points: clean.RawMatrix().Data, drawn: law.masses}
	for i := range c.drawn {
		c.prior = append(c.prior, l.mass(c.points[i], c.points[i+1], 0))
	}
	return c, nil
}

// eps returns the total variation: half the sum of the differences of the masses, and as much
// as the cells where their sign changes may hide, which is no more than the differences
// in the two on the sides of the change.
func (c *compared) eps() (eps float64) {
	before := 0.0
	for i, drawn := range c.drawn {
		difference := drawn - c.prior[i]
		eps += math.Abs(difference) / 2
		if difference*before < 0 {
			eps += math.Abs(difference) + math.Abs(before)
		}
		before = difference
	}
	return eps
}

// conditioned returns the mean over y = x + beta n, x from the prior, of the total variation
// between the laws of x given y, and the least delta which it exceeds with probability delta
// only. The sum over y has steps of a tenth of beta.
func (c *compared) conditioned(beta float64) (mean, delta float64) {
	type at struct{ distance, mass float64 }
	var all []at
	low, high := c.points[0]-6*beta, c.points[len(c.points)-1]+6*beta
	step := beta / 10
	for y := low; y < high; y += step {
		drawn, prior := make([]float64, len(c.drawn)), make([]float64, len(c.drawn))
		var sumDrawn, sumPrior float64
		for i := range drawn {
			z := (y - (c.points[i]+c.points[i+1])/2) / beta
			likelihood := math.Exp(-z * z / 2)
			drawn[i], prior[i] = c.drawn[i]*likelihood, c.prior[i]*likelihood
			sumDrawn, sumPrior = sumDrawn+drawn[i], sumPrior+prior[i]
		}
		if sumPrior < 1e-200 { // y of no probability
			continue
		}
		distance := 0.0
		for i := range drawn {
			distance += math.Abs(drawn[i]/sumDrawn-prior[i]/sumPrior) / 2
		}
		mass := step * sumPrior / (beta * math.Sqrt(2*math.Pi))
		mean += mass * distance
		all = append(all, at{distance, mass})
	}
	slices.SortFunc(all, func(a, b at) int { // the largest first
		if a.distance > b.distance {
			return -1
		}
		return 1
	})
	beyond := 0.0
	for _, a := range all {
		if beyond += a.mass; beyond >= a.distance {
			return mean, a.distance
		}
	}
	return mean, 0
}
