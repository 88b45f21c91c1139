package run

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/parallel"
	"assay/spec"
)

// InProcess returns the runner that asks the sampler, and checks that it fills every row with
// finite numbers; anything else that it does, panics included, is a fault. Calls that were
// read name their problem by its digest only: it must be one of those known.
func InProcess(sampler spec.Sampler, known ...*spec.Problem) Runner {
	r := inProcess{sampler, map[string]*spec.Problem{}}
	for _, p := range known {
		r.known[Call{Problem: p}.problem()] = p
	}
	return r
}

type inProcess struct {
	sampler spec.Sampler
	known   map[string]*spec.Problem // by digest
}

// AtOnce is that of the sampler, or zeros if it does not say.
func (r inProcess) AtOnce(numbers int) (now, most int) {
	return parallel.AtOnce(r.sampler, numbers)
}

// Answer implements [Runner].
func (r inProcess) Answer(ctx context.Context, c Call) (answer Answer) {
	if c.Problem == nil {
		if c.Problem = r.known[c.Digest]; c.Problem == nil {
			return failed(fmt.Errorf("the problem %s of the call is not known here", c.Digest))
		}
	}
	defer func() {
		if v := recover(); v != nil {
			value, stack := parallel.Recovered(v)
			answer = Answer{Fault: &Fault{Kind: kinds.Panic, Message: fmt.Sprint(value), Stack: string(stack)}}
		}
	}()
	draws := mat.NewDense(c.Draws, c.Problem.Dim(), nil)
	for i := range c.Draws {
		row := draws.RawRowView(i)
		for j := range row {
			row[j] = math.NaN() // a row left unfilled is noticed
		}
	}
	if err := r.sampler.Sample(ctx, draws, c.Problem, slices.Clone(c.Y), c.Key.Stream()); err != nil {
		return failed(err)
	}
	answer = Answer{Draws: draws}
	if fault := answer.check(c); fault != nil {
		return Answer{Fault: fault}
	}
	return answer
}
