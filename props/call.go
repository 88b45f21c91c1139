package props

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// answer is one call of the candidate as the bets see it.
type answer struct {
	number int     // of the call in the trial
	sights []sight // one for each scale of the problem
	ties   *rand.Rand
	fault  *Fault
}

// sight is a pool as the witnesses see it at one scale.
type sight struct {
	values [][]float64
	place  int
}

// ask makes the calls of the trial, several at a time, and hands them out in
// order. Calls do not depend on each other, so what is bet on them does not depend
// on the schedule; those made beyond the end of the trial are thrown away.
func (t *trial) ask(ctx context.Context) <-chan chan *answer {
	workers := runtime.GOMAXPROCS(0)
	queue := make(chan chan *answer, workers)
	slots := make(chan struct{}, workers)
	go func() {
		defer close(queue)
		for number := range t.budget() {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			pending := make(chan *answer, 1)
			go func() {
				pending <- t.call(ctx, number)
				<-slots
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

// call draws a truth and its measurement, asks the candidate, and evaluates the
// witnesses. Truth, candidate and engine have streams of their own.
func (t *trial) call(ctx context.Context, number int) *answer {
	c := t.exhibits[number%len(t.exhibits)]
	replicate := number / len(t.exhibits)
	stream := func(purpose string) *rand.Rand {
		return spec.Stream(t.seed, purpose, c.problem.Digest(), uint64(replicate))
	}
	x := make([]float64, c.problem.Prior().Dim())
	y := make([]float64, c.problem.Measurement().Rows())
	c.problem.Draw(x, y, stream("truth"))
	draws, fault := request(ctx, t.candidate, c.problem, t.draws, y, stream("candidate"))
	if fault != nil {
		fault.Problem, fault.Call = c.problem.Name(), replicate
		return &answer{number: number, fault: fault}
	}
	engine := stream("engine")
	a := &answer{number: number, ties: engine}
	for _, s := range c.scales {
		values, place := s.battery.Evaluate(x, draws, y, engine)
		a.sights = append(a.sights, sight{values, place})
	}
	return a
}

// request asks the candidate for n draws given y, and checks that it filled every
// row with finite numbers. Whatever it does else is a fault.
func request(ctx context.Context, candidate spec.Sampler, p *spec.Problem, n int, y []float64, rng *rand.Rand) (draws *mat.Dense, fault *Fault) {
	defer func() {
		if r := recover(); r != nil {
			fault = &Fault{Kind: FaultPanic, Message: fmt.Sprint(r), Stack: string(debug.Stack())}
		}
	}()
	d := p.Prior().Dim()
	draws = mat.NewDense(n, d, nil)
	for i := range n {
		row := draws.RawRowView(i)
		for j := range row {
			row[j] = math.NaN() // a row left unfilled is noticed
		}
	}
	if err := candidate.Sample(ctx, draws, p, slices.Clone(y), rng); err != nil {
		kind := FaultError
		if refusal := (*spec.Refusal)(nil); errors.As(err, &refusal) {
			kind = FaultRefusal
		}
		return nil, &Fault{Kind: kind, Message: err.Error()}
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
