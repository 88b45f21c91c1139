package props_test

import (
	"strings"
	"testing"

	"assay/props"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// TestDiffusionIsRightOrRefuses: on odd problems, atoms, singular laws and data far apart among
// them, a diffusion with the steps that it has by default is not rejected, or refuses in
// words because the scales of the prior are too many. Each is judged at 1e-8, so that 360 of
// them give a false alarm in 4e-6 of all runs. That the calls suffice: 50 steps of Heun's
// method that did not refuse would be rejected on 4 of these problems.
func TestDiffusionIsRightOrRefuses(t *testing.T) {
	skipShort(t)
	const on = 120
	for _, s := range defaults {
		calls := 200
		if s.Method != samplers.Heun {
			calls = 20 // ten times as many steps
		}
		refused := 0
		for i := range on {
			p := problems.Small().Example(i)
			p, err := spec.NewProblem("unmeasured "+p.Name(), p.Prior(), spec.Unmeasured(p.Dim()))
			if err != nil {
				t.Fatal(err)
			}
			v := judge(t, s, []*spec.Problem{p}, props.Alpha(1e-8), props.Calls(calls), props.Terse())
			narrowest, widest := p.Prior().(spec.Denoiser).Scale()
			switch {
			case v.Outcome == props.NotRejected:
			case v.Stop == props.StopRefusal && strings.Contains(v.Fault.Message, "the deviations of the prior are from"):
				refused++
				if widest/narrowest < 3e3 {
					t.Errorf("%s refuses on example %d, where the widest deviation is %.3g times the narrowest", s.Name(), i, widest/narrowest)
				}
			default:
				t.Errorf("example %d, the widest deviation %.3g times the narrowest: %s", i, widest/narrowest, v)
			}
		}
		t.Logf("%s: refused on %d of %d problems, not rejected on the others", s.Name(), refused, on)
		if refused == 0 || refused > on/2 {
			t.Errorf("%s: refused on %d of %d problems: want some, and fewer than half", s.Name(), refused, on)
		}
	}
}
