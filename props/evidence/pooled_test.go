package evidence

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems"
	"assay/spec"
)

// onProblem returns a session on a named problem.
func onProblem(t testing.TB, name string, c Config) *Session {
	t.Helper()
	p, err := problems.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	c.Problem = p
	s, err := NewSession(c, func() *rand.Rand { return spec.Stream(0, "pilot", p.Digest(), 0) })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// byHand is a session at one scale with two witnesses, the second of which is pooled
// under the name that comes first, and the first under the second.
func byHand() (*Session, *Pooled) {
	one := func() []*process { return []*process{newProcess(2, nil, 1, false, 0)} }
	s := &Session{scales: []scale{{battery: &battery{names: []string{"first", "second"}}}}, processes: one()}
	s.pooled = &Pooled{names: []string{"second", "first"}, processes: one(), places: map[*Session][][]int{s: {{1, 0}}}}
	return s, s.pooled
}

// TestPooledBetsOnThePast: what is bet on all problems as one is what a process by itself would bet that
// is shown the witnesses of the names, each in units of what earlier calls on the problem at hand
// spread by, and the place of the truth. (At the first call there are none, and nothing is seen.)
func TestPooledBetsOnThePast(t *testing.T) {
	s, pooled := byHand()
	own, alone := s.processes[0], newProcess(2, nil, 1, false, 0)
	for i := range 6 {
		size := math.Exp2(float64(i % 3))
		first, second := []float64{size, -2 * size}, []float64{10, 30 * size}
		alone.Observe([][]float64{own.Scaled(1, second), own.Scaled(0, first)}, 1, rand.New(rand.NewPCG(3, 3)))
		s.Bet(&Evaluation{tables: []*table{{values: [][]float64{first, second}, place: 1}}, ties: rand.New(rand.NewPCG(3, 3)), recalled: true})
	}
	got, want := pooled.WitnessShares(), alone.shares()
	for i := range want {
		want[i].Name = []string{"second", "first"}[want[i].Witness]
	}
	if pooled.LogWealth() != alone.LogWealth() || !slices.Equal(got, want) {
		t.Errorf("together exp(%v), %+v; alone exp(%v), %+v", pooled.LogWealth(), got, alone.LogWealth(), want)
	}
	if s.Calls() != 6 || s.Fork().pooled != nil {
		t.Errorf("%d calls of the session, a fork is pooled: %v", s.Calls(), s.Fork().pooled != nil)
	}
}

// TestPooledAllowsForAll: what is bet on all problems as one allows for the largest tolerance of any of
// them, whichever comes first or last: here that of a problem with a measurement, at some y of which
// a sampler may fail altogether (Definition 1.5), beside one without (Definition 1.3). Two processes
// that allow for the one and for the other are told apart by their wealth, which is the control.
func TestPooledAllowsForAll(t *testing.T) {
	c := Config{Draws: 1, Independent: true, Tolerance: spec.Tolerance{Delta: 0.2}}
	for _, names := range [][]string{{"gauss:d=2,m=1", "gauss:d=2,m=0"}, {"gauss:d=2,m=0", "gauss:d=2,m=1"}} {
		var each []float64
		var sessions []*Session
		for _, name := range names {
			s := onProblem(t, name, c)
			sessions = append(sessions, s)
			each = append(each, s.scales[0].asymmetry)
		}
		together, err := NewPooled(sessions...)
		if err != nil {
			t.Fatal(err)
		}
		first := sessions[0].scales[0].battery
		var learnt []int
		for i, name := range together.names {
			if slices.Contains(first.features, slices.Index(first.names, name)) {
				learnt = append(learnt, i)
			}
		}
		wealth := func(process *process) float64 {
			rng := rand.New(rand.NewPCG(1, 1))
			for range 5 {
				values := make([][]float64, len(together.names))
				for k := range values {
					values[k] = []float64{rng.NormFloat64() + 1, rng.NormFloat64()}
				}
				process.Observe(values, 0, rng)
			}
			return process.LogWealth()
		}
		by := func(asymmetry float64) float64 {
			return wealth(newProcess(len(together.names), learnt, 1, false, asymmetry))
		}
		if got, want := wealth(together.processes[0]), by(slices.Max(each)); got != want {
			t.Errorf("with %s first: wealth exp(%v), want exp(%v)", names[0], got, want)
		}
		if by(slices.Max(each)) == by(slices.Min(each)) {
			t.Errorf("allowances %v make no difference", each)
		}
	}
}

// TestPooledOfUnlike: sessions that differ in more than the problem cannot be pooled; of one
// session, or of single y, there is nothing to pool.
func TestPooledOfUnlike(t *testing.T) {
	three, two := Config{Draws: 3, Independent: true}, Config{Draws: 2, Independent: true}
	chain, single := Config{Draws: 3}, Config{Draws: 3, Independent: true, Single: true}
	for _, test := range []struct {
		a, b   Config
		unlike bool
		pooled bool
	}{{three, three, false, true}, {three, two, true, false}, {three, chain, true, false}, {chain, chain, false, true}, {single, single, false, false}} {
		a, b := onProblem(t, "gauss:d=2,m=1", test.a), onProblem(t, "gauss:d=3,m=1", test.b)
		if p, err := NewPooled(a, b); (err != nil) != test.unlike || (p != nil) != test.pooled {
			t.Errorf("%+v and %+v: pooled %v, %v", test.a, test.b, p != nil, err)
		}
		if p, err := NewPooled(a); p != nil || err != nil {
			t.Errorf("one session: pooled %v, %v", p != nil, err)
		}
	}
}

// TestSessionRecalls: from the second call on the witness that compares with the call before has
// something to say, and says it once.
func TestSessionRecalls(t *testing.T) {
	s := onProblem(t, "gauss:d=2,m=1", Config{Draws: 1, Independent: true})
	rng := rand.New(rand.NewPCG(1, 1))
	for number := range 2 {
		e, err := s.Evaluate([]float64{1, 2}, mat.NewDense(1, 2, []float64{3, 5}), []float64{0}, rng)
		if err != nil {
			t.Fatal(err)
		}
		s.Bet(e)
		values, _ := e.Values()
		row := values[len(values)-1]
		if (row[0] != 0 && row[1] != 0) != (number == 1) {
			t.Errorf("call %d: distances %v to a draw of the call before", number, row)
		}
	}
}
