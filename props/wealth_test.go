package props

import (
	"math"
	"math/rand/v2"
	"testing"

	"assay/props/evidence"
)

// won returns a process that has seen the truth above its draw in so many calls, and its wealth.
func won(calls int) (process *evidence.Process, wealth float64) {
	process = evidence.NewProcess(1, nil, 1, true, 0)
	ties := rand.New(rand.NewPCG(1, 1))
	for range calls {
		process.Observe([][]float64{{1, 0}}, 0, ties)
	}
	return process, math.Exp(process.LogWealth())
}

// TestWealthIsAMean: the wealth of a trial is half that on all problems as one, and half the mean
// over the problems of the mean over their points of the mean over the scales, whatever these
// wealths are: here those of 0, 1, 2, ... calls that each are won, which differ by factors. Computed
// a second time by plain sums, so that rounding is the only tolerance. A sum, a largest, or a first
// one in the place of a mean is off by a third at least.
func TestWealthIsAMean(t *testing.T) {
	const problems, points, scales = 2, 3, 2
	calls := 0
	next := func() (*evidence.Process, float64) {
		process, wealth := won(calls)
		calls++
		return process, wealth
	}
	mean := 0.0
	tr := &trial{options: &options{}}
	for range problems {
		e := &exhibit{}
		for range points {
			q := &point{}
			for range scales {
				process, wealth := next()
				q.processes = append(q.processes, process)
				mean += wealth / (problems * points * scales)
			}
			e.points = append(e.points, q)
		}
		tr.exhibits = append(tr.exhibits, e)
	}
	same := func(what string, log, want float64) {
		t.Helper()
		if got := math.Exp(log); math.Abs(got-want) > 1e-12*want {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	same("the wealth without the half on all problems as one", tr.logWealth(), mean)

	tr.pooled = &pooled{}
	together := 0.0
	for range scales {
		process, wealth := next()
		tr.pooled.processes = append(tr.pooled.processes, process)
		together += wealth / scales
	}
	same("the wealth on all problems as one", tr.pooled.logWealth(), together)
	same("the wealth", tr.logWealth(), mean/2+together/2)
}
