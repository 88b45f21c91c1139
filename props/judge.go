package props

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"

	"assay/props/evidence"
	"assay/spec"
)

// Judge asks the candidate for draws on each problem in turn and bets against
// them, until the mean wealth over the problems reaches 1/alpha (rejected), the
// budget is spent (not rejected), or there is nothing to judge (inconclusive). The
// verdict depends on the candidate, the problems, the options and the seed, not on
// the number of processors. If ctx is done it returns the verdict so far, which
// then is inconclusive. It is an error, and no verdict, if an option is out of
// range, no problem is given, or a problem cannot be drawn from.
func Judge(ctx context.Context, candidate spec.Sampler, problems []*spec.Problem, opts ...Option) (*Verdict, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	if len(problems) == 0 {
		return nil, errors.New("no problem to judge on")
	}
	return judge(ctx, candidate, problems, o)
}

func judge(ctx context.Context, candidate spec.Sampler, problems []*spec.Problem, o *options) (*Verdict, error) {
	t := &trial{options: o, candidate: candidate}
	for _, p := range problems {
		c, err := newExhibit(p, candidate, o)
		if err != nil {
			return nil, err
		}
		t.exhibits = append(t.exhibits, c)
	}
	stop, fault := t.run(ctx)
	v := t.verdict(stop, fault)
	if v.Outcome == NotRejected && !o.silent {
		err := t.explainPass(v)
		return v, err
	}
	return v, nil
}

// explainPass adds to a verdict that rejects nothing what it would have noticed, and
// how well calibrated the candidate is at least.
func (t *trial) explainPass(v *Verdict) error {
	for i, e := range t.exhibits {
		lead := e.leading()
		for k := range lead.battery.Names() {
			v.Problems[i].CalibrationError = max(v.Problems[i].CalibrationError, lead.process.CalibrationLimit(k, calibrationLevel))
		}
		noticed, err := t.sensitivity(e)
		if err != nil {
			return err
		}
		v.Problems[i].Noticed = noticed
	}
	return nil
}

// calibrationLevel is the confidence of the limit for the error of each witness.
const calibrationLevel = 0.95

// trial is a judgement under way.
type trial struct {
	*options
	candidate spec.Sampler
	exhibits  []*exhibit
	calls     int
}

// exhibit is one problem of a trial, with the evidence on it: the mean wealth over
// its scales.
type exhibit struct {
	problem *spec.Problem
	scales  []scale
}

// scale is a resolution at which a problem is looked at.
type scale struct {
	h       float64
	battery *evidence.Battery
	process *evidence.Process
}

// resolutions are the h, in units of tau, at which a tolerance is tested. At small h
// little is blurred, but much must be allowed for: eta = 2 Phi(tau/(2h)) - 1 is 0.197,
// 0.050 and 0.012.
var resolutions = []float64{2, 8, 32}

func newExhibit(p *spec.Problem, candidate spec.Sampler, o *options) (*exhibit, error) {
	e := &exhibit{problem: p}
	heights := []float64{0}
	if o.tolerance.Tau > 0 {
		heights = nil
		for _, r := range resolutions {
			heights = append(heights, r*o.tolerance.Tau)
		}
	}
	pairs := inPairs(candidate, o)
	for _, h := range heights {
		battery, err := evidence.NewBattery(p, pairs, h, spec.Stream(o.seed, "pilot", p.Digest(), 0))
		if err != nil {
			return nil, err
		}
		eta := o.tolerance.Delta
		if h > 0 {
			eta = o.tolerance.TotalVariation(h)
		}
		process := evidence.NewProcess(len(battery.Names()), battery.Features(), o.draws, !pairs, eta)
		e.scales = append(e.scales, scale{h, battery, process})
	}
	return e, nil
}

// inPairs reports whether each draw is compared with the truth by itself: if they are
// not independent, and under a tolerance, where a pair needs an allowance for one draw
// and a pool for all of its draws.
func inPairs(candidate spec.Sampler, o *options) bool {
	return !candidate.Independent() || o.tolerance != (spec.Tolerance{})
}

// calls returns the number of calls that were bet on.
func (e *exhibit) calls() int { return e.scales[0].process.Calls() }

// logWealth returns the logarithm of the mean wealth over the scales.
func (e *exhibit) logWealth() float64 {
	return logMean(len(e.scales), func(i int) float64 { return e.scales[i].process.LogWealth() })
}

