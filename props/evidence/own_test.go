package evidence

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems"
	"assay/spec"
)

// centre is a statistic of one's own that looks at the whole pool.
type centre struct{}

func (centre) Names() []string { return []string{"from the centre", "twice that"} }
func (centre) Learned() int    { return 1 }
func (centre) Pooled() bool    { return true }
func (centre) Evaluate(dst [][]float64, p *Pool) {
	for i := range p.Members() {
		dst[0][i] = p.Z.At(i, 0) - p.Mean[0]
		dst[1][i] = 2 * dst[0][i]
	}
}

// TestOwnStatistics: a user's own statistics come after the built-in witnesses, which they leave
// as they are, before the one that compares with the last call; the learner is offered them
// whatever else there is.
func TestOwnStatistics(t *testing.T) {
	c := Config{Draws: 3, Independent: true}
	without := onProblem(t, "gauss:d=40,m=20", c)
	c.Extra = []Statistic{centre{}, Function("f", func(x, y []float64) float64 { return x[0] * y[0] })}
	with := onProblem(t, "gauss:d=40,m=20", c)
	n := len(without.Names()) - 1
	want := append(slices.Clone(without.Names()[:n]), "from the centre", "twice that", "f", recallName)
	if !slices.Equal(with.Names(), want) {
		t.Errorf("witnesses %q, want %q", with.Names(), want)
	}
	learnt := with.scales[0].battery.features
	if !slices.Contains(learnt, n) || slices.Contains(learnt, n+1) || !slices.Contains(learnt, n+2) || len(learnt) > maxFeatures {
		t.Errorf("the learner is offered %v", learnt)
	}
	rng := func() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }
	x, y, draws := make([]float64, 40), make([]float64, 20), mat.NewDense(3, 40, nil)
	without.config.Problem.Draw(x, y, rng())
	without.config.Problem.Prior().Sample(draws, rng())
	a, errA := without.Evaluate(x, draws, y, rng())
	b, errB := with.Evaluate(x, draws, y, rng())
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	own, _ := a.Values()
	all, at := b.Values()
	if !slices.EqualFunc(own[:n], all[:n], slices.Equal[[]float64]) {
		t.Error("the values of the built-in witnesses are others")
	}
	if got, want := all[n+2][at], x[0]*y[0]; math.Abs(got-want) > 1e-6 {
		t.Errorf("the witness of one's own is %v of the truth, want %v", got, want)
	}
}

// TestOwnRefused: a statistic of one's own without a name, with one that is taken, that gives no
// number, or that looks at the whole pool where there are pairs only, is refused in one line.
func TestOwnRefused(t *testing.T) {
	p, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	nan := Function("nan", func(_, _ []float64) float64 { return math.NaN() })
	for _, test := range []struct {
		own         []Statistic
		draws       int
		independent bool
		want        string
	}{
		{[]Statistic{nil}, 3, true, "without a name"},
		{[]Statistic{Function(recallName, parityOf)}, 3, true, "there is one of that name"},
		{[]Statistic{Function("distance to nearest in pool", parityOf)}, 1, true, "there is one of that name"},
		{[]Statistic{nan}, 3, true, `witness "nan" is NaN for every draw`},
		{[]Statistic{centre{}}, 3, false, `witnesses ["from the centre" "twice that"]`},
		{[]Statistic{centre{}}, 1, true, "looks at the whole pool"},
		{[]Statistic{centre{}}, 300, true, ""},
	} {
		_, err := NewSession(Config{Problem: p, Draws: test.draws, Independent: test.independent, Extra: test.own},
			func() *rand.Rand { return spec.Stream(0, "pilot", nil, 0) })
		if (err == nil) != (test.want == "") || err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%d draws, %T: %v, want %q", test.draws, test.own[0], err, test.want)
		}
	}
}

func parityOf(x, _ []float64) float64 { return math.Copysign(1, x[0]*x[1]) }
