package props

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"assay/internal/stats"
	"assay/props/evidence"
	"assay/spec"
)

// problemState is one problem of a judgement, with the evidence on it: the mean wealth over
// its points.
type problemState struct {
	problem *spec.Problem
	points  []*point

	fault    *Fault // what the candidate did other than sampling, if anything; it is asked no more then
	asking   context.Context
	setAside context.CancelFunc // ends asking
}

// point is what is asked about a problem: all y, fresh ones in every call, or in local
// mode one y.
type point struct {
	session   *evidence.Session
	y         []float64  // nil for all
	posterior spec.Prior // given y; nil if a reference stands for it
	asked     int        // calls that have been planned
	twins     int        // points before it with the same y, whose streams are others
}

// newProblemState prepares a problem. If ctx is done while the single y of local mode are
// prepared, there are fewer of them, but one at least: they will not be asked about.
func newProblemState(ctx context.Context, p *spec.Problem, candidate spec.Sampler, o *options) (*problemState, error) {
	session, err := evidence.NewSession(evidence.Config{
		Problem:     p,
		Draws:       o.draws,
		Independent: candidate.Independent(),
		Single:      o.local > 0,
		Tolerance:   o.tolerance,
		Extra:       o.witnesses,
		Sessions:    o.local,
		Calls:       min(cmp.Or(o.jobs, runtime.GOMAXPROCS(0)), o.calls),
	}, func() *rand.Rand { return o.stream("pilot", p.Digest(), 0) })
	if err != nil {
		return nil, err
	}
	e := &problemState{problem: p}
	if o.local == 0 {
		e.points = []*point{{session: session}}
		return e, nil
	}
	var posterior spec.Conditional
	if o.reference == nil {
		if posterior, err = p.Posterior(); err != nil {
			return nil, fmt.Errorf("local mode needs exact draws: %w", err)
		}
	}
	if rows := p.Rows(); o.at != nil && len(o.at) != rows {
		return nil, fmt.Errorf("y has %d numbers, want %d, as %s measures", len(o.at), rows, p.Name())
	}
	rng := o.stream("local", p.Digest(), 0)
	x := make([]float64, p.Dim())
	met := map[string]int{}
	for i := range o.local {
		if i > 0 {
			session = session.Fork()
		}
		point := &point{session: session, y: make([]float64, p.Rows())}
		p.Draw(x, point.y, rng)
		if o.at != nil {
			copy(point.y, o.at)
		}
		if j := slices.IndexFunc(point.y, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }); j >= 0 {
			return nil, fmt.Errorf("single y on %s: number %d is %v, want finite ones", p.Name(), j, point.y[j])
		}
		key := fmt.Sprintf("%x", point.y) // as in the name of its calls
		point.twins = met[key]
		met[key]++
		var err error
		if posterior != nil {
			point.posterior, err = spec.Given(ctx, posterior, point.y)
		}
		e.points = append(e.points, point)
		if err != nil {
			break // nobody will ask about it
		}
	}
	return e, nil
}

// named is how many witnesses a verdict names.
const named = 3

// leadingWitnesses returns those that hold most of the wealth.
func (o *options) leadingWitnesses(shares []evidence.WitnessShare) []WitnessShare {
	var witnesses []WitnessShare
	for _, w := range shares[:min(named, len(shares))] {
		witnesses = append(witnesses, o.witnessShare(w))
	}
	return witnesses
}

// witnessShare returns a share of the evidence as a verdict has it, with the code.
func (o *options) witnessShare(w evidence.WitnessShare) WitnessShare {
	return WitnessShare{witnessCode(w.Name, o.ownWitnesses()), w.Name, w.Share, w.MeanRank}
}

// calls returns the number of calls that were bet on, over all points.
func (e *problemState) calls() (n int) {
	for _, q := range e.points {
		n += q.session.Calls()
	}
	return n
}

// logWealth returns the logarithm of the mean wealth over the points.
func (e *problemState) logWealth() float64 {
	return stats.LogMean(len(e.points), func(i int) float64 { return e.points[i].session.LogWealth() })
}

// worst returns the point with the most evidence against the candidate.
func (e *problemState) worst() *point {
	return slices.MaxFunc(e.points, func(a, b *point) int { return cmp.Compare(a.session.LogWealth(), b.session.LogWealth()) })
}