// leading returns the scale with the most evidence.
func (e *exhibit) leading() scale {
	return slices.MaxFunc(e.scales, func(a, b scale) int { return cmp.Compare(a.process.LogWealth(), b.process.LogWealth()) })
}

// logMean returns the logarithm of the mean of exp(log(0)), ..., exp(log(n-1)).
func logMean(n int, log func(i int) float64) float64 {
	logs := make([]float64, n)
	for i := range logs {
		logs[i] = log(i)
	}
	return floats.LogSumExp(logs) - math.Log(float64(n))
}

// run bets call by call, the problems in turn, and says why it ended.
func (t *trial) run(ctx context.Context) (Stop, *Fault) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var timeout <-chan time.Time
	if t.limit > 0 {
		timer := time.NewTimer(t.limit)
		defer timer.Stop()
		timeout = timer.C
	}
	answers := t.ask(ctx)
	for range t.budget() {
		var a *answer
		select {
		case <-ctx.Done():
			return StopInterrupted, nil
		case <-timeout:
			return StopTime, nil
		case pending := <-answers:
			select {
			case <-ctx.Done():
				return StopInterrupted, nil
			case <-timeout:
				return StopTime, nil
			case a = <-pending:
			}
		}
		if a.fault != nil {
			if ctx.Err() != nil { // the candidate was told to stop
				return StopInterrupted, nil
			}
			if a.fault.Kind == FaultRefusal {
				return StopRefusal, a.fault
			}
			return StopFault, a.fault
		}
		c := t.exhibits[a.number%len(t.exhibits)]
		for i, s := range c.scales {
			s.process.Observe(a.sights[i].values, a.sights[i].place, a.ties)
		}
		t.calls++
		if t.progress != nil {
			t.progress(Progress{t.calls, t.budget(), t.logWealth() / math.Ln10, -math.Log10(t.alpha)})
		}
		if t.logWealth() >= -math.Log(t.alpha) {
			return StopWealth, nil
		}
	}
	return StopCalls, nil
}

// budget returns the budget of calls over all problems.
func (t *trial) budget() int { return t.options.calls * len(t.exhibits) }

// logWealth returns the logarithm of the mean wealth over the problems.
func (t *trial) logWealth() float64 {
	return logMean(len(t.exhibits), func(i int) float64 { return t.exhibits[i].logWealth() })
}

// named is how many witnesses of each problem a verdict names.
const named = 3

func (t *trial) verdict(stop Stop, fault *Fault) *Verdict {
	v := &Verdict{
		Candidate:   t.candidate.Name(),
		Alpha:       t.alpha,
		Tolerance:   t.tolerance,
		Log10Wealth: t.logWealth() / math.Ln10,
		Stop:        stop,
		Calls:       t.calls,
		DrawsACall:  t.draws,
		Independent: t.candidate.Independent(),
		Seed:        t.seed,
		Fault:       fault,
	}
	for _, c := range t.exhibits {
		f := newFinding(c.problem)
		f.Calls = c.calls()
		f.Log10Wealth = c.logWealth() / math.Ln10
		lead := c.leading()
		f.Resolution = lead.h
		all := lead.process.Testimonies()
		for _, w := range all[:min(named, len(all))] {
			f.Witnesses = append(f.Witnesses, Witness{lead.battery.Names()[w.Witness], w.Share, w.MeanRank})
		}
		v.Problems = append(v.Problems, f)
	}
	switch stop {
	case StopWealth:
		v.Outcome = Rejected
	case StopCalls, StopTime:
		v.Outcome = NotRejected
		if !t.couldReject() {
			v.Outcome = Inconclusive
			v.Warnings = append(v.Warnings, fmt.Sprintf("too few calls to reject even the worst sampler at alpha %.3g; give more calls or draws", t.alpha))
		}
	default:
		v.Outcome = Inconclusive
	}
	for _, c := range t.exhibits {
		if c.problem.Measurement().Rows() == 0 {
			v.Warnings = append(v.Warnings, c.problem.Name()+" measures nothing: the candidate is judged as an unconditional sampler")
		}
	}
	return v
}

// couldReject reports whether the calls made could have reached 1/alpha at all: no
// factor exceeds the size of the pool.
func (t *trial) couldReject() bool {
	members := float64(t.draws + 1)
	if inPairs(t.candidate, t.options) {
		members = 2
	}
	best := math.Inf(-1)
	for _, c := range t.exhibits {
		best = max(best, float64(c.calls())*math.Log(members))
	}
	return best-math.Log(float64(len(t.exhibits))) >= -math.Log(t.alpha)
}
