package evidence

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/spec"
)

// allowed returns how far from exchangeable, in total variation, one draw of the candidate
// among n exact ones may be under the tolerance on all y (Definition 1.5), or at a single one
// (Definition 1.2), all blurred by h: [spec.Tolerance.Asymmetry] written out, with 2 Phi - 1 for
// erf. Without a blur only what fails altogether counts.
func allowed(tolerance spec.Tolerance, h float64, n int, single bool) float64 {
	moved := func(tau float64) float64 {
		if tau == 0 {
			return 0
		}
		return 2*distuv.UnitNormal.CDF(tau/(2*h)) - 1
	}
	far, delta := float64(n)/float64(n+1), tolerance.Delta
	draw := delta + (1-delta)*moved(tolerance.Tau)
	both := 1 - (1-delta)*(1-delta)*(1-moved(math.Sqrt2*tolerance.Tau))
	near := min(draw, far*both)
	if single {
		return near
	}
	return delta*far + (1-delta)*near
}

// TestDistance: what a process allows for is the asymmetry eta of one draw, at each scale, in pairs of one draw each and at a single y, where one draw of a pool is the
// candidate's: the wealth after a call is, to rounding, that of a process made by hand for that distance.
// Under no tolerance it is that of one that allows for nothing. So it is after a fork.
func TestDistance(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
		pairs  bool
	}{
		{"one draw", Config{Draws: 1, Independent: true}, false},
		{"three draws", Config{Draws: 3, Independent: true}, true},
		{"a chain", Config{Draws: 3}, true},
		{"single y", Config{Draws: 3, Independent: true, Single: true}, false},
	} {
		for _, tolerance := range []spec.Tolerance{{}, {Delta: 0.1}, {Tau: 0.2}, {Tau: 0.2, Delta: 0.1}} {
			test.config.Tolerance = tolerance
			s := onProblem(t, "gauss:d=2,m=1", test.config)
			fork := s.Fork()
			if want := map[bool]int{false: 1, true: len(resolutions)}[tolerance.Tau > 0]; len(s.scales) != want {
				t.Errorf("%s, %+v: %d scales, want %d", test.name, tolerance, len(s.scales), want)
			}
			for i, at := range s.scales {
				others := 1
				if test.config.Single {
					others = test.config.Draws
				}
				eta := allowed(tolerance, at.h, others, test.config.Single)
				pairs := test.pairs && (tolerance != (spec.Tolerance{}) || !test.config.Independent)
				witnesses, learnt := len(at.battery.names), at.battery.features
				got := s.processes[i]
				want := newProcess(witnesses, learnt, test.config.Draws, pairs, eta)
				other := newProcess(witnesses, learnt, test.config.Draws, pairs, eta/2)
				for _, process := range []*process{got, want, other, fork.processes[i]} {
					rng := rand.New(rand.NewPCG(1, 1))
					for range 3 {
						values := make([][]float64, witnesses)
						for k := range values {
							for range test.config.Draws + 1 {
								values[k] = append(values[k], rng.NormFloat64())
							}
						}
						process.Observe(values, 0, rng)
					}
				}
				if math.Abs(got.LogWealth()-want.LogWealth()) > 1e-12 || fork.processes[i].LogWealth() != got.LogWealth() {
					t.Errorf("%s, %+v, h = %v: wealth %v, want %v, which allows for eta = %v", test.name, tolerance, at.h, got.LogWealth(), want.LogWealth(), eta)
				}
				if eta > 0 && other.LogWealth() == want.LogWealth() {
					t.Errorf("%s, %+v: half of eta gives the same wealth: the test shows nothing", test.name, tolerance)
				}
			}
			if blur := s.scales[0].battery.blur.base[0]; blur < 2*tolerance.Tau {
				t.Errorf("%s, %+v: blurred by %v at the finest resolution", test.name, tolerance, blur)
			}
		}
	}
}

// worth returns a process whose wealth is known from itself alone and differs by calls: the
// truth was the largest of four in each of them.
func worth(calls int) *process {
	p := newProcess(1, nil, 3, false, 0)
	for range calls {
		p.Observe([][]float64{{0, 1, 2, 3}}, 3, rand.New(rand.NewPCG(1, 1)))
	}
	return p
}

