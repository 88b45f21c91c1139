package props

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/samplers"
)

// TestBetsNoMore: an answer about a problem that has been set aside, which was asked for before
// that, is not bet on. The control is the same answer before.
func TestBetsNoMore(t *testing.T) {
	o, err := newOptions(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, aside := range []bool{false, true} {
		e, err := newProblemState(t.Context(), parsed(t, "gauss:d=2,m=1")[0], samplers.Exact(), o)
		if err != nil {
			t.Fatal(err)
		}
		q := e.points[0]
		evaluation, err := q.session.Evaluate([]float64{1, 2}, mat.NewDense(3, 2, nil), []float64{0}, o.stream("engine", nil, 0))
		if err != nil {
			t.Fatal(err)
		}
		trial := &trial{options: o, candidate: samplers.Exact(), states: []*problemState{e}}
		want := 1
		if aside {
			e.fault = &Fault{Kind: FaultError}
			want = 0
		}
		if stop := trial.observe(t.Context(), &answer{task: task{state: e, point: q}, evaluation: evaluation}); stop != "" || trial.calls != want || e.calls() != want {
			t.Errorf("set aside: %v; stop %q after %d calls, %d on the problem, want %d", aside, stop, trial.calls, e.calls(), want)
		}
	}
}
