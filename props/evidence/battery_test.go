package evidence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/spec"
)

// line is a problem on R^d whose prior is singular: it moves along (1, ..., 1) only,
// through a point far from the origin. The sum of the coordinates is measured.
func line(t testing.TB, d int, far float64) *spec.Problem {
	t.Helper()
	mean, ones := make([]float64, d), make([]float64, d)
	cov := mat.NewSymDense(d, nil)
	for i := range d {
		mean[i], ones[i] = far, 1
		for j := i; j < d; j++ {
			cov.SetSym(i, j, 1)
		}
	}
	prior, err := spec.NewGaussian(mean, cov)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewLinear(mat.NewDense(1, d, ones), 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("line", prior, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func batteryOf(t testing.TB, p *spec.Problem, pairs bool) *battery {
	t.Helper()
	b, err := newBattery(p, 3, pairs, 0, spec.Stream(0, "pilot", nil, 0))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWitnessesAreSymmetric: no witness depends on the order of the pool: permuting
// its members permutes the values. Sums over the pool may be taken in another order, so
// they may differ by rounding, 1e-13 of the largest value.
func TestWitnessesAreSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 12).Draw(t, "d")
		draws := rapid.IntRange(1, 5).Draw(t, "draws")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		prior, err := spec.NewIsotropic(make([]float64, d), 2)
		if err != nil {
			t.Fatal(err)
		}
		a := mat.NewDense(2, d, nil)
		a.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, a)
		m, err := spec.NewLinear(a, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		problem, err := spec.NewProblem("p", prior, m)
		if err != nil {
			t.Fatal(err)
		}
		b, err := newBattery(problem, draws, false, 0, rng)
		if err != nil {
			t.Fatal(err)
		}
		x, y := make([]float64, d), make([]float64, 2)
		problem.Draw(x, y, rng)
		pool := mat.NewDense(draws, d, nil)
		prior.Sample(pool, rng)
		p, _ := b.pool(x, pool, y, rng)
		order := rng.Perm(draws + 1)
		q := *p
		q.X, q.Z, q.AX = mat.NewDense(draws+1, d, nil), mat.NewDense(draws+1, d, nil), mat.NewDense(draws+1, 2, nil)
		for i, from := range order {
			q.X.SetRow(i, p.X.RawRowView(from))
			q.Z.SetRow(i, p.Z.RawRowView(from))
			q.AX.SetRow(i, p.AX.RawRowView(from))
		}
		for _, s := range b.statistics {
			before, after := blank(s, draws+1), blank(s, draws+1)
			s.Evaluate(before, p)
			s.Evaluate(after, &q)
			for k, name := range s.Names() {
				largest := 0.0
				for _, v := range before[k] {
					largest = max(largest, math.Abs(v))
				}
				for i, from := range order {
					if math.Abs(after[k][i]-before[k][from]) > 1e-13*largest {
						t.Fatalf("%s: %v of a member becomes %v when the pool is permuted", name, before[k][from], after[k][i])
					}
				}
			}
		}
	})
}

func blank(s Statistic, members int) [][]float64 {
	values := make([][]float64, len(s.Names()))
	for k := range values {
		values[k] = make([]float64, members)
	}
	return values
}

// wealthAgainst judges draws of the exact posterior, changed by change, over the given
// calls, and returns the log of the wealth.
func wealthAgainst(t *testing.T, p *spec.Problem, calls int, change func(x []float64)) float64 {
	t.Helper()
	b := batteryOf(t, p, false)
	process, memory := newProcess(len(b.names), b.features, 3, false, 0), &memory{}
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	rng := spec.Stream(1, "test", p.Digest(), 0)
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	draws := mat.NewDense(3, len(x), nil)
	for range calls {
		p.Draw(x, y, rng)
		posterior.Given(y).Sample(draws, rng)
		for l := range 3 {
			change(draws.RawRowView(l))
		}
		call := b.Evaluate(x, draws, y, rng)
		memory.Recall(call)
		process.Observe(call.values, call.place, rng)
	}
	return process.LogWealth()
}

