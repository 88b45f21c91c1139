package props

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
	"assay/props/evidence"
	"assay/spec"
)

// answer is one call of the candidate as the bets see it.
type answer struct {
	task       task
	evaluation *evidence.Evaluation
	truth, y   []float64
	pool       *mat.Dense
	fault      *Fault
	err        error // of a witness of the user's own
}

// ask makes the calls, several at a time, and hands them out in order. Calls do not
// depend on each other, so what is bet on them does not depend on the schedule; those made
// beyond the end of the trial are thrown away.
func (t *trial) ask(ctx context.Context, tasks []task) <-chan chan *answer {
	now, most := t.workers(tasks)
	queue := make(chan chan *answer, most)
	var mu sync.Mutex
	ended := sync.NewCond(&mu)
	running := 0
	context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		ended.Broadcast()
	})
	go func() {
		defer close(queue)
		for _, next := range tasks {
			mu.Lock()
			for running >= now() && ctx.Err() == nil {
				ended.Wait()
			}
			running++
			mu.Unlock()
			if ctx.Err() != nil {
				return
			}
			pending := make(chan *answer, 1)
			go func() {
				pending <- t.call(next.state.asking, next)
				mu.Lock()
				defer mu.Unlock()
				running--
				ended.Signal()
			}()
			select {
			case queue <- pending:
			case <-ctx.Done():
				return
			}
		}
	}()
	return queue
}

// workers returns how many calls to make at a time, from now on and at most: as many as the
// candidate says that keep it busy, unless the user says.
func (t *trial) workers(tasks []task) (now func() int, most int) {
	most = t.jobs
	if most == 0 {
		most = runtime.GOMAXPROCS(0)
	}
	candidate, ok := t.candidate.(spec.Concurrent)
	if !ok || t.jobs > 0 {
		return func() int { return most }, most
	}
	numbers := 0
	for _, next := range tasks {
		numbers = max(numbers, t.draws*next.state.problem.Dim())
	}
	_, most = candidate.AtOnce(numbers)
	return func() int {
		now, _ := candidate.AtOnce(numbers)
		return now
	}, most
}

// call draws a truth and its measurement, asks the candidate, and evaluates the
// witnesses. Truth, candidate and engine have streams of their own. In local mode y is
// given, and the pool is one draw of the candidate, which takes the place of the truth,
// among exact ones: as exchangeable as the other way round, and the candidate, which
// costs more, is asked for less.
func (t *trial) call(ctx context.Context, next task) *answer {
	e, q := next.state, next.point
	if err := ctx.Err(); err != nil { // the problem has been set aside
		return next.failed(&Fault{Kind: FaultError, Message: err.Error()})
	}
	replicate := uint64(next.replicate)
	digest := e.problem.Digest()
	if q.y != nil {
		digest = fmt.Appendf(slices.Clone(digest), "%x", q.y)
		if q.twins > 0 {
			digest = fmt.Appendf(digest, " again %d", q.twins)
		}
	}
	if t.origin != nil { // y is another than without one
		digest = role(digest, "joint")
	}
	stream := func(purpose string) *rand.Rand { return t.stream(purpose, digest, replicate) }
	x := make([]float64, e.problem.Dim())
	y, draws := q.y, t.draws
	if q.y == nil {
		y = make([]float64, e.problem.Rows())
		if fault := t.truth(ctx, e.problem, x, y, digest, replicate, stream); fault != nil {
			return next.failed(fault)
		}
	} else {
		draws = 1
	}
	pool, fault := t.request(ctx, t.candidate, e.problem, draws, y, digest, replicate, stream("candidate"))
	if fault != nil {
		return next.failed(fault)
	}
	if q.y != nil {
		copy(x, pool.RawRowView(0))
		if t.reference != nil {
			if pool, fault = t.request(ctx, t.reference, e.problem, t.draws, y, role(digest, "reference"), replicate, stream("reference")); fault != nil {
				return next.failed(fault)
			}
		} else {
			pool = mat.NewDense(t.draws, len(x), nil)
			q.posterior.Sample(pool, stream("truth"))
		}
	}
	evaluation, err := q.session.Evaluate(x, pool, y, stream("engine"))
	return &answer{task: next, evaluation: evaluation, truth: x, y: y, pool: pool, err: err}
}

// failed is the answer of a call that came to nothing.
func (t task) failed(fault *Fault) *answer {
	fault.Problem, fault.Call = t.state.problem.Name(), t.replicate
	return &answer{task: t, fault: fault}
}

// request asks the journal, if there is one, and then the sampler for n draws given y.
// digest and replicate name the call.
func (t *trial) request(ctx context.Context, sampler spec.Sampler, p *spec.Problem, n int, y []float64, digest []byte, replicate uint64, rng *rand.Rand) (draws *mat.Dense, fault *Fault) {
	defer func() {
		if fault != nil && t.twoSided() {
			fault.Sampler = sampler.Name()
		}
	}()
	if t.journal == nil {
		return Ask(ctx, sampler, p, n, y, rng)
	}
	call := fmt.Sprintf("%s seed=%d problem=%x call=%d draws=%d", sampler.Name(), t.seed, digest, replicate, n)
	if draws = t.journal.recall(call, n, p.Dim()); draws != nil {
		return draws, nil
	}
	if draws, fault = Ask(ctx, sampler, p, n, y, rng); fault == nil {
		t.journal.remember(call, draws)
	}
	return draws, fault
}

// Ask asks a sampler for n draws given y, one a row, and checks that it filled every row with
// finite numbers. Whatever it does else, panics included, is a fault, which does not know yet
// in which call of a judgement it happened. It is for packages that judge otherwise.
func Ask(ctx context.Context, candidate spec.Sampler, p *spec.Problem, n int, y []float64, rng *rand.Rand) (draws *mat.Dense, fault *Fault) {
	defer func() {
		if r := recover(); r != nil {
			value, stack := parallel.Recovered(r)
			fault = &Fault{Kind: FaultPanic, Message: fmt.Sprint(value), Stack: string(stack)}
		}
	}()
	d := p.Dim()
	draws = mat.NewDense(n, d, nil)
	for i := range n {
		row := draws.RawRowView(i)
		for j := range row {
			row[j] = math.NaN() // a row left unfilled is noticed
		}
	}
	if err := candidate.Sample(ctx, draws, p, slices.Clone(y), rng); err != nil {
		return nil, &Fault{Kind: kindOf(err), Message: err.Error()}
	}
	if rows, cols := draws.Dims(); rows != n || cols != d {
		return nil, &Fault{Kind: FaultShape, Message: fmt.Sprintf("returned %d x %d draws, want %d x %d", rows, cols, n, d)}
	}
	for i := range n {
		for j, v := range draws.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, &Fault{Kind: FaultNonFinite, Message: fmt.Sprintf("draw %d of %d has %v in coordinate %d", i, n, v, j)}
			}
		}
	}
	return draws, nil
}

// kindOf returns the kind of fault that an error of a candidate is: the one that it
// names itself, as those of package samplers/external do, or FaultError.
func kindOf(err error) FaultKind {
	var named interface{ FaultKind() string }
	refusal := (*spec.Refusal)(nil)
	switch {
	case errors.As(err, &refusal):
		return FaultRefusal
	case errors.As(err, &named):
		return FaultKind(named.FaultKind())
	}
	return FaultError
}
