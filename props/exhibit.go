package props

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"

	"assay/props/evidence"
	"assay/spec"
)

// exhibit is one problem of a trial, with the evidence on it: the mean wealth over its
// points.
type exhibit struct {
	problem   *spec.Problem
	tolerance spec.Tolerance      // as it is read on this problem
	batteries []*evidence.Battery // one for each scale
	heights   []float64           // the resolution h of each scale
	points    []*point

	fault    *Fault // what the candidate did beside sampling, if anything; it is asked no more then
	asking   context.Context
	setAside context.CancelFunc // ends asking
}

// point is what is asked about a problem: all y, fresh ones in every call, or in local
// mode one y. The evidence is the mean wealth over the scales.
type point struct {
	y         []float64  // nil for all
	posterior spec.Prior // given y; nil if a reference stands for it
	processes []*evidence.Process
	memories  []*evidence.Memory // one for each process
	asked     int                // calls that have been planned
	twins     int                // points before it with the same y, whose streams are others
}

// resolutions are the h, in units of tau, at which a tolerance is tested. At small h
// little is blurred, but much must be allowed for: [spec.Tolerance.Asymmetry] of a pair is
// erf(tau/(2h))/2 for delta = 0, which is 0.138, 0.035 and 0.009.
var resolutions = []float64{2, 8, 32}

