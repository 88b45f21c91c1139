package props

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/clock"
	"assay/internal/parallel"
	"assay/internal/tally"
	"assay/props/evidence"
	"assay/props/run"
	"assay/spec"
)

// answer is one call of the candidate as the bets see it.
type answer struct {
	task       task
	evaluation *evidence.Evaluation
	truth, y   []float64
	pool       *mat.Dense
	spent      tally.Costs // by all samplers that were asked
	fault      *Fault
	err        error // of a witness of the user's own
}

// asker makes the calls of a judgement.
type asker struct {
	*options
	candidate, reference, origin party
	clock                        *clock.Clock
	silent                       func(*spec.Problem, spec.Measurement) (*spec.Problem, error) // made once
}

// party is a sampler that is asked, and as what.
type party struct {
	role    string
	sampler spec.Sampler
	runner  run.Runner
}

// foreign is a runner that a user has brought.
type foreign struct{ run.Runner }

// AtOnce is that of the user's, or zeros if it does not say.
func (f foreign) AtOnce(numbers int) (now, most int) { return parallel.AtOnce(f.Runner, numbers) }

// Answer implements [run.Runner].
func (f foreign) Answer(ctx context.Context, c run.Call) run.Answer {
	return c.AnsweredBy(ctx, f.Runner)
}

func newAsker(ctx context.Context, o *options, candidate spec.Sampler) *asker {
	times := clock.Of(ctx)
	as := func(role string, sampler spec.Sampler) party {
		runner := run.InProcess(sampler)
		if o.runner != nil {
			runner = o.runner
		}
		return party{role, sampler, run.Journalled(times.Timed(runner), o.journal)}
	}
	return &asker{o, as("candidate", candidate), as("reference", o.reference), as("origin", o.origin), times, onceEach()}
}

// width returns how many calls to make at a time, from now on and at most: as many as the
// candidate says that keep it busy, unless the user says.
func (a *asker) width(tasks []task) (now func() int, most int) {
	if a.jobs > 0 {
		return func() int { return a.jobs }, a.jobs
	}
	numbers := 0
	for _, next := range tasks {
		numbers = max(numbers, a.draws*next.state.problem.Dim())
	}
	return parallel.Width(a.candidate.runner, numbers)
}

// call draws a truth and its measurement, asks the candidate, and evaluates the
// witnesses. Truth, candidate and engine have streams of their own. In local mode y is
// given, and the pool is one draw of the candidate, which takes the place of the truth,
// among exact ones: as exchangeable as the other way round, and the candidate, which
// costs more, is asked for less.
func (a *asker) call(next task) *answer {
	e, q, ctx := next.state, next.point, next.state.asking
	if err := ctx.Err(); err != nil { // the problem has been set aside
		return next.failed(&Fault{Kind: FaultError, Message: err.Error()})
	}
	var spent tally.Costs
	replicate := uint64(next.replicate)
	digest := e.problem.Digest()
	if q.y != nil {
		digest = fmt.Appendf(slices.Clone(digest), "%x", q.y)
		if q.twins > 0 {
			digest = fmt.Appendf(digest, " again %d", q.twins)
		}
	}
	if a.origin.sampler != nil { // y is another than without one
		digest = role(digest, "joint")
	}
	stream := func(purpose string) *rand.Rand { return a.stream(purpose, digest, replicate) }
	x := make([]float64, e.problem.Dim())
	y, draws := q.y, a.draws
	if q.y == nil {
		y = make([]float64, e.problem.Rows())
		if fault := a.truth(ctx, e.problem, x, y, digest, replicate, &spent); fault != nil {
			return next.failed(fault)
		}
	} else {
		draws = 1
	}
	pool, fault := a.ask(ctx, a.candidate, e.problem, draws, y, digest, replicate, &spent)
	if fault != nil {
		return next.failed(fault)
	}
	if q.y != nil {
		copy(x, pool.RawRowView(0))
		if a.reference.sampler != nil {
			if pool, fault = a.ask(ctx, a.reference, e.problem, a.draws, y, digest, replicate, &spent); fault != nil {
				return next.failed(fault)
			}
		} else {
			pool = mat.NewDense(a.draws, len(x), nil)
			q.posterior.Sample(pool, stream("truth"))
		}
	}
	evaluation, err := q.session.Evaluate(x, pool, y, stream("engine"))
	return &answer{task: next, evaluation: evaluation, truth: x, y: y, pool: pool, spent: spent, err: err}
}

