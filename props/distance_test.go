package props

import (
	"math/rand/v2"
	"testing"

	"assay/props/evidence"
	"assay/samplers"
	"assay/spec"
)

// allowed returns how far in total variation one draw may be from the exact law under the
// tolerance, both blurred by h; without a blur, only what fails altogether counts.
func allowed(tolerance spec.Tolerance, h float64) float64 {
	if h > 0 {
		return tolerance.TotalVariation(h)
	}
	return tolerance.Delta
}

// TestDistance: what a process allows for is the total variation eta of one draw, at each
// scale, in pairs of one draw each and in local mode, where one draw of a pool is the
// candidate's: the wealth after a call is that of a process made by hand for that distance.
// Under no tolerance it is that of one that allows for nothing.
func TestDistance(t *testing.T) {
	p := parsed(t, "gauss:d=2,m=1")[0]
	dependent := spec.NewSampler("chain", false, samplers.Exact().Sample)
	for _, test := range []struct {
		name      string
		candidate spec.Sampler
		opts      []Option
		draws     int
		pools     bool
	}{
		{"one draw", samplers.Exact(), []Option{Draws(1)}, 1, true},
		{"three draws", samplers.Exact(), []Option{Draws(3)}, 3, false},
		{"a chain", dependent, []Option{Draws(3)}, 3, false},
		{"local", samplers.Exact(), []Option{Draws(3), Local(1)}, 3, true},
	} {
		for _, tolerance := range []spec.Tolerance{{}, {Delta: 0.1}, {Tau: 0.2}, {Tau: 0.2, Delta: 0.1}} {
			o, err := newOptions(append(test.opts, Within(tolerance)))
			if err != nil {
				t.Fatal(err)
			}
			e, err := newExhibit(p, test.candidate, o)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{false: 1, true: len(resolutions)}[tolerance.Tau > 0]; len(e.heights) != want {
				t.Errorf("%s, %+v: %d scales, want %d", test.name, tolerance, len(e.heights), want)
			}
			for scale, h := range e.heights {
				eta := allowed(tolerance, h)
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
				if got.LogWealth() != want.LogWealth() {
					t.Errorf("%s, %+v, h = %v: wealth %v, want %v, which allows for eta = %v", test.name, tolerance, h, got.LogWealth(), want.LogWealth(), eta)
				}
				if eta > 0 && other.LogWealth() == want.LogWealth() {
					t.Errorf("%s, %+v: half of eta gives the same wealth: the test shows nothing", test.name, tolerance)
				}
			}
		}
	}
}
