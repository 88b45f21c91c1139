package props

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
	"assay/internal/planted"
	"assay/spec"
)

// Noticed is the smallest size of a planted error that a judgement of as many calls
// rejects nine times in ten.
type Noticed struct {
	Effect string `json:"effect"`
	// Size is in the unit of the effect; 0 if even the largest size planted is not
	// noticed.
	Size float64 `json:"size"`
	// Words says what the size means.
	Words string `json:"words"`
}

// effect is an error to plant into exact draws, in the coordinate that the data leave
// most uncertain.
type effect struct {
	name    string
	largest float64
	words   string // formats the coordinate and what the size comes to
	comesTo func(size float64) float64
	// plant returns the error of a size, given the coordinate and its root mean square
	// posterior deviation. It needs a second exact draw, and takes one number from the stream.
	plant func(j int, deviation, size float64) planted.Error
}

var effects = []effect{
	{"shift", 1, "x[%d] off by %.2g posterior deviations", func(s float64) float64 { return s },
		func(j int, deviation, size float64) planted.Error { return always(planted.Shift(j, size*deviation)) }},
	{"spread", 0.6, "all too widely spread by %.2[2]g %%", func(c float64) float64 { return 100 * (math.Sqrt(1+2*c+2*c*c) - 1) },
		func(_ int, _, size float64) planted.Error { return always(planted.Widen(size)) }},
	{"tail", 0.5, "one draw in %.0[2]f from a law 3.6 times as wide", func(s float64) float64 { return 1 / s },
		func(_ int, _, size float64) planted.Error {
			return planted.Either(size, planted.Widen(2), planted.None)
		}},
	{"mode weight", 1, "the upper half of x[%d] with weight %.2g for 0.5", func(s float64) float64 { return 0.5 - s/4 },
		func(j int, _, size float64) planted.Error {
			return planted.Either(size, planted.Lower(j), planted.None)
		}},
	{"correlation", 1, "x[%d] drawn independently of all others with probability %.2g", func(s float64) float64 { return s },
		func(j int, _, size float64) planted.Error {
			return planted.Either(size, planted.Redrawn(j), planted.None)
		}},
}

// always plants the error into every draw, from as much of the stream as one for some of them.
func always(e planted.Error) planted.Error { return planted.Either(1, e, e) }

const (
	// sensitivityRuns is the number of runs of a planted error. The longest of them
	// is exceeded with probability 1/9 by another, so it stands for the 0.9 quantile.
	sensitivityRuns = 8
	// quadratic: the calls to rejection grow with the inverse square of a small
	// error, as the wealth grows with its square. Extrapolating by that law from a
	// large error errs on the careful side, for the start costs calls too.
	quadratic = 0.5
)

// sensitivity returns what so many calls on a problem would have noticed, by planting
// each effect at its largest size and extrapolating to the calls. It is empty if the
// exact posterior is unknown or has no spread, and if ctx is done first.
func (t *trial) sensitivity(ctx context.Context, e *problemState, calls int) []Noticed {
	posterior, err := e.problem.Posterior()
	if err != nil {
		return nil // no exact draws, no planted errors
	}
	j, deviation, err := uncertain(ctx, e.problem, posterior, t.stream("sensitivity", e.problem.Digest(), 0))
	if err != nil || deviation == 0 {
		return nil
	}
	planned := effects
	if e.problem.Dim() == 1 {
		planned = effects[:len(effects)-1] // nothing to be correlated with
	}
	noticed := make([]Noticed, len(planned))
	parallel.Do(len(planned), func(i int) {
		f, longest := planned[i], 0
		for run := range sensitivityRuns {
			longest = max(longest, t.callsToNotice(ctx, e, posterior, f, f.largest, j, deviation, uint64(run), calls))
			if longest > calls {
				break
			}
		}
		noticed[i] = f.noticed(longest, calls, j)
	})
	if ctx.Err() != nil {
		return nil
	}
	return noticed
}

func (f effect) noticed(longest, calls, j int) Noticed {
	if longest > calls {
		return Noticed{f.name, 0, "not even " + fmt.Sprintf(f.words, j, f.comesTo(f.largest))}
	}
	size := f.largest * math.Pow(float64(longest)/float64(calls), quadratic)
	return Noticed{f.name, size, fmt.Sprintf(f.words, j, f.comesTo(size))}
}

// uncertain returns the coordinate of the largest root mean square posterior deviation
// and that deviation, from pairs of exact draws for 64 y. It is ctx.Err() if ctx is done
// first.
func uncertain(ctx context.Context, p *spec.Problem, posterior spec.Conditional, rng *rand.Rand) (j int, deviation float64, err error) {
	const pairs = 64
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
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
// the effect is planted at the given size; one more than most if it does not by then, or if
// ctx is done first.
func (t *trial) callsToNotice(ctx context.Context, e *problemState, posterior spec.Conditional, f effect, size float64, j int, deviation float64, run uint64, most int) int {
	p, session := e.problem, e.points[0].session.Fork()
	threshold := t.thresholdOfOne()
	rng := t.stream("sensitivity "+f.name, p.Digest(), run)
	d := p.Dim()
	x, y := make([]float64, d), make([]float64, p.Rows())
	exact := mat.NewDense(2*t.draws, d, nil)
	draws := exact.Slice(0, t.draws, 0, d).(*mat.Dense)
	wrong, setting := f.plant(j, deviation, size), &planted.Setting{}
	for call := range most {
		p.Draw(x, y, rng)
		law, err := spec.Given(ctx, posterior, y)
		if err != nil {
			break
		}
		law.Sample(exact, rng)
		for l := range t.draws {
			setting.Other = exact.RawRowView(t.draws + l)
			wrong(draws.RawRowView(l), setting, rng)
		}
		if session.Observe(x, draws, y, rng) != nil {
			break // a witness of the user's own did not get through
		}
		if session.LogWealth() >= threshold {
			return call + 1
		}
	}
	return most + 1
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