// TestWealthIsAMeanOverScales: the wealth of a session, and of several taken as one, is the mean
// over the scales, by plain sums; rounding is the only tolerance. The most that is said of
// calibration is said at the scale with the most evidence, the scales sharing the chance of an error.
func TestWealthIsAMeanOverScales(t *testing.T) {
	processes := []*process{worth(3), worth(8), worth(5)}
	want := 0.0
	for _, p := range processes {
		want += math.Exp(p.LogWealth()) / 3
	}
	scales := []scale{{h: 1, battery: &battery{names: []string{"w"}}}, {h: 2}, {h: 3}}
	s := &Session{scales: scales, processes: processes}
	for what, log := range map[string]float64{"a session": s.LogWealth(), "several": (&Pooled{processes: processes}).LogWealth()} {
		if math.Abs(math.Exp(log)-want) > 1e-12*want {
			t.Errorf("the wealth of %s is %v, want %v", what, math.Exp(log), want)
		}
	}
	if s.Resolution() != 2 {
		t.Errorf("the leading resolution is %v, want 2", s.Resolution())
	}
	if got, want := s.CalibrationLimit(0.95), processes[1].CalibrationLimit(0, 1-0.05/3); math.Abs(got-want) > 1e-9 || want == 0 {
		t.Errorf("a calibration limit of %v, want %v", got, want)
	}
	if got := s.RankCounts(0); !slices.Equal(got, []float64{0, 0, 0, 8}) {
		t.Errorf("rank counts %v, want 8 times the highest", got)
	}
	one := s.WitnessShares()
	s.config.Single = true
	if single := s.WitnessShares(); one[0].Name != "w" || one[0].MeanRank != 1 || single[0].MeanRank != 0 {
		t.Errorf("mean rank %v, at a single y %v; want 1 and 0", one, single)
	}
	if got := s.RankCounts(0); !slices.Equal(got, []float64{8, 0, 0, 0}) {
		t.Errorf("rank counts %v at a single y, want 8 times the lowest, as the mean rank says", got)
	}
}

// TestCalibrationOfTheLeadingScale: the limit is that of the scale with the most evidence, which
// is chosen by what was seen, so that the scales share the chance of an error: with three of them
// each limit is one of level 1 - 0.05/3. After 200 calls that is another number than at 0.95.
func TestCalibrationOfTheLeadingScale(t *testing.T) {
	for scales, tolerance := range map[int]spec.Tolerance{1: {}, 3: {Tau: 0.1}} {
		s := onProblem(t, "gauss:d=2,m=1", Config{Draws: 3, Independent: true, Tolerance: tolerance})
		p := s.config.Problem
		posterior, err := p.Posterior()
		if err != nil {
			t.Fatal(err)
		}
		x, y, draws := make([]float64, p.Dim()), make([]float64, p.Rows()), mat.NewDense(3, p.Dim(), nil)
		rng := spec.Stream(0, "calls", p.Digest(), 0)
		for range 200 {
			p.Draw(x, y, rng)
			posterior.Given(y).Sample(draws, rng)
			if err := s.Observe(x, draws, y, rng); err != nil {
				t.Fatal(err)
			}
		}
		if len(s.processes) != scales {
			t.Fatalf("%d scales, want %d", len(s.processes), scales)
		}
		want, unshared := 0.0, 0.0
		for k := range s.Names() {
			leading := s.processes[leading(s.processes)]
			want = max(want, leading.CalibrationLimit(k, 1-0.05/float64(scales)))
			unshared = max(unshared, leading.CalibrationLimit(k, 0.95))
		}
		if got := s.CalibrationLimit(0.95); math.Abs(got-want) > 1e-9 || want == 0 {
			t.Errorf("%d scales: a limit of %v, want %v", scales, got, want)
		}
		if (want != unshared) != (scales > 1) {
			t.Errorf("%d scales: %v at the shared level, %v at the whole one", scales, want, unshared)
		}
	}
}

// TestLargestFactor: no call is worth more than the size of the pool, n, and within an asymmetry a
// than n/(1 + a n): here a is written out in allowed.
func TestLargestFactor(t *testing.T) {
	for _, test := range []struct {
		config  Config
		members float64
		delta   float64
	}{
		{Config{Draws: 3, Independent: true}, 4, 0},
		{Config{Draws: 3}, 2, 0},
		{Config{Draws: 3, Independent: true}, 2, 0.2},
		{Config{Draws: 3, Independent: true, Single: true}, 4, 0.2},
	} {
		test.config.Tolerance.Delta = test.delta
		s := onProblem(t, "gauss:d=2,m=1", test.config)
		others := 1
		if test.config.Single {
			others = test.config.Draws
		}
		a := allowed(test.config.Tolerance, 0, others, test.config.Single)
		if got, want := s.LargestFactor(), test.members/(1+a*test.members); math.Abs(got-want) > 1e-12 || (a > 0) != (test.delta > 0) {
			t.Errorf("%+v: %v, want %v", test, got, want)
		}
	}
}
