package props

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"assay/props/evidence"
	"assay/samplers"
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

// TestDistance: what a process allows for is the asymmetry eta of one draw, at each scale, in pairs of one draw each and in local mode, where one draw of a pool is the
// candidate's: the wealth after a call is, to rounding, that of a process made by hand for that distance.
// Under no tolerance it is that of one that allows for nothing.
func TestDistance(t *testing.T) {
	p := parsed(t, "gauss:d=2,m=1")[0]
	dependent := spec.NewSampler("chain", false, samplers.Exact().Sample)
	for _, test := range []struct {
		name      string
		candidate spec.Sampler
		opts      []JudgeOption
		draws     int
		pools     bool
	}{
		{"one draw", samplers.Exact(), []JudgeOption{Draws(1)}, 1, true},
		{"three draws", samplers.Exact(), []JudgeOption{Draws(3)}, 3, false},
		{"a chain", dependent, []JudgeOption{Draws(3)}, 3, false},
		{"local", samplers.Exact(), []JudgeOption{Draws(3), Local(1)}, 3, true},
	} {
		for _, tolerance := range []spec.Tolerance{{}, {Delta: 0.1}, {Tau: 0.2}, {Tau: 0.2, Delta: 0.1}} {
			o, err := newOptions(append(test.opts, Within(tolerance)))
			if err != nil {
				t.Fatal(err)
			}
			e, err := newExhibit(t.Context(), p, test.candidate, o)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{false: 1, true: len(resolutions)}[tolerance.Tau > 0]; len(e.heights) != want {
				t.Errorf("%s, %+v: %d scales, want %d", test.name, tolerance, len(e.heights), want)
			}
			for scale, h := range e.heights {
				single, others := test.name == "local", 1
				if single {
					others = test.draws
				}
				eta := allowed(tolerance, h, others, single)
				pools := test.pools || test.draws > 1 && tolerance == (spec.Tolerance{}) && test.candidate.Independent()
				witnesses, learnt := len(e.batteries[scale].Names()), e.batteries[scale].Features()
				got := e.points[0].processes[scale]
				want := evidence.NewProcess(witnesses, learnt, test.draws, pools, eta)
				other := evidence.NewProcess(witnesses, learnt, test.draws, pools, eta/2)
				for _, process := range []*evidence.Process{got, want, other} {
					rng := rand.New(rand.NewPCG(1, 1))
					for range 3 {
						values := make([][]float64, witnesses)
						for k := range values {
							for range test.draws + 1 {
								values[k] = append(values[k], rng.NormFloat64())
							}
						}
						process.Observe(values, 0, rng)
					}
				}
				if math.Abs(got.LogWealth()-want.LogWealth()) > 1e-12 {
					t.Errorf("%s, %+v, h = %v: wealth %v, want %v, which allows for eta = %v", test.name, tolerance, h, got.LogWealth(), want.LogWealth(), eta)
				}
				if eta > 0 && other.LogWealth() == want.LogWealth() {
					t.Errorf("%s, %+v: half of eta gives the same wealth: the test shows nothing", test.name, tolerance)
				}
			}
		}
	}
}
