package power

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/internal/stats"
	"assay/props/evidence"
	"assay/spec"
)

// call is one call of a candidate as all judges see it.
type call struct {
	x      *mat.Dense // the truth in row 0, the draws after it
	usable int        // rows of x that are exchangeable: all, or two if the draws depend on each other
	y      []float64
	place  int         // of the truth in values
	value  [][]float64 // of each witness of the battery on each member of the pool
	seen   *evidence.Evaluation

	// Ranks of the truth among the draws, for the rivals.
	coordinates []int
	witnesses   []int
	coverage    []int // one: of the distance to a uniform reference point
}

// stage makes the calls of one run: a pure function of the case, the number of draws,
// the seed and the run.
type stage struct {
	c       *Case
	draws   int // a call
	session *evidence.Session
	run     uint64
	seed    uint64

	low, high []float64 // the box of reference points
}

// pilotDraws of the prior set the box in which references are uniform.
const pilotDraws = 1000

func newStage(c *Case, draws int, seed uint64, run int) (*stage, error) {
	s := &stage{c: c, draws: draws, run: uint64(run), seed: seed}
	pilot := s.stream("pilot", 0)
	var err error
	config := evidence.Config{Problem: c.Problem, Draws: draws, Independent: c.Sampler.Independent()}
	if s.session, err = evidence.NewSession(config, func() *rand.Rand { return pilot }); err != nil {
		return nil, err
	}
	d := c.Problem.Dim()
	x := mat.NewDense(pilotDraws, d, nil)
	c.Problem.Prior().Sample(x, pilot)
	column := make([]float64, pilotDraws)
	for j := range d {
		mat.Col(column, j, x)
		s.low = append(s.low, floats.Min(column))
		s.high = append(s.high, floats.Max(column))
	}
	return s, nil
}

// stream returns the stream of one purpose and one call of the run.
func (s *stage) stream(purpose string, index uint64) *rand.Rand {
	name := fmt.Sprintf("power/%s/%s/%d/%d", s.c.Name, purpose, s.draws, s.run)
	return spec.Stream(s.seed, name, s.c.Problem.Digest(), index)
}

// calls returns a function that makes one call after the other. It is called once.
func (s *stage) calls(ctx context.Context) func() (*call, error) {
	nature, candidate, engine := s.stream("truth", 0), s.stream("candidate", 0), s.stream("engine", 0)
	p := s.c.Problem
	d, m := p.Dim(), p.Rows()
	return func() (*call, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := &call{x: mat.NewDense(s.draws+1, d, nil), usable: s.draws + 1, y: make([]float64, m)}
		if !s.c.Sampler.Independent() {
			c.usable = 2
		}
		truth := c.x.RawRowView(0)
		p.Draw(truth, c.y, nature)
		draws := c.x.Slice(1, s.draws+1, 0, d).(*mat.Dense)
		if err := s.c.Sampler.Sample(ctx, draws, p, c.y, candidate); err != nil {
			return nil, fmt.Errorf("%s: %w", s.c.Name, err)
		}
		var err error
		if c.seen, err = s.session.Evaluate(truth, draws, c.y, engine); err != nil {
			return nil, err
		}
		s.session.Recall(c.seen)
		c.value, c.place = c.seen.Values()
		return c, nil
	}
}

// rank fills in the ranks. If the draws depend on each other only the first counts,
// for a rank among dependent draws is not uniform even if each of them is right.
func (s *stage) rank(c *call, references *rand.Rand) {
	column := make([]float64, s.draws+1)
	for j := range c.x.RawMatrix().Cols {
		mat.Col(column, j, c.x)
		c.coordinates = append(c.coordinates, stats.Rank(column[:c.usable], 0, references))
	}
	for _, v := range c.value {
		copy(column, v)
		column[0], column[c.place] = column[c.place], column[0]
		c.witnesses = append(c.witnesses, stats.Rank(column[:c.usable], 0, references))
	}
	point := make([]float64, len(s.low))
	for j := range point {
		point[j] = s.low[j] + references.Float64()*(s.high[j]-s.low[j])
	}
	for i := range column {
		column[i] = floats.Distance(c.x.RawRowView(i), point, 2)
	}
	c.coverage = append(c.coverage, stats.Rank(column[:c.usable], 0, references))
}
