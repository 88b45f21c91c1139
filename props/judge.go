package props

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"assay/internal/parallel"
	"assay/internal/results"
	"assay/internal/stats"
	"assay/internal/tally"
	"assay/props/evidence"
	"assay/spec"
)

// Judge asks the candidate for draws on each problem in turn and bets against
// them, until the wealth reaches 1/alpha (rejected), the
// budget is spent (not rejected), or there is nothing to judge (inconclusive). A problem
// on which the candidate is at fault, or which it refuses, is set aside with the wealth
// that it has, and the others go on; a verdict that rejects nothing is inconclusive then, and also if
// its time ran out in waiting for an answer; see [Pending]. The
// verdict depends on the candidate, the problems, the options and the seed, not on
// the number of processors. If ctx is done it returns the verdict so far, which
// then is inconclusive. It is an error, and no verdict, if an option is out of
// range, no problem is given or one twice, or a problem cannot be drawn from.
func Judge(ctx context.Context, candidate spec.Sampler, problems []*spec.Problem, opts ...JudgeOption) (*Verdict, error) {
	o, err := newOptions(opts)
	if err := cmp.Or(err, checkSampler("candidate", candidate)); err != nil {
		return nil, err
	}
	return judge(ctx, candidate, problems, o)
}

// judge is the engine behind all doors. Where there is a reference or an origin its verdict is
// not on the candidate against the truth, and is put into the words of another door.
func judge(ctx context.Context, candidate spec.Sampler, problems []*spec.Problem, o *options) (*Verdict, error) {
	if err := checkProblems(problems); err != nil {
		return nil, err
	}
	if err := o.fit(problems); err != nil {
		return nil, err
	}
	t := &trial{options: o, candidate: candidate, asker: newAsker(ctx, o, candidate)}
	for _, p := range problems {
		c, err := newProblemState(ctx, p, candidate, o)
		if err != nil {
			return nil, err
		}
		t.states = append(t.states, c)
	}
	if err := t.pool(); err != nil {
		return nil, err
	}
	if o.recorded {
		t.recorder = newRecorder(t.states)
	}
	stop := t.run(ctx)
	if t.failure != nil {
		return nil, t.failure
	}
	v := t.verdict(stop)
	if warning := o.journal.Settle(); warning != "" {
		v.Warnings = append(v.Warnings, warning)
	}
	if v.Outcome == NotRejected && !o.terse {
		t.explainPass(ctx, v)
	}
	if o.recorded {
		v.Record = results.Handed(t.recorder.finish(t, v))
	}
	if o.twoSided() {
		return v, nil // which is not in the words of its door yet
	}
	return results.Handed(v), nil
}

// trial is a judgement under way.
type trial struct {
	*options
	candidate spec.Sampler
	asker     *asker
	states    []*problemState
	pooled    *evidence.Pooled // nil if there is nothing to pool
	calls     int
	spent     tally.Costs // in these calls
	recorder  *recorder   // nil if nothing is recorded
	failure   error       // of a witness of the user's own
}

// pool lets the evidence on all problems count as one too, besides that on each.
func (t *trial) pool() (err error) {
	var sessions []*evidence.Session
	for _, e := range t.states {
		sessions = append(sessions, e.points[0].session)
	}
	t.pooled, err = evidence.NewPooled(sessions...)
	return err
}

// run bets call by call, and says why it ended: the calls are planned, made, several at a time,
// taken in order, and bet on, until there is a reason to stop.
func (t *trial) run(ctx context.Context) Stop {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if t.limit > 0 {
		defer time.AfterFunc(t.limit, func() { cancel(errLimit) }).Stop()
	}
	for _, e := range t.states {
		e.asking, e.setAside = context.WithCancel(ctx)
	}
	for begun := false; t.calls < t.budget(); begun = true {
		tasks := t.plan(t.budget() - t.calls)
		now, most := t.asker.width(tasks)
		if !begun {
			t.asker.clock.Begin(now())
		}
		for a := range parallel.InOrder(ctx, tasks, now, most, t.asker.call) {
			if stop := t.observe(ctx, a); stop != "" {
				return stop
			}
		}
		if ctx.Err() != nil {
			return t.cutShort(ctx)
		}
	}
	return t.stopAt(StopCalls)
}

