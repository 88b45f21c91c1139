package evidence

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// reference is the witness -|x - r| for a fresh draw r of the prior, in
// standardised coordinates.
type reference struct{}

func (reference) Names() []string { return []string{"nearness to a prior draw"} }
func (reference) Learned() int    { return 1 }
func (reference) Pooled() bool    { return false }
func (reference) Evaluate(dst [][]float64, p *Pool) {
	for i := range dst[0] {
		dst[0][i] = -floats.Distance(p.Z.RawRowView(i), p.Reference, 2)
	}
}

// neighbours are the witnesses distance to the nearest other member of the pool and
// mean distance to the others, in standardised coordinates: draws that cluster, or
// repeat.
type neighbours struct{}

func (neighbours) Names() []string {
	return []string{"distance to nearest in pool", "mean distance to pool"}
}
func (neighbours) Learned() int { return 1 }
func (neighbours) Pooled() bool { return true }
func (neighbours) Evaluate(dst [][]float64, p *Pool) {
	nearest, mean := dst[0], dst[1]
	for i := range nearest {
		nearest[i], mean[i] = math.Inf(1), 0
	}
	difference := make([]float64, len(p.Mean))
	for i := range nearest {
		for j := range i {
			r := distance(difference, p.Z.RawRowView(i), p.Z.RawRowView(j))
			nearest[i], nearest[j] = min(nearest[i], r), min(nearest[j], r)
			mean[i] += r
			mean[j] += r
		}
	}
}

// distance returns |a - b| for standardised a and b, which need no care for overflow, and
// leaves a - b in difference.
func distance(difference, a, b []float64) float64 {
	floats.SubTo(difference, a, b)
	return math.Sqrt(floats.Dot(difference, difference))
}
