package power

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/spec"
)

// TestKolmogorovSmirnov: D against its definition on the ranks one by one.
func TestKolmogorovSmirnov(t *testing.T) {
	rng := spec.Stream(1, "ks", nil, 0)
	for range 50 {
		places, n := 2+rng.IntN(9), 1+rng.IntN(60)
		counts, ranks := make([]int, places), make([]int, n)
		for i := range ranks {
			ranks[i] = rng.IntN(places)
			counts[ranks[i]]++
		}
		d := 0.0
		for j := range places {
			below := 0
			for _, r := range ranks {
				if r <= j {
					below++
				}
			}
			d = max(d, math.Abs(float64(below)/float64(n)-float64(j+1)/float64(places)))
		}
		want := min(1, 2*math.Exp(-2*float64(n)*d*d))
		if got := kolmogorovSmirnov(counts, n); math.Abs(got-want) > 1e-12 {
			t.Fatalf("counts %v: p = %v, want %v", counts, got, want)
		}
	}
}

// TestChiSquare against gonum's statistic where no bins are joined, and by hand where they
// are.
func TestChiSquare(t *testing.T) {
	counts := []int{10, 14, 6, 10}
	observed, expected := []float64{10, 14, 6, 10}, []float64{10, 10, 10, 10}
	want := distuv.ChiSquared{K: 3}.Survival(stat.ChiSquare(observed, expected))
	if got := chiSquare(counts, 40); math.Abs(got-want) > 1e-12 {
		t.Errorf("p = %v, want %v", got, want)
	}
	// 2 expected a place: 3 places a bin, of 7 places the last bin takes 4.
	want = distuv.ChiSquared{K: 1}.Survival(16./6 + 16./8)
	if got := chiSquare([]int{4, 4, 2, 1, 1, 1, 1}, 14); math.Abs(got-want) > 1e-12 {
		t.Errorf("joined bins: p = %v, want %v", got, want)
	}
	if got := chiSquare([]int{3, 0}, 3); got != 1 {
		t.Errorf("one bin: p = %v, want 1", got)
	}
}

// TestNearest: the score is the share of truths among the k nearest, found by sorting.
func TestNearest(t *testing.T) {
	rng := spec.Stream(1, "nearest", nil, 0)
	train := make([]example, 60)
	for i := range train {
		train[i] = example{[]float64{rng.NormFloat64(), 10 * rng.NormFloat64()}, []float64{rng.NormFloat64()}, rng.IntN(2) == 0}
	}
	vector := func(e example) []float64 { return append(slices.Clone(e.x), e.y...) }
	rows := make([][]float64, len(train))
	for i, e := range train {
		rows[i] = vector(e)
	}
	scale := newScaler(rows)
	score := nearest(5)(train)
	for range 20 {
		e := example{[]float64{rng.NormFloat64(), 10 * rng.NormFloat64()}, []float64{rng.NormFloat64()}, false}
		at := scale.apply(vector(e))
		order := slices.SortedFunc(slices.Values(train), func(a, b example) int {
			ra, rb := floats.Distance(scale.apply(vector(a)), at, 2), floats.Distance(scale.apply(vector(b)), at, 2)
			if ra < rb {
				return -1
			}
			return 1
		})
		want := 0.0
		for _, near := range order[:5] {
			if near.truth {
				want += 1. / 5
			}
		}
		if got := score(e); math.Abs(got-want) > 1e-12 {
			t.Fatalf("score %v, want %v", got, want)
		}
	}
}

// TestLogistic: for truths N(1, 1) and draws N(0, 1) in the first coordinate the log odds
// are x - 1/2, in both its sign and its slope. Of 4,000 examples the slope errs by about
// 0.04 and each coefficient of a square or a product, which should be 0, by less; at
// |x| <= 1 the difference of two scores errs by 0.15 at most in deviation.
func TestLogistic(t *testing.T) {
	rng := spec.Stream(1, "logistic", nil, 0)
	var train []example
	for i := range 4000 {
		truth := i%2 == 0
		x := []float64{rng.NormFloat64(), rng.NormFloat64()}
		if truth {
			x[0]++
		}
		train = append(train, example{x, []float64{rng.NormFloat64()}, truth})
	}
	score := logistic(train)
	at := func(x float64) float64 { return score(example{[]float64{x, 0}, []float64{0}, false}) }
	if got := at(1) - at(-1); math.Abs(got-2) > 6*.15 {
		t.Errorf("log odds rise by %.2f from -1 to 1, want 2", got)
	}
}

// scripted is a test whose p-values are given.
type scripted struct {
	p    func() float64
	seen int
}

func (s *scripted) observe(*call)   { s.seen++ }
func (s *scripted) reset()          { s.seen = 0 }
func (s *scripted) pValue() float64 { return s.p() }

