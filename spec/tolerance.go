package spec

import "math"

// Tolerance is what counts as right: a sampler is a (tau, delta)-posterior
// sampler if its draw and a draw from the true posterior can be coupled so that
// they lie more than Tau apart (Euclidean distance, in the units of x) with
// probability at most Delta over everything (Definition 1.5, in the joint form).
// The zero value asks for the exact law.
type Tolerance struct {
	Tau   float64 `json:"tau"`
	Delta float64 `json:"delta"`
}

// TotalVariation returns the bound delta + 2 Phi(tau/(2h)) - 1, at most 1, on the
// total variation between two laws within the tolerance after both are smoothed by
// N(0, h^2 I), in any dimension: with probability 1 - delta the coupled points
// are within tau, and two Gaussians of deviation h whose centres are tau apart
// differ by 2 Phi(tau/(2h)) - 1 = erf(tau / (2 sqrt(2) h)). h > 0.
func (t Tolerance) TotalVariation(h float64) float64 {
	return min(1, t.Delta+math.Erf(t.Tau/(2*math.Sqrt2*h)))
}