// failed is the answer of a call that came to nothing.
func (t task) failed(fault *Fault) *answer {
	fault.Problem, fault.Call = t.state.problem.Name(), t.replicate
	return &answer{task: t, fault: fault}
}

// truth stores in x the vector that the pool is compared with, and in y what is measured.
func (a *asker) truth(ctx context.Context, p *spec.Problem, x, y []float64, digest []byte, replicate uint64, spent *tally.Costs) *Fault {
	rng := a.stream("truth", digest, replicate)
	if a.origin.sampler != nil {
		draws, fault := a.unconditional(ctx, p, digest, replicate, spent)
		if fault != nil {
			return fault
		}
		copy(x, draws.RawRowView(0))
		m, _ := p.Measurement() // see [Consistent]
		m.Measure(y, x, rng)
		return nil
	}
	p.Draw(x, y, rng)
	if a.reference.sampler == nil {
		return nil
	}
	draws, fault := a.ask(ctx, a.reference, p, 1, y, digest, replicate, spent)
	if fault == nil {
		copy(x, draws.RawRowView(0))
	}
	return fault
}

// unconditional asks the origin for one draw without a measurement, or, if it refuses that,
// with one that says nothing.
func (a *asker) unconditional(ctx context.Context, p *spec.Problem, digest []byte, replicate uint64, spent *tally.Costs) (*mat.Dense, *Fault) {
	on, err := a.silent(p, spec.Unmeasured(p.Dim()))
	if err != nil {
		return nil, &Fault{Kind: FaultError, Message: err.Error()}
	}
	draws, fault := a.ask(ctx, a.origin, on, 1, nil, digest, replicate, spent)
	if fault == nil || fault.Kind != FaultRefusal {
		return draws, fault
	}
	beta := 1.0 // any noise says nothing; that of the problem is what the sampler knows
	if m, linear := p.Linear(); linear {
		beta = m.Beta()
	}
	zeros, err := spec.NewLinear(mat.NewDense(1, p.Dim(), nil), beta)
	if err == nil {
		on, err = a.silent(p, zeros)
	}
	if err != nil {
		return nil, &Fault{Kind: FaultError, Message: err.Error()}
	}
	digest = role(digest, "zeros")
	y := make([]float64, 1)
	zeros.Measure(y, make([]float64, p.Dim()), a.stream("zeros", digest, replicate))
	return a.ask(ctx, a.origin, on, 1, y, digest, replicate, spent)
}

// onceEach returns the function that puts another measurement to a problem, once for each
// problem and number of rows.
func onceEach() func(*spec.Problem, spec.Measurement) (*spec.Problem, error) {
	type key struct {
		p    *spec.Problem
		rows int
	}
	var mu sync.Mutex
	made := map[key]*spec.Problem{}
	return func(p *spec.Problem, m spec.Measurement) (*spec.Problem, error) {
		mu.Lock()
		defer mu.Unlock()
		at := key{p, m.Rows()}
		if made[at] != nil {
			return made[at], nil
		}
		on, err := p.Remeasured(m)
		if err == nil {
			made[at] = on
		}
		return on, err
	}
}

// ask asks a party for n draws given y. The stream that it draws from is keyed by its role;
// digest and replicate name the call,
// whose costs are added to spent.
func (a *asker) ask(ctx context.Context, of party, p *spec.Problem, n int, y []float64, digest []byte, replicate uint64, spent *tally.Costs) (*mat.Dense, *Fault) {
	reply := of.runner.Answer(ctx, run.Call{
		Sampler: of.sampler.Name(), Role: of.role, Problem: p, Replicate: replicate, Draws: n, Y: y,
		Key: a.key(of.role, digest, replicate),
	})
	spent.Add(reply.Spent)
	if reply.Fault == nil {
		return reply.Draws, nil
	}
	fault := &Fault{Kind: FaultKind(reply.Fault.Kind), Message: reply.Fault.Message, Stack: reply.Fault.Stack}
	if a.twoSided() {
		fault.Sampler = of.sampler.Name()
	}
	return nil, fault
}

// role names a call of a sampler that is not the candidate, or not as such.
func role(digest []byte, purpose string) []byte { return append(slices.Clone(digest), purpose...) }
