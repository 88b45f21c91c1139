package theorems

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// A density on the line is kept on a grid of fineness times the noise of the steps before and
// after, or less, as far as it reaches: what is beyond 8.5 deviations is 2e-17. A step to the
// level s adds noise to m(x) = D + (s/t)^2 (x - D); the integral over x of
// q(x) N(y; m(x), noise^2) is a sum over the grid, right to 2 exp(-2 pi^2/0.7^2) = 1e-17 of itself
// for a Gaussian as narrow as the noise, which q is not.
const (
	fineness = 0.7
	gridEnd  = 8.5
)

// grid is a density at equally spaced points.
type grid struct {
	from, step float64
	density    []float64
}

func (g *grid) at(k int) float64 { return g.from + float64(k)*g.step }

// gridAt returns an empty grid for the points at a level.
func (s scheme) gridAt(l line, levels []float64, i int) *grid {
	noise := math.Inf(1)
	if i > 0 {
		noise = s.noise(levels[i-1], levels[i])
	}
	if i+1 < len(levels) {
		noise = min(noise, s.noise(levels[i], levels[i+1]))
	}
	mean, deviation := l.moments()
	step := fineness * noise
	half := int(gridEnd * math.Hypot(deviation, levels[i]) / step)
	return &grid{mean - float64(half)*step, step, make([]float64, 2*half+1)}
}

// propagated returns the law of the points at the last level, from that of the start.
func (s scheme) propagated(ctx context.Context, l line, seen *trace) (cells, error) {
	mixture, err := l.law()
	if err != nil {
		return cells{}, err
	}
	start := line{[]float64{1}, []float64{seen.centre[0]}, []float64{seen.levels[0]}}
	g := s.gridAt(l, seen.levels, 0)
	for k := range g.density {
		g.density[k] = start.density(g.at(k), 0)
	}
	for i := range seen.levels[1:] {
		if err := ctx.Err(); err != nil {
			return cells{}, err
		}
		next := s.gridAt(l, seen.levels, i+1)
		s.step(mixture, g, next, seen.levels[i], seen.levels[i+1])
		g = next
	}
	return g.cells(), nil
}

// step adds to the next grid what a step from the level t to s makes of the density.
func (s scheme) step(law spec.Denoiser, g, next *grid, t, to float64) {
	n, noise, keep := len(g.density), s.noise(t, to), to/t*(to/t)
	x, clean := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
	for k := range n {
		x.Set(k, 0, g.at(k))
	}
	law.Denoise(clean, x, t)
	for k, density := range g.density {
		centre := clean.At(k, 0) + keep*(x.At(k, 0)-clean.At(k, 0))
		mass := density * g.step / (noise * math.Sqrt(2*math.Pi))
		first := max(0, int(math.Ceil((centre-gridEnd*noise-next.from)/next.step)))
		last := min(len(next.density)-1, int(math.Floor((centre+gridEnd*noise-next.from)/next.step)))
		for j := first; j <= last; j++ {
			z := (next.at(j) - centre) / noise
			next.density[j] += mass * math.Exp(-z*z/2)
		}
	}
}

// cells returns the masses about the points, as far as half way to the next.
func (g *grid) cells() cells {
	c := cells{points: []float64{g.from - g.step/2}}
	for k, density := range g.density {
		c.points = append(c.points, g.at(k)+g.step/2)
		c.masses = append(c.masses, density*g.step)
	}
	return c
}