// newExhibit prepares a problem. If ctx is done while the single y of local mode are
// prepared, there are fewer of them, but one at least: they will not be asked about.
func newExhibit(ctx context.Context, p *spec.Problem, candidate spec.Sampler, o *options) (*exhibit, error) {
	e := &exhibit{problem: p, heights: []float64{0}}
	var err error
	if e.tolerance, err = o.tolerance.On(p, o.local > 0); err != nil {
		return nil, err
	}
	if o.tolerance.Tau > 0 {
		e.heights = nil
		for _, r := range resolutions {
			e.heights = append(e.heights, r*o.tolerance.Tau)
		}
	}
	for _, h := range e.heights {
		battery, err := evidence.NewBattery(p, o.draws, inPairs(candidate, o), h, o.stream("pilot", p.Digest(), 0))
		if err != nil {
			return nil, err
		}
		e.batteries = append(e.batteries, battery)
	}
	if o.local == 0 {
		e.points = []*point{e.newPoint(candidate, o)}
		return e, nil
	}
	var posterior spec.Conditional
	if o.reference == nil {
		if posterior, err = p.Posterior(); err != nil {
			return nil, fmt.Errorf("local mode needs exact draws: %w", err)
		}
	}
	if rows := p.Measurement().Rows(); o.at != nil && len(o.at) != rows {
		return nil, fmt.Errorf("y has %d numbers, want %d, as %s measures", len(o.at), rows, p.Name())
	}
	rng := o.stream("local", p.Digest(), 0)
	x := make([]float64, p.Prior().Dim())
	met := map[string]int{}
	for range o.local {
		point := e.newPoint(candidate, o)
		point.y = make([]float64, p.Measurement().Rows())
		p.Draw(x, point.y, rng)
		if o.at != nil {
			copy(point.y, o.at)
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

// newPoint returns a point before its first call.
func (e *exhibit) newPoint(candidate spec.Sampler, o *options) *point {
	q := &point{}
	for i, battery := range e.batteries {
		q.processes = append(q.processes, evidence.NewProcess(len(battery.Names()), battery.Features(), o.draws, !inPairs(candidate, o), e.asymmetry(i, o)))
		q.memories = append(q.memories, &evidence.Memory{})
	}
	return q
}

// asymmetry returns how far, in total variation, what is bet on at one scale may be from
// exchangeable. Under a tolerance that is always one draw of the candidate: among exact
// draws at a single y, and else beside the truth, see [inPairs].
func (e *exhibit) asymmetry(scale int, o *options) float64 {
	others := 1
	if o.local > 0 {
		others = o.draws
	}
	return e.tolerance.Asymmetry(e.heights[scale], others)
}

// inPairs reports whether each draw is compared with the truth by itself: if they are
// not independent, and under a tolerance, where a pair needs an allowance for one draw
// and a pool for all of its draws. Neither matters where a pool holds one draw of the
// candidate.
func inPairs(candidate spec.Sampler, o *options) bool {
	return o.local == 0 && o.draws > 1 && (!candidate.Independent() || !o.tolerance.Exact())
}

// recall completes what is seen of a call, at each scale, by what earlier calls left.
func (q *point) recall(sights []*evidence.Sight) {
	for i, memory := range q.memories {
		memory.Recall(sights[i])
	}
}

// observe bets on one call, seen at each scale.
func (q *point) observe(sights []*evidence.Sight, ties *rand.Rand) {
	for i, process := range q.processes {
		process.Observe(sights[i].Values, sights[i].Place, ties)
	}
}

// calls returns the number of calls that were bet on.
func (q *point) calls() int { return q.processes[0].Calls() }

// logWealth returns the logarithm of the mean wealth over the scales.
func (q *point) logWealth() float64 { return meanLogWealth(q.processes) }

// leading returns the scale with the most evidence.
func (q *point) leading() (scale int) { return leading(q.processes) }

// meanLogWealth returns the logarithm of the mean wealth of the processes.
func meanLogWealth(processes []*evidence.Process) float64 {
	return logMean(len(processes), func(i int) float64 { return processes[i].LogWealth() })
}

// leading returns which of the processes has the most wealth.
func leading(processes []*evidence.Process) (at int) {
	for i, process := range processes {
		if process.LogWealth() > processes[at].LogWealth() {
			at = i
		}
	}
	return at
}

// named is how many witnesses a verdict names.
const named = 3

// leadingWitnesses returns those of the witnesses, whose names are given, that hold most
// of the wealth.
func leadingWitnesses(process *evidence.Process, names []string) []Witness {
	var witnesses []Witness
	all := process.Testimonies()
	for _, w := range all[:min(named, len(all))] {
		witnesses = append(witnesses, Witness{names[w.Witness], w.Share, w.MeanRank})
	}
	return witnesses
}

// calls returns the number of calls that were bet on, over all points.
func (e *exhibit) calls() (n int) {
	for _, q := range e.points {
		n += q.calls()
	}
	return n
}

// logWealth returns the logarithm of the mean wealth over the points.
func (e *exhibit) logWealth() float64 {
	return logMean(len(e.points), func(i int) float64 { return e.points[i].logWealth() })
}

// worst returns the point with the most evidence against the candidate.
func (e *exhibit) worst() *point {
	return slices.MaxFunc(e.points, func(a, b *point) int { return cmp.Compare(a.logWealth(), b.logWealth()) })
}

// logMean returns the logarithm of the mean of exp(log(0)), ..., exp(log(n-1)).
func logMean(n int, log func(i int) float64) float64 {
	logs := make([]float64, n)
	for i := range logs {
		logs[i] = log(i)
	}
	return floats.LogSumExp(logs) - math.Log(float64(n))
}

// task is one call to be made.
type task struct {
	exhibit   *exhibit
	point     *point
	replicate int // of the point
}

func (e *exhibit) ask(q *point) task {
	q.asked++
	return task{e, q, q.asked - 1}
}

// round bounds the calls planned at once: many, so that no processor waits for the end
// of a round, yet few to remember.
const round = 1024

// plan returns the calls to be made next, at most n. Which they are depends on past
// wealth and faults only, so that each point's wealth stays a martingale. Without local mode it
// is the problems in turn. In local mode it is one call for each point and as
// many again for the worst point of each problem: half of the budget is spent where
// wealth grows.
func (t *trial) plan(n int) []task {
	var tasks []task
	asked := slices.DeleteFunc(slices.Clone(t.exhibits), func(e *exhibit) bool { return e.fault != nil })
	if t.local == 0 {
		for len(tasks) < min(n, round*len(asked)) {
			e := asked[len(tasks)%len(asked)]
			tasks = append(tasks, e.ask(e.points[0]))
		}
		return tasks
	}
	for _, e := range asked {
		worst := e.worst()
		for _, q := range e.points {
			tasks = append(tasks, e.ask(q), e.ask(worst))
		}
	}
	return tasks[:min(n, len(tasks))]
}
