package props

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"assay/props/evidence"
	"assay/spec"
)

// Judge asks the candidate for draws on each problem in turn and bets against
// them, until the wealth reaches 1/alpha (rejected), the
// budget is spent (not rejected), or there is nothing to judge (inconclusive). A problem
// on which the candidate is at fault, or which it refuses, is set aside with the wealth
// that it has, and the others go on; a verdict that rejects nothing is inconclusive then. The
// verdict depends on the candidate, the problems, the options and the seed, not on
// the number of processors. If ctx is done it returns the verdict so far, which
// then is inconclusive. It is an error, and no verdict, if an option is out of
// range, no problem is given or one twice, or a problem cannot be drawn from.
func Judge(ctx context.Context, candidate spec.Sampler, problems []*spec.Problem, opts ...JudgeOption) (*Verdict, error) {
	o, err := newOptions(opts)
	if err := first(err, checkSampler("candidate", candidate)); err != nil {
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
	t := &trial{options: o, candidate: candidate}
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
	if v.Outcome == NotRejected && !o.terse {
		t.explainPass(ctx, v)
	}
	if o.recorded {
		v.Record = t.recorder.finish(t, v)
	}
	return v, nil
}

// trial is a judgement under way.
type trial struct {
	*options
	candidate spec.Sampler
	states    []*problemState
	pooled    *evidence.Pooled // nil if there is nothing to pool
	calls     int
	recorder  *recorder // nil if nothing is recorded
	failure   error     // of a witness of the user's own
}

// pool lets the evidence on all problems count as one too, beside that on each.
func (t *trial) pool() (err error) {
	var sessions []*evidence.Session
	for _, e := range t.states {
		sessions = append(sessions, e.points[0].session)
	}
	t.pooled, err = evidence.NewPooled(sessions...)
	return err
}

// run bets call by call, the problems in turn, and says why it ended.
func (t *trial) run(ctx context.Context) Stop {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for _, e := range t.states {
		e.asking, e.setAside = context.WithCancel(ctx)
	}
	var timeout <-chan time.Time
	if t.limit > 0 {
		timer := time.NewTimer(t.limit)
		defer timer.Stop()
		timeout = timer.C
	}
	for t.calls < t.budget() {
		tasks := t.plan(t.budget() - t.calls)
		answers := t.ask(ctx, tasks)
		for range tasks {
			var a *answer
			select {
			case <-ctx.Done():
				return StopInterrupted
			case <-timeout:
				return t.stopAt(StopTime)
			case pending := <-answers:
				select {
				case <-ctx.Done():
					return StopInterrupted
				case <-timeout:
					return t.stopAt(StopTime)
				case a = <-pending:
				}
			}
			if stop := t.observe(ctx, a); stop != "" {
				return stop
			}
		}
	}
	return t.stopAt(StopCalls)
}

// stopAt returns why the trial ended, if it ended without a rejection: for the given
// reason, unless problems were set aside.
func (t *trial) stopAt(reason Stop) Stop {
	switch fault := t.fault(); {
	case fault == nil:
		return reason
	case fault.Kind == FaultRefusal:
		return StopRefusal
	}
	return StopFault
}

// fault returns what went wrong on the first of the problems that are set aside: a refusal
// only if nothing worse did.
func (t *trial) fault() (first *Fault) {
	for _, e := range t.states {
		if e.fault != nil && (first == nil || first.Kind == FaultRefusal && e.fault.Kind != FaultRefusal) {
			first = e.fault
		}
	}
	return first
}

// observe bets on an answer and says whether that ends the trial.
func (t *trial) observe(ctx context.Context, a *answer) Stop {
	switch e := a.task.state; {
	case e.fault != nil: // it was asked for before that
		return ""
	case a.fault != nil && ctx.Err() != nil: // the candidate was told to stop
		return StopInterrupted
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

// budget returns the budget of calls over all problems: those that are set aside need no
// more.
func (t *trial) budget() (n int) {
	for _, e := range t.states {
		if e.fault != nil {
			n += e.calls()
		} else {
			n += t.options.calls
		}
	}
	return n
}

// logWealth returns the logarithm of the wealth: half of it is the mean over the problems,
// for an error that one of them shows, and half is bet on all problems as one, for an error
// that they share.
func (t *trial) logWealth() float64 {
	mean := evidence.LogMean(len(t.states), func(i int) float64 { return t.states[i].logWealth() })
	if t.pooled == nil {
		return mean
	}
	halves := []float64{mean, t.pooled.LogWealth()}
	return evidence.LogMean(2, func(i int) float64 { return halves[i] })
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
		Fault:       t.fault(),
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
	default:
		v.Outcome = Inconclusive
	}
	for _, c := range t.states {
		if missing := c.points[0].session.LeftOut(); missing != "" {
			v.Warnings = append(v.Warnings, c.problem.Name()+": "+missing)
		}
		if c.problem.Rows() == 0 {
			v.Warnings = append(v.Warnings, c.problem.Name()+" measures nothing: "+t.unmeasured())
		}
	}
	return v
}

// twoSided reports whether the draws of a sampler stand in the place of the truth.
func (t *trial) twoSided() bool { return t.reference != nil || t.origin != nil }

// unmeasured says what is judged where nothing is measured.
func (t *trial) unmeasured() string {
	if t.twoSided() {
		return "unconditional draws are compared"
	}
	return "the candidate is judged as an unconditional sampler"
}

// asked returns the tolerance as it is read on all problems, or without its form, unless
// that was asked for, if they are read by several.
func (t *trial) asked() spec.Tolerance {
	first := t.states[0].points[0].session.Tolerance()
	for _, e := range t.states {
		if e.points[0].session.Tolerance() != first {
			return t.tolerance
		}
	}
	return first
}

// couldReject reports whether the calls made could have reached 1/alpha at all.
func (t *trial) couldReject() bool {
	factor := 0.0 // what no call is worth more than
	for _, e := range t.states {
		factor = max(factor, e.points[0].session.LargestFactor())
	}
	if t.pooled != nil {
		return float64(t.calls)*math.Log(factor)-math.Ln2 >= -math.Log(t.alpha)
	}
	best := math.Inf(-1)
	for _, e := range t.states {
		for _, q := range e.points {
			best = max(best, float64(q.session.Calls())*math.Log(factor)-math.Log(float64(len(e.points))))
		}
	}
	return best-math.Log(float64(len(t.states))) >= -math.Log(t.alpha)
}

// tooFew says that the budget rejects nobody, and what would help.
func (t *trial) tooFew() string {
	help := "give more calls or draws"
	if !t.tolerance.Exact() {
		help = "give more calls, or a smaller tolerance"
	}
	what := "reject even the worst sampler"
	if t.twoSided() {
		what = "tell apart even laws that share nothing"
	}
	return fmt.Sprintf("too few calls to %s at alpha %.3g; %s", what, t.alpha, help)
}
