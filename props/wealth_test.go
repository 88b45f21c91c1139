package props

import (
	"math"
	"math/rand/v2"
	"testing"

	"assay/props/evidence"
	"assay/samplers"
	"assay/spec"
)

// worth returns a process whose wealth is known from itself alone and differs by calls: the
// truth was the largest of four in each of them.
func worth(calls int) *evidence.Process {
	p := evidence.NewProcess(1, nil, 3, true, 0)
	for range calls {
		p.Observe([][]float64{{0, 1, 2, 3}}, 3, rand.New(rand.NewPCG(1, 1)))
	}
	return p
}

// given returns a point with one process for each number of calls, and the wealth of each.
func given(calls ...int) (*point, []float64) {
	q := &point{}
	var wealth []float64
	for _, n := range calls {
		q.processes = append(q.processes, worth(n))
		wealth = append(wealth, math.Exp(q.processes[len(q.processes)-1].LogWealth()))
	}
	return q, wealth
}

func mean(values ...float64) (sum float64) {
	for _, v := range values {
		sum += v / float64(len(values))
	}
	return sum
}

// TestWealthIsAMean: the wealth of a trial is the mean of two halves, of which one is the mean
// over the problems of the mean over the points of the mean over the scales, and the other, on
// all problems as one, the mean over the scales. Here every wealth is another number, from
// processes that were fed by hand, and the means are taken by plain sums; rounding is the only
// tolerance. A sum in place of any of the means, or a maximum, is off by a factor of 1.2 at
// least.
func TestWealthIsAMean(t *testing.T) {
	near := func(what string, log, want float64) {
		t.Helper()
		if math.Abs(math.Exp(log)-want) > 1e-12*want {
			t.Errorf("the wealth of %s is %v, want %v", what, math.Exp(log), want)
		}
	}
	a, wealthA := given(3, 5, 8)
	b, wealthB := given(2, 7, 4)
	c, wealthC := given(1, 6, 9)
	near("a point", a.logWealth(), mean(wealthA...))
	first := &exhibit{points: []*point{a, b}}
	second := &exhibit{points: []*point{c}}
	near("a problem", first.logWealth(), mean(mean(wealthA...), mean(wealthB...)))
	o, err := newOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := &trial{options: o, exhibits: []*exhibit{first, second}}
	problems := mean(mean(mean(wealthA...), mean(wealthB...)), mean(wealthC...))
	near("a trial that does not pool", tr.logWealth(), problems)
	together, wealthT := given(10, 2, 3)
	tr.pooled = &pooled{processes: together.processes}
	near("the half that pools", tr.pooled.logWealth(), mean(wealthT...))
	near("a trial", tr.logWealth(), mean(problems, mean(wealthT...)))
	if q := first.worst(); (q == a) != (mean(wealthA...) > mean(wealthB...)) {
		t.Errorf("the worst point is not the one with the most wealth")
	}
}

// TestThresholdOfOne: the wealth on one problem that is said to suffice does, all others being
// ruined, and just: the mean is 1/alpha then, with one problem, with several, and with half of
// the wealth pooled.
func TestThresholdOfOne(t *testing.T) {
	const alpha = 0.01
	o, err := newOptions([]JudgeOption{Alpha(alpha)})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 4; n++ {
		for _, pool := range []*pooled{nil, {}} {
			tr := &trial{options: o, exhibits: make([]*exhibit, n), pooled: pool}
			want := float64(n) / alpha
			if pool != nil {
				want *= 2
			}
			if got := math.Exp(tr.thresholdOfOne()); math.Abs(got-want) > 1e-12*want {
				t.Errorf("%d problems, pooled %v: wealth %v on one suffices, want %v", n, pool != nil, got, want)
			}
		}
	}
}

// TestRejectsAtOneOverAlpha: a judgement rejects at the first call after which the wealth is
// 1/alpha or more, and says so.
func TestRejectsAtOneOverAlpha(t *testing.T) {
	for _, alpha := range []float64{0.3, 1e-2, 1e-5} {
		var wealth []float64
		watch := func(p Progress) {
			if want := math.Log10(1 / alpha); math.Abs(p.Threshold-want) > 1e-12 {
				t.Errorf("threshold 10^%v, want 10^%v", p.Threshold, want)
			}
			wealth = append(wealth, math.Pow(10, p.Log10Wealth))
		}
		v, err := Judge(t.Context(), samplers.Prior(), parsed(t, "gauss:d=2,m=1", "gauss:d=3,m=1"), Alpha(alpha), Watch(watch))
		if err != nil || v.Outcome != Rejected || v.Stop != StopWealth || v.Calls != len(wealth) {
			t.Fatalf("%v, %v, %d calls watched", v, err, len(wealth))
		}
		for i, w := range wealth {
			if last := i == len(wealth)-1; last != (w >= (1-1e-12)/alpha) {
				t.Errorf("alpha %v: wealth %v after call %d of %d", alpha, w, i+1, len(wealth))
			}
		}
		if got := math.Pow(10, v.Log10Wealth); math.Abs(got-wealth[len(wealth)-1]) > 1e-12*got {
			t.Errorf("the verdict says %v, the last call %v", got, wealth[len(wealth)-1])
		}
	}
}

// TestCalibrationOfTheLeadingScale: the error that a pass states is the limit of the scale
// with the most evidence, which is chosen by what was seen, so that the scales share the
// chance of an error: with three of them each limit is one of level 1 - 0.05/3.
func TestCalibrationOfTheLeadingScale(t *testing.T) {
	p := parsed(t, "gauss:d=2,m=1")[0]
	for scales, tolerance := range map[int]spec.Tolerance{1: {}, 3: {Tau: 0.1}} {
		o, err := newOptions([]JudgeOption{Calls(20), Within(tolerance)})
		if err != nil {
			t.Fatal(err)
		}
		tr := &trial{options: o, candidate: samplers.Exact()}
		e, err := newExhibit(t.Context(), p, tr.candidate, o)
		if err != nil {
			t.Fatal(err)
		}
		tr.exhibits = []*exhibit{e}
		tr.run(t.Context())
		v := tr.verdict(StopCalls)
		tr.explainPass(t.Context(), v)
		q := e.points[0]
		want := 0.0
		for k := range e.batteries[q.leading()].Names() {
			want = max(want, q.processes[q.leading()].CalibrationLimit(k, 1-0.05/float64(scales)))
		}
		if got := v.Problems[0].CalibrationError; math.Abs(got-want) > 1e-9 || want == 0 {
			t.Errorf("%d scales: a limit of %v, want %v", scales, got, want)
		}
	}
}
