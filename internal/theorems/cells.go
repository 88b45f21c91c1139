package theorems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/integrate/quad"
)

// cells is a law on the line on which a diffusion sampler works, known by its masses between
// points.
type cells struct {
	points []float64 // ascending, n + 1
	masses []float64 // n
}

// partition returns the law of the points that the scheme brings to the last level of
// noise, on a mixture on the line, and the levels. Between what it maps from adjacent nodes a
// deterministic scheme leaves the mass that was between them, as long as their order stays; of
// the others the density is propagated.
func (s scheme) partition(ctx context.Context, l line, steps int, reach float64, rng *rand.Rand) (law cells, seen *trace, err error) {
	mixture, err := l.law()
	if err != nil {
		return cells{}, nil, err
	}
	const columns = 500
	nodes := make([]float64, probeRows*columns)
	for i := range nodes { // beyond +-7.5 there is 6e-14
		nodes[i] = 7.5 * (2*float64(i)/float64(len(nodes)-1) - 1)
	}
	seen, err = s.trace(ctx, copies{mixture, columns}, steps, reach, nodes, nil, rng)
	if err != nil {
		return cells{}, nil, err
	}
	if s.noise != nil {
		law, err := s.propagated(ctx, l, seen)
		return law, seen, err
	}
	law.points = seen.last
	for i := range nodes[1:] {
		if law.points[i] >= law.points[i+1] {
			return cells{}, nil, fmt.Errorf("%s with %d steps folds the line at %v", s.name, steps, law.points[i])
		}
		law.masses = append(law.masses, between(nodes[i], nodes[i+1]))
	}
	return law, seen, nil
}

// ideal returns the mass of an interval at the last level, where infinitely many steps would
// leave the noise that the sampler starts from. The flow brings every point to where as much is
// below it as before. The equation has the law of x at the last level given x at the first:
// its density is that of the prior smoothed by the last, times the mean over the noise between
// them of the start's density over the prior's, by 20 points of Gauss-Hermite, whose
// integrand is nearly flat: the start is as wide as the smoothed prior but for 1/F^2.
func (s scheme) ideal(l line, seen *trace) func(from, to float64) float64 {
	first, last, centre := seen.levels[0], seen.levels[len(seen.levels)-1], seen.centre[0]
	if s.noise == nil {
		return func(from, to float64) float64 {
			return between((l.carried(from, last, first)-centre)/first, (l.carried(to, last, first)-centre)/first)
		}
	}
	var at, weights [20]float64
	quad.Hermite{}.FixedLocations(at[:], weights[:], math.Inf(-1), math.Inf(1))
	start, between := line{[]float64{1}, []float64{centre}, []float64{first}}, math.Sqrt((first-last)*(first+last))
	return func(from, to float64) float64 {
		x, odds := (from+to)/2, 0.0
		for k, z := range at {
			u := x + math.Sqrt2*between*z
			odds += weights[k] / math.Sqrt(math.Pi) * start.density(u, 0) / l.density(u, first)
		}
		return l.density(x, last) * odds * (to - from)
	}
}

// distance returns half the sum of the differences from the masses that another law has in the
// cells: the total variation, but for what the two differ within a cell.
func (c cells) distance(mass func(from, to float64) float64) (sum float64) {
	for i, m := range c.masses {
		sum += math.Abs(m - mass(c.points[i], c.points[i+1]))
	}
	return sum / 2
}
