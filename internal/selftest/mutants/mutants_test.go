package mutants

import (
	"fmt"
	"testing"

	"assay/internal/defaults"
	"assay/props"
	"assay/spec"
)

const (
	alpha  = 1e-6
	budget = 20000 // draws
)

// judge spends the budget on calls of the usual number of draws.
func judge(t *testing.T, s spec.Sampler, p *spec.Problem) *props.Verdict {
	t.Helper()
	v, err := props.Judge(t.Context(), s, []*spec.Problem{p}, props.Alpha(alpha), props.Calls(budget/defaults.Draws), props.Terse())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestMutantsAreRejected within 20,000 draws at alpha 1e-6, or listed with the reason why
// not. With -v it prints the table.
func TestMutantsAreRejected(t *testing.T) {
	t.Logf("%-32s %6s %6s  %s", "mutant", "calls", "draws", "leading witness")
	for _, m := range List() {
		v := judge(t, m.Sampler, m.Problem)
		witness := "none"
		if w := v.Worst().Witnesses; len(w) > 0 {
			witness = w[0].String()
		}
		t.Logf("%-32s %6d %6d  %s", m.Name, v.Calls, v.Calls*v.DrawsACall, witness)
		switch rejected := v.Outcome == props.Rejected; {
		case v.Fault != nil:
			t.Errorf("%s: %v", m.Name, v.Fault)
		case rejected && m.Undetectable != "":
			t.Errorf("%s is rejected, but listed as undetectable: %s", m.Name, m.Undetectable)
		case !rejected && m.Undetectable == "":
			t.Errorf("%s is not rejected: %s", m.Name, v)
		}
	}
}

// TestControlsAreNotRejected: the base samplers without their bug survive the same
// budget. A right one is rejected with probability 1e-6. Those that are right only in a
// limit (many particles, small steps) are off by less than is noticed.
func TestControlsAreNotRejected(t *testing.T) {
	done := map[string]bool{}
	for _, m := range List() {
		key := fmt.Sprint(m.Control.Name(), " on ", m.Problem.Name())
		if done[key] {
			continue
		}
		done[key] = true
		v := judge(t, m.Control, m.Problem)
		t.Logf("%-45s %6d calls, wealth 10^%.2f", key, v.Calls, v.Log10Wealth)
		if v.Outcome != props.NotRejected {
			t.Errorf("%s: %s", key, v)
		}
	}
}

// TestTwoComponentsOnly: the mutant that is wrong with three components is right with
// two, so that a judgement on those does not reject it (but with probability 1e-6).
func TestTwoComponentsOnly(t *testing.T) {
	for _, m := range List() {
		if m.Name == "two-components-only" {
			if v := judge(t, m.Sampler, two()); v.Outcome != props.NotRejected {
				t.Errorf("with two components: %s", v)
			}
			return
		}
	}
	t.Error("no mutant two-components-only")
}
