package props

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props/evidence"
	"assay/props/problems"
	"assay/spec"
)

// byHand is a trial on one problem at one scale with two witnesses, the second of which is pooled
// under the name that comes first, and the first under the second.
func byHand() (*trial, *exhibit) {
	e := &exhibit{points: []*point{{processes: []*evidence.Process{evidence.NewProcess(2, nil, 1, true, 0)}}}}
	t := &trial{options: &options{alpha: 1e-6, calls: 100}, exhibits: []*exhibit{e}}
	t.pooled = &pooled{
		names:     []string{"second", "first"},
		processes: []*evidence.Process{evidence.NewProcess(2, nil, 1, true, 0)},
		index:     map[*exhibit][][]int{e: {{1, 0}}},
	}
	return t, e
}

// call is an answer by hand: values of the witnesses on the two members of a pool.
func call(e *exhibit, first, second [2]float64, place int) *answer {
	return &answer{
		task:   task{exhibit: e, point: e.points[0]},
		sights: []*evidence.Sight{{Values: [][]float64{first[:], second[:]}, Place: place}},
		ties:   rand.New(rand.NewPCG(3, 3)),
	}
}

// TestPooledBetsOnThePast: what is bet on all problems as one is what a process by itself would bet that
// is shown the witnesses of the names, each in units of what earlier calls on the problem at hand
// spread by, and the place of the truth. (At the first call there are none, and nothing is seen.)
func TestPooledBetsOnThePast(t *testing.T) {
	trial, e := byHand()
	own, alone := e.points[0].processes[0], evidence.NewProcess(2, nil, 1, true, 0)
	for i := range 6 {
		size := math.Exp2(float64(i % 3))
		first, second := [2]float64{size, -2 * size}, [2]float64{10, 30 * size}
		alone.Observe([][]float64{own.Scaled(1, second[:]), own.Scaled(0, first[:])}, 1, rand.New(rand.NewPCG(3, 3)))
		trial.hear(t.Context(), call(e, first, second, 1))
	}
	got, want := trial.pooled.processes[0].Testimonies(), alone.Testimonies()
	if trial.pooled.logWealth() != alone.LogWealth() || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("together exp(%v), %+v; alone exp(%v), %+v", trial.pooled.logWealth(), got, alone.LogWealth(), want)
	}
}

// TestHearsNoMore: an answer about a problem that has been set aside, which was asked for before
// that, is not bet on.
func TestHearsNoMore(t *testing.T) {
	trial, e := byHand()
	e.fault = &Fault{Kind: FaultError}
	if stop := trial.hear(t.Context(), call(e, [2]float64{1, 0}, [2]float64{1, 0}, 0)); stop != "" || trial.calls != 0 || e.calls() != 0 {
		t.Errorf("stop %q after %d calls, %d on the problem", stop, trial.calls, e.calls())
	}
}

// TestHearRecalls: from the second call on the witness that compares with the call before has
// something to say.
func TestHearRecalls(t *testing.T) {
	p, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	rng := spec.Stream(1, "recall", nil, 0)
	battery, err := evidence.NewBattery(p, 1, false, 0, rng)
	if err != nil {
		t.Fatal(err)
	}
	q := &point{processes: []*evidence.Process{evidence.NewProcess(len(battery.Names()), nil, 1, true, 0)}, memories: []*evidence.Memory{{}}}
	e := &exhibit{problem: p, points: []*point{q}}
	trial := &trial{options: &options{alpha: 1e-6, calls: 100}, exhibits: []*exhibit{e}}
	for number := range 2 {
		s := battery.Evaluate([]float64{1, 2}, mat.NewDense(1, 2, []float64{3, 5}), []float64{0}, rng)
		trial.hear(t.Context(), &answer{task: task{exhibit: e, point: q}, sights: []*evidence.Sight{s}, ties: rng})
		if row := s.Values[len(s.Values)-1]; (row[0] != 0 && row[1] != 0) != (number == 1) {
			t.Errorf("call %d: distances %v to a draw of the call before", number, row)
		}
	}
}