// TestRoundingIsInvisible: on a singular law the truth and a right draw differ from
// their support by rounding of their own, and a witness that looked close enough would
// tell them apart. An error of the size of rounding, 4e-15 of the largest coordinate
// here, must not be seen in 3000 calls; leaving the support by 1e-6 of it must. (The
// exact draws alone are the null: wealth 1e6 has probability 1e-6.)
func TestRoundingIsInvisible(t *testing.T) {
	for _, far := range []float64{0, 1, 1e6} {
		t.Run(fmt.Sprint(far), func(t *testing.T) {
			p := line(t, 3, far)
			size := math.Hypot(1, far)
			for name, test := range map[string]struct {
				change func(x []float64)
				seen   bool
			}{
				"exact":        {func([]float64) {}, false},
				"rounded":      {func(x []float64) { x[0] += 4e-15 * size }, false},
				"off support":  {func(x []float64) { x[0] += 1e-6 * size }, true},
				"scaled":       {func(x []float64) { x[0] *= 1 + 1e-15 }, false},
				"along, a lot": {func(x []float64) { x[0], x[1], x[2] = x[0]+0.5, x[1]+0.5, x[2]+0.5 }, true},
			} {
				if seen := wealthAgainst(t, p, 3000, test.change) > math.Log(1e6); seen != test.seen {
					t.Errorf("%s: seen %v, want %v", name, seen, test.seen)
				}
			}
		})
	}
}

// TestPairsLeaveOutThePool: a witness that looks at the rest of the pool is not a witness
// of a pair, for the rest may depend on its draw.
func TestPairsLeaveOutThePool(t *testing.T) {
	p := line(t, 3, 0)
	pools, pairs := batteryOf(t, p, false), batteryOf(t, p, true)
	if len(pairs.names) >= len(pools.names) {
		t.Fatalf("%d witnesses for pairs, %d for pools; want fewer", len(pairs.names), len(pools.names))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float64, 3), make([]float64, 1)
	p.Draw(x, y, rng)
	evaluate := func(other float64) map[string]float64 {
		draws := mat.NewDense(2, 3, []float64{1, 2, 3, other, other, other})
		call := pairs.Evaluate(x, draws, y, rand.New(rand.NewPCG(3, 4)))
		of := map[string]float64{}
		for k, name := range pairs.names {
			of[name] = call.values[k][call.place]
		}
		return of
	}
	near, far := evaluate(0), evaluate(1e3)
	for name, v := range near {
		if far[name] != v {
			t.Errorf("%s of the truth changes with another draw", name)
		}
	}
}

// TestBatteryOnOddProblems: a prior that draws NaN is reported, not judged; a constant
// prior at zero, an unmeasured problem and one without a density are ordinary.
func TestBatteryOnOddProblems(t *testing.T) {
	problem := func(prior spec.Prior, m spec.Linear) *spec.Problem {
		p, err := spec.NewProblem("odd", prior, m)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if _, err := newBattery(problem(constant(math.NaN()), spec.Unmeasured(2)), 3, false, 0, rand.New(rand.NewPCG(1, 2))); err == nil {
		t.Error("a prior of NaN: no error")
	}
	one, err := spec.NewLinear(mat.NewDense(1, 2, []float64{0, 0}), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*spec.Problem{
		problem(constant(0), spec.Unmeasured(2)), problem(constant(0), one), problem(constant(1e300), one), problem(constant(1e-300), one),
	} {
		b := batteryOf(t, p, false)
		rng := rand.New(rand.NewPCG(1, 2))
		x, y := make([]float64, 2), make([]float64, p.Rows())
		p.Draw(x, y, rng)
		call := b.Evaluate(x, mat.NewDense(2, 2, []float64{x[0], x[1], x[0], x[1]}), y, rng)
		for k, row := range call.values {
			for _, v := range row {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s is %v", b.names[k], v)
				}
			}
		}
	}
}

// constant is a prior that is one number, without density or posterior.
type constant float64

func (c constant) Dim() int { return 2 }
func (c constant) Sample(dst *mat.Dense, _ *rand.Rand) {
	dst.Apply(func(int, int, float64) float64 { return float64(c) }, dst)
}
