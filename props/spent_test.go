package props_test

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"assay/internal/tally"
	"assay/props"
	"assay/props/run"
	"assay/samplers"
	"assay/spec"
)

// form is a result in words and in JSON.
func form(t testing.TB, v interface{ String() string }, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v.String() + string(valid(t, v))
}

// TestSpent: a verdict says what its calls took, the same on any number of processors, from a
// journal too, and nothing of a sampler that denoises nothing.
func TestSpent(t *testing.T) {
	const steps, calls, draws = 20, 150, 3
	p := named(t, "gmm:d=2,dy=1", "gauss:d=2,m=1")
	dps := samplers.DPS{Zeta: 0.5, Steps: steps}
	opts := []props.JudgeOption{props.Calls(calls), props.Draws(draws), props.Terse()}
	v := judge(t, dps, p, append(opts, props.Jobs(1))...)
	if v.Outcome != props.Rejected || v.Calls > 2*calls-20 {
		t.Fatalf("this test wants a verdict before the budget is spent: %v", v)
	}
	each := float64(steps * draws * v.Calls)
	if want := (tally.Costs{tally.PointsDenoised: each, tally.JacobianProducts: each}); !maps.Equal(v.Spent, want) {
		t.Errorf("spent %v, want %v", v.Spent, want)
	}
	path := filepath.Join(t.TempDir(), "journal")
	for range 2 {
		journal, err := run.OpenJournal(path, run.JournalOf{Samplers: []spec.Sampler{dps}})
		if err != nil {
			t.Fatal(err)
		}
		again := judge(t, dps, p, append(opts, props.Jobs(8), props.Remember(journal))...)
		if form(t, again, nil) != form(t, v, nil) {
			t.Errorf("with 8 jobs and a journal:\n%v\nwith one:\n%v", again, v)
		}
		if err := journal.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if v := judge(t, samplers.Exact(), p, opts...); v.Spent != nil || strings.Contains(v.String(), "spent     ") {
		t.Errorf("spent %v:\n%v", v.Spent, v)
	}
}

// TestSpentInWords: what is counted of all samplers comes first, and every number can be read.
func TestSpentInWords(t *testing.T) {
	v := judge(t, samplers.Exact(), named(t, "gauss:d=2,m=1"), props.Calls(20), props.Terse())
	v.Spent = tally.Costs{"dollars": 0.25, "Bayes updates": 7, tally.JacobianProducts: 1234567, tally.PointsDenoised: 1000}
	if want := "\n  spent     1,000 points denoised, 1,234,567 Jacobian products, 7 Bayes updates, 0.25 dollars\n"; !strings.Contains(v.String(), want) {
		t.Errorf("%q is not in\n%v", want, v)
	}
	valid(t, v)
}

// TestSpentByBoth: of two samplers that are compared the costs are summed, and a sampler that makes
// proposals says how many.
func TestSpentByBoth(t *testing.T) {
	p := named(t, "gauss:d=2,m=1")[0]
	rejection := &samplers.Rejection{Proposal: samplers.Prior(), Max: 1e6}
	c, err := props.Compare(t.Context(), samplers.DPS{Zeta: 0.5, Steps: 10}, rejection, p, props.Calls(30), props.Draws(2), props.Jobs(1))
	if err != nil {
		t.Fatal(err)
	}
	valid(t, c)
	each := float64(10 * 2 * c.Calls)
	examined, _ := rejection.Proposals()
	if made := c.Spent["proposals"]; c.Calls != 30 || c.Spent[tally.PointsDenoised] != each || made != float64(examined) || made < 30 {
		t.Errorf("spent %v in %d calls, %d proposals", c.Spent, c.Calls, examined)
	}
}