// observe bets on an answer and says whether that ends the trial.
func (t *trial) observe(ctx context.Context, a *answer) Stop {
	switch e := a.task.state; {
	case e.fault != nil: // it was asked for before that
		return ""
	case a.fault != nil && ctx.Err() != nil: // the candidate was told to stop
		return t.cutShort(ctx)
	case a.fault != nil:
		e.fault = a.fault
		e.setAside()
		if !slices.ContainsFunc(t.states, func(e *problemState) bool { return e.fault == nil }) {
			return t.stopAt(StopCalls)
		}
		return ""
	case a.err != nil:
		t.failure = a.err
		return StopInterrupted
	}
	a.task.point.session.Bet(a.evaluation)
	t.calls++
	t.spent.Add(a.spent)
	wealth := t.logWealth()
	if t.recorder != nil {
		t.recorder.bet(t.states, a, t.calls, wealth)
	}
	progress := Progress{t.calls, t.budget(), wealth / math.Ln10, -math.Log10(t.alpha)}
	if t.progress != nil {
		t.progress(progress)
	}
	switch {
	case wealth >= -math.Log(t.alpha):
		return StopWealth
	case t.enough != nil && t.enough(progress):
		if t.calls < t.budget() {
			return t.stopAt(StopUntil)
		}
		return t.stopAt(StopCalls)
	}
	return ""
}

// logWealth returns the logarithm of the wealth: half of it is the mean over the problems,
// for an error that one of them shows, and half is bet on all problems as one, for an error
// that they share.
func (t *trial) logWealth() float64 {
	mean := stats.LogMean(len(t.states), func(i int) float64 { return t.states[i].logWealth() })
	if t.pooled == nil {
		return mean
	}
	halves := []float64{mean, t.pooled.LogWealth()}
	return stats.LogMean(2, func(i int) float64 { return halves[i] })
}

func (t *trial) verdict(stop Stop) *Verdict {
	v := &Verdict{
		Candidate:   t.candidate.Name(),
		Alpha:       t.alpha,
		Tolerance:   t.asked(),
		Log10Wealth: t.logWealth() / math.Ln10,
		Fitted:      t.fitting != nil,
		Stop:        stop,
		Budget:      t.options.calls,
		Calls:       t.calls,
		DrawsACall:  t.draws,
		Local:       t.local,
		Given:       t.at != nil,
		Independent: t.candidate.Independent(),
		Seed:        t.seed,
		Spent:       t.spent,
		Fault:       t.fault(),
		Pending:     t.pending(stop),
	}
	v.OwnWitnesses = t.ownWitnesses()
	for _, c := range t.states {
		f := newFinding(c.problem)
		f.Form = c.points[0].session.Tolerance().Form
		f.Calls, f.Fault = c.calls(), c.fault
		f.Log10Wealth = c.logWealth() / math.Ln10
		worst := c.worst()
		f.Y, f.Resolution = worst.y, worst.session.Resolution()
		f.Witnesses = t.leadingWitnesses(worst.session.WitnessShares())
		v.Problems = append(v.Problems, f)
	}
	if t.pooled != nil {
		v.Together = &Together{t.pooled.LogWealth() / math.Ln10, t.leadingWitnesses(t.pooled.WitnessShares())}
	}
	switch stop {
	case StopWealth:
		v.Outcome = Rejected
	case StopCalls, StopTime, StopUntil:
		v.Outcome = NotRejected
		if !t.couldReject() {
			v.Outcome = Inconclusive
			v.Warnings = append(v.Warnings, t.tooFew())
		}
		if v.Pending.Stall() {
			v.Outcome = Inconclusive
		}
	default:
		v.Outcome = Inconclusive
	}
	for _, c := range t.states {
		_, warnings := c.problem.Read()
		for _, warning := range warnings {
			v.Warnings = append(v.Warnings, c.problem.Name()+": "+warning)
		}
		if missing := c.points[0].session.LeftOut(); missing != "" {
			v.Warnings = append(v.Warnings, c.problem.Name()+": "+missing)
		}
		if c.problem.Rows() == 0 {
			v.Warnings = append(v.Warnings, c.problem.Name()+" measures nothing: "+t.unmeasured())
		}
	}
	if c, ok := t.candidate.(interface{ Warnings() []string }); ok { // what it noticed of itself
		v.Warnings = append(v.Warnings, c.Warnings()...)
	}
	return v
}
