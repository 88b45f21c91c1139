package props_test

import (
	"flag"
	"testing"

	"assay/props"
	"assay/spec"
)

var definitionCalls = flag.Int("definition", 4000, "calls in which a sampler within a definition must not be rejected; the full test is 50000")

// TestDefinition: a sampler that for a share 0.98 delta of y returns -100, and at the others
// moves the upper delta of the posterior to -100, is a (0, delta)-posterior sampler of the
// paper (Definition 1.5). At its own delta of 0.2 it is not rejected, but by chance with
// probability 1e-6 a seed; at half of it it is, and so it is in the joint form at 0.2. It fails
// in 0.357 of its draws; the three tolerances allow for 0.36, 0.19 and 0.2. With tau > 0 it
// also moves all other draws by tau, and is rejected at half of tau too.
//
// That the rejections come in time: for a pair the truth lies above the draw with probability
// 0.196 + 0.804 (0.2 + 0.8 * 0.6) = 0.743, where half is right, so that a bet of +-b on the
// order gains 0.485 b, of which the tolerance at half takes 0.271 b and the joint one 0.36 b.
// With b = 0.3 and 0.12 ln-wealth grows by 0.025 and 0.0075 a call of one draw: with the 14
// that are needed and some 5 for the weight of the bet, in 800 and 2,500 calls. With 3 draws a
// call, as here, the gain of a call varies less, and it takes less than half of that.
func TestDefinition(t *testing.T) {
	const delta = 0.2
	for _, test := range []struct {
		name    string
		on      *spec.Problem
		sampler extremal
	}{
		{"line", line(t), extremal{0, 0.98 * delta, top(delta), true}},
		{"fork", fork(t, delta, true), extremal{0, 0.98 * delta, branch, true}},
		{"fork with tau", fork(t, delta, true), extremal{0.1, 0.98 * delta, branch, true}},
	} {
		within := func(tau, delta float64, form spec.Form, seed uint64) *props.Verdict {
			return judge(t, test.sampler, []*spec.Problem{test.on}, props.Within(spec.Tolerance{Tau: tau, Delta: delta, Form: form}),
				props.Calls(*definitionCalls), props.Seed(seed), props.Terse())
		}
		for seed := range uint64(3) {
			tau := test.sampler.tau
			own := within(tau, delta, "", seed)
			if own.Outcome != props.NotRejected || own.Tolerance.Form != spec.Definition15 {
				t.Errorf("%s, seed %d, at its own (tau, delta): %s", test.name, seed, own)
			}
			t.Logf("%s, seed %d: at its own (%v, %v) 10^%.1f after %d calls", test.name, seed, tau, delta, own.Log10Wealth, own.Calls)
			for _, narrower := range []spec.Tolerance{{Tau: tau / 2, Delta: delta / 2}, {Tau: tau, Delta: delta / 2}, {Tau: tau, Delta: delta, Form: spec.Joint}} {
				v := within(narrower.Tau, narrower.Delta, narrower.Form, seed)
				t.Logf("  within %+v: 10^%.1f after %d calls", narrower, v.Log10Wealth, v.Calls)
				if v.Outcome != props.Rejected {
					t.Errorf("%s, seed %d, within %+v: %s", test.name, seed, narrower, v)
				}
			}
		}
	}
}