// TestGandyScott: the rule looks at 10, then 40 and 40 fresh calls, at levels beta,
// beta/gamma, beta/gamma^2.
func TestGandyScott(t *testing.T) {
	const alpha = 1e-5
	beta := alpha / 7
	gamma := math.Pow(beta, 1./7)
	play := func(values ...float64) *gandyScott {
		s := &scripted{p: func() float64 {
			p := values[0]
			values = values[1:]
			return p
		}}
		g := newGandyScott(s, alpha, 10)
		for range 10 + 6*40 {
			g.observe(nil)
		}
		return g
	}
	for _, c := range []struct {
		values   []float64
		rejected int
	}{
		{[]float64{beta}, 10},
		{[]float64{1.01 * (beta + gamma)}, 0},
		{[]float64{1.01 * beta, .99 * beta / gamma}, 50},
		{[]float64{gamma, 1.01 * beta / gamma, .99 * beta / (gamma * gamma)}, 90},
		{[]float64{gamma, gamma, gamma, gamma, gamma, gamma, .99 * gamma}, 250}, // beta/gamma^6 = gamma
		{[]float64{gamma, gamma, gamma, gamma, gamma, gamma, 1.01 * gamma}, 0},
	} {
		if g := play(c.values...); g.rejected != c.rejected || !g.done {
			t.Errorf("p-values %v: rejected at %d, want %d", c.values, g.rejected, c.rejected)
		}
	}
}

// TestGandyScottLevel: on uniform p-values the rule rejects at most alpha; the limit is
// exceeded with probability 1e-6. A rule that forgot to divide alpha by the looks would
// reject about twice as often and be noticed.
func TestGandyScottLevel(t *testing.T) {
	const alpha, runs = .1, 20000
	rng := spec.Stream(1, "gandy scott", nil, 0)
	rejected := 0
	for range runs {
		g := newGandyScott(&scripted{p: rng.Float64}, alpha, 1)
		for !g.done {
			g.observe(nil)
		}
		if g.rejected > 0 {
			rejected++
		}
	}
	if limit := mostRejections(runs, alpha); rejected > limit {
		t.Errorf("%d of %d, want at most %d", rejected, runs, limit)
	}
}

// mostRejections is exceeded with probability at most 1e-6 by a test of level alpha.
func mostRejections(runs int, alpha float64) int {
	law := distuv.Binomial{N: float64(runs), P: alpha, Src: rand.NewPCG(1, 1)}
	for n := range runs {
		if law.Survival(float64(n)) < 1e-6 {
			return n
		}
	}
	return runs
}

// judged reports whether a rival rejects a case in one run of n calls.
func judged(t *testing.T, r *rival, c *Case, draws, n, run int, alpha float64) bool {
	t.Helper()
	s, err := newStage(c, draws, 1, run)
	if err != nil {
		t.Fatal(err)
	}
	fixed := r.make(draws + 1)
	rule := newGandyScott(r.make(draws+1), alpha, n/5)
	next, references := s.calls(t.Context()), s.stream("references", 0)
	for range n {
		c, err := next()
		if err != nil {
			t.Fatal(err)
		}
		s.rank(c, references)
		if r.sequential {
			rule.observe(c)
		} else {
			fixed.observe(c)
		}
	}
	if r.sequential {
		return rule.rejected > 0
	}
	return fixed.pValue() <= alpha
}

// TestRivalsAreCalibrated: no rival rejects a right sampler more often than alpha = 0.05 in
// 200 runs; the limit of 26 or so is exceeded with probability 1e-6 a rival. A rival that
// rejects at twice its level or more is noticed with probability 0.1, at four times with
// probability 0.99: what matters here is that none owes its power to a wrong level.
func TestRivalsAreCalibrated(t *testing.T) {
	const alpha, runs, draws, n = .05, 200, 3, 60
	right, err := rightModels()
	if err != nil {
		t.Fatal(err)
	}
	limit := mostRejections(runs, alpha)
	for _, r := range rivals() {
		rejected := 0
		for run := range runs {
			if judged(t, &r, &right[0], draws, n, run, alpha) {
				rejected++
			}
		}
		if rejected > limit {
			t.Errorf("%s: rejects a right sampler in %d of %d runs, want at most %d", r.name, rejected, runs, limit)
		}
	}
}

// TestRivalsReject: each rival rejects an error that is plain to it at 1e-3 in 750 calls,
// several times what it needs.
func TestRivalsReject(t *testing.T) {
	cases, err := Toys()
	if err != nil {
		t.Fatal(err)
	}
	plain := map[string]string{
		"SBC, KS": "shift 1 sd", "SBC, chi-square": "weight .5 to .3", "TARP": "mode missing",
		"logistic": "ignores y", "neighbours": "mode missing", "Gandy-Scott": "shift 1 sd",
		"armed KS": "ignores y", "armed chi-square": "ignores y", "armed Gandy-Scott": "ignores y",
	}
	for _, r := range rivals() {
		at := slices.IndexFunc(cases, func(c Case) bool { return c.Name == plain[r.name] })
		if at < 0 {
			t.Fatalf("%s: no error that is plain to it", r.name)
		}
		if !judged(t, &r, &cases[at], 3, 750, 0, 1e-3) {
			t.Errorf("%s does not reject %s", r.name, cases[at].Name)
		}
	}
}
