package run

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
	"assay/internal/tally"
	"assay/spec"
)

// InProcess returns the runner that asks the sampler, and checks that it fills every row with
// finite numbers; anything else that it does, panics included, is a fault. Calls that were
// read name their problem by its digest only: it must be one of those known.
// Spent is what the sampler reports by [spec.Spend], and what it denoises by [spec.Metered].
func InProcess(sampler spec.Sampler, known ...*spec.Problem) Runner {
	r := &inProcess{sampler: sampler, known: map[string]*spec.Problem{}}
	for _, p := range known {
		r.known[Call{Problem: p}.problem()] = p
	}
	return r
}

type inProcess struct {
	sampler spec.Sampler
	known   map[string]*spec.Problem // by digest

	mu   sync.Mutex
	idle []*tally.Tally // there are as many as calls at a time
}

// AtOnce is that of the sampler, or zeros if it does not say.
func (r *inProcess) AtOnce(numbers int) (now, most int) {
	return parallel.AtOnce(r.sampler, numbers)
}

// Answer implements [Runner].
func (r *inProcess) Answer(ctx context.Context, c Call) (answer Answer) {
	if c.Problem == nil {
		if c.Problem = r.known[c.Digest]; c.Problem == nil {
			return failed(fmt.Errorf("the problem %s of the call is not known here", c.Digest))
		}
	}
	defer func() {
		if v := recover(); v != nil {
			answer = panicked(v)
		}
	}()
	draws := mat.NewDense(c.Draws, c.Problem.Dim(), nil)
	for i := range c.Draws {
		row := draws.RawRowView(i)
		for j := range row {
			row[j] = math.NaN() // a row left unfilled is noticed
		}
	}
	tally := r.tally()
	ctx = tally.In(ctx)
	err := r.sampler.Sample(ctx, draws, c.Problem, slices.Clone(c.Y), c.Key.Stream())
	spent, mistake := tally.Take()
	r.mu.Lock()
	r.idle = append(r.idle, tally)
	r.mu.Unlock()
	switch {
	case err != nil:
		answer = failed(err)
	case mistake != nil:
		return failed(mistake)
	default:
		answer.Draws = draws
		if fault := answer.check(c); fault != nil {
			answer = Answer{Fault: fault}
		}
	}
	answer.Spent = spent
	return answer
}

// tally returns an empty tally that no other call uses. That of a call that panicked is not used
// again.
func (r *inProcess) tally() *tally.Tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.idle) - 1
	if last < 0 {
		return new(tally.Tally)
	}
	tally := r.idle[last]
	r.idle = r.idle[:last]
	return tally
}
