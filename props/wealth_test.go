package props

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props/evidence"
	"assay/samplers"
)

// given returns a point of which so many calls were bet on, each with draws that are off by 1 in
// every coordinate, and its wealth.
func given(t *testing.T, name string, calls int) (*point, float64) {
	o, err := newOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := newProblemState(t.Context(), parsed(t, name)[0], samplers.Exact(), o)
	if err != nil {
		t.Fatal(err)
	}
	q := e.points[0]
	feed(t, q.session, calls)
	return q, math.Exp(q.session.LogWealth())
}

func feed(t *testing.T, session *evidence.Session, calls int) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range calls {
		draws := mat.NewDense(3, 2, nil)
		draws.Apply(func(int, int, float64) float64 { return 1 + rng.NormFloat64() }, draws)
		if err := session.Observe([]float64{rng.NormFloat64(), rng.NormFloat64()}, draws, []float64{0}, rng); err != nil {
			t.Fatal(err)
		}
	}
}

func mean(values ...float64) (sum float64) {
	for _, v := range values {
		sum += v / float64(len(values))
	}
	return sum
}

// TestWealthIsAMean: the wealth of a trial is the mean of two halves, of which one is the mean
// over the problems of the mean over the points, and the other is that on all problems as one.
// Here every wealth is another number, from sessions that were fed by hand, and the means are
// taken by plain sums; rounding is the only tolerance. A sum in place of any of the means, or a
// maximum, is off by a factor of 1.2 at least.
func TestWealthIsAMean(t *testing.T) {
	near := func(what string, log, want float64) {
		t.Helper()
		if math.Abs(math.Exp(log)-want) > 1e-12*want {
			t.Errorf("the wealth of %s is %v, want %v", what, math.Exp(log), want)
		}
	}
	a, wealthA := given(t, "gauss:d=2,m=1", 20)
	b, wealthB := given(t, "gauss:d=2,m=1", 30)
	c, wealthC := given(t, "gauss:d=2,m=1,seed=2", 10)
	first := &problemState{points: []*point{a, b}}
	second := &problemState{points: []*point{c}}
	near("a problem", first.logWealth(), mean(wealthA, wealthB))
	o, err := newOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	tr := &trial{options: o, states: []*problemState{first, second}}
	problems := mean(mean(wealthA, wealthB), wealthC)
	near("a trial that does not pool", tr.logWealth(), problems)
	d, _ := given(t, "gauss:d=2,m=1", 0)
	e, _ := given(t, "gauss:d=2,m=1,seed=2", 0)
	if tr.pooled, err = evidence.NewPooled(d.session, e.session); err != nil {
		t.Fatal(err)
	}
	feed(t, d.session, 25)
	together := math.Exp(tr.pooled.LogWealth())
	for i, w := range []float64{wealthA, wealthB, wealthC, together} {
		if math.Abs(math.Log(w/problems)) < 0.2 {
			t.Errorf("wealth %d is %v, near the mean %v: the test shows little", i, w, problems)
		}
	}
	near("a trial", tr.logWealth(), mean(problems, together))
	if q := first.worst(); (q == a) != (wealthA > wealthB) {
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
		for _, pool := range []*evidence.Pooled{nil, {}} {
			tr := &trial{options: o, states: make([]*problemState, n), pooled: pool}
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
