package props

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
	"assay/spec"
)

// Noticed is the smallest size of a planted error that a judgement of the same
// budget rejects nine times in ten.
type Noticed struct {
	Effect string `json:"effect"`
	// Size is in the unit of the effect; 0 if even the largest size planted is not
	// noticed.
	Size float64 `json:"size"`
	// Words says what the size means.
	Words string `json:"words"`
}

// effect is an error to plant into exact draws, in the coordinate that the data leave
// most uncertain. plant changes x, an exact draw, given another one and the root mean
// square posterior deviation of that coordinate.
type effect struct {
	name    string
	largest float64
	words   string // formats the coordinate and what the size comes to
	comesTo func(size float64) float64
	plant   func(x, other []float64, j int, deviation, size, uniform float64)
}

var effects = []effect{
	{"shift", 1, "x[%d] off by %.2g posterior deviations", func(s float64) float64 { return s },
		func(x, _ []float64, j int, deviation, size, _ float64) { x[j] += size * deviation }},
	// x + c (x - other) has the mean of the posterior and 1 + 2c + 2c^2 times its variance.
	{"spread", 0.6, "all too widely spread by %.2[2]g %%", func(c float64) float64 { return 100 * (math.Sqrt(1+2*c+2*c*c) - 1) },
		func(x, other []float64, _ int, _, size, _ float64) {
			for i := range x {
				x[i] += size * (x[i] - other[i])
			}
		}},
	{"tail", 0.5, "one draw in %.0[2]f from a law 3.6 times as wide", func(s float64) float64 { return 1 / s },
		func(x, other []float64, _ int, _, size, uniform float64) {
			if uniform < size {
				for i := range x {
					x[i] += 2 * (x[i] - other[i])
				}
			}
		}},
	// The lower of two draws lies in the upper half with probability 1/4.
	{"mode weight", 1, "the upper half of x[%d] with weight %.2g for 0.5", func(s float64) float64 { return 0.5 - s/4 },
		func(x, other []float64, j int, _, size, uniform float64) {
			if uniform < size && other[j] < x[j] {
				copy(x, other)
			}
		}},
	{"correlation", 1, "x[%d] drawn independently of all others with probability %.2g", func(s float64) float64 { return s },
		func(x, other []float64, j int, _, size, uniform float64) {
			if uniform < size {
				x[j] = other[j]
			}
		}},
}

const (
	// sensitivityRuns is the number of runs of a planted error. The longest of them
	// is exceeded with probability 1/9 by another, so it stands for the 0.9 quantile.
	sensitivityRuns = 8
	// quadratic: the calls to rejection grow with the inverse square of a small
	// error, as the wealth grows with its square. Extrapolating by that law from a
	// large error errs on the careful side, for the start costs calls too.
	quadratic = 0.5
)

// sensitivity returns what the judgement on a problem would have noticed, by planting
// each effect at its largest size and extrapolating to the budget. It is empty if the
// exact posterior is unknown or has no spread, and if ctx is done first.
func (t *trial) sensitivity(ctx context.Context, e *problemState) []Noticed {
	posterior, err := e.problem.Posterior()
	if err != nil {
		return nil // no exact draws, no planted errors
	}
	j, deviation, err := uncertain(ctx, e.problem, posterior, t.stream("sensitivity", e.problem.Digest(), 0))
	if err != nil || deviation == 0 {
		return nil
	}
	planned := effects
	if e.problem.Prior().Dim() == 1 {
		planned = effects[:len(effects)-1] // nothing to be correlated with
	}
	noticed := make([]Noticed, len(planned))
	parallel.Do(len(planned), func(i int) {
		f, longest := planned[i], 0
		for run := range sensitivityRuns {
			calls := t.callsToNotice(ctx, e, posterior, f, f.largest, j, deviation, uint64(run))
			longest = max(longest, calls)
			if calls > t.options.calls {
				break
			}
		}
		noticed[i] = f.noticed(longest, t.options.calls, j)
	})
	if ctx.Err() != nil {
		return nil
	}
	return noticed
}

func (f effect) noticed(longest, budget, j int) Noticed {
	if longest > budget {
		return Noticed{f.name, 0, "not even " + fmt.Sprintf(f.words, j, f.comesTo(f.largest))}
	}
	size := f.largest * math.Pow(float64(longest)/float64(budget), quadratic)
	return Noticed{f.name, size, fmt.Sprintf(f.words, j, f.comesTo(size))}
}

// uncertain returns the coordinate of the largest root mean square posterior deviation
// and that deviation, from pairs of exact draws for 64 y. It is ctx.Err() if ctx is done
// first.
func uncertain(ctx context.Context, p *spec.Problem, posterior spec.Conditional, rng *rand.Rand) (j int, deviation float64, err error) {
	const pairs = 64
	x, y := make([]float64, p.Prior().Dim()), make([]float64, p.Measurement().Rows())
	squares := make([]float64, len(x))
	two := mat.NewDense(2, len(x), nil)
	for range pairs {
		p.Draw(x, y, rng)
		law, err := spec.Given(ctx, posterior, y)
		if err != nil {
			return 0, 0, err
		}
		law.Sample(two, rng)
		for i := range squares {
			difference := two.At(0, i) - two.At(1, i)
			squares[i] += difference * difference / (2 * pairs)
		}
	}
	for i, v := range squares {
		if v > squares[j] {
			j = i
		}
	}
	return j, math.Sqrt(squares[j]), nil
}

// callsToNotice returns the calls until the wealth on one problem reaches 1/alpha when
// the effect is planted at the given size; more than the budget if it does not, or if ctx
// is done first.
func (t *trial) callsToNotice(ctx context.Context, e *problemState, posterior spec.Conditional, f effect, size float64, j int, deviation float64, run uint64) int {
	p, session := e.problem, e.points[0].session.Fork()
	threshold := t.thresholdOfOne()
	rng := t.stream("sensitivity "+f.name, p.Digest(), run)
	d := p.Prior().Dim()
	x, y := make([]float64, d), make([]float64, p.Measurement().Rows())
	exact := mat.NewDense(2*t.draws, d, nil)
	draws := exact.Slice(0, t.draws, 0, d).(*mat.Dense)
	for call := range t.options.calls {
		p.Draw(x, y, rng)
		law, err := spec.Given(ctx, posterior, y)
		if err != nil {
			break
		}
		law.Sample(exact, rng)
		for l := range t.draws {
			f.plant(draws.RawRowView(l), exact.RawRowView(t.draws+l), j, deviation, size, rng.Float64())
		}
		if session.Observe(x, draws, y, rng) != nil {
			break // a witness of the user's own did not get through
		}
		if session.LogWealth() >= threshold {
			return call + 1
		}
	}
	return t.options.calls + 1
}

// thresholdOfOne returns the logarithm of the wealth on one problem that is enough to
// reject, whatever there is on the others.
func (t *trial) thresholdOfOne() float64 {
	share := t.alpha / float64(len(t.states))
	if t.pooled != nil {
		share /= 2
	}
	return -math.Log(share)
}
