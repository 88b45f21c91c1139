package props_test

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

func compare(t *testing.T, a, b spec.Sampler, on string, opts ...props.CompareOption) *props.Comparison {
	t.Helper()
	c, err := props.Compare(t.Context(), a, b, named(t, on)[0], opts...)
	if err != nil {
		t.Fatal(err)
	}
	valid(t, c)
	return c
}

func consistent(t *testing.T, candidate, origin spec.Sampler, on string, opts ...props.ConsistentOption) *props.Consistency {
	t.Helper()
	c, err := props.Consistent(t.Context(), candidate, origin, named(t, on)[0], opts...)
	if err != nil {
		t.Fatal(err)
	}
	valid(t, c)
	return c
}

// TestNoFalseVerdict: that two samplers disagree, or that one does not fit draws that are not its
// own, is said of both and not that the exact sampler is wrong, in text and in JSON. What agrees is
// said to be right by neither: two samplers that are wrong alike agree. The controls are that a
// difference is seen; each happens by chance with probability 1e-6.
func TestNoFalseVerdict(t *testing.T) {
	exact, prior := samplers.Exact(), samplers.Prior()
	for _, test := range []struct {
		name    string
		result  any
		outcome props.Outcome
		words   []string
	}{
		{"another", compare(t, exact, prior, "gauss"), props.Disagree,
			[]string{"exact and prior disagree on gauss", "two samplers that agree ever reach 10^6.0", "lower from exact than from prior"}},
		{"itself", compare(t, exact, exact, "gauss", props.Calls(200)), props.NoDisagreement, []string{"exact and exact: no disagreement found on gauss"}},
		{"both wrong", compare(t, prior, prior, "gauss", props.Calls(200)), props.NoDisagreement, []string{"prior and prior: no disagreement found on gauss"}},
		{"at y", compare(t, exact, prior, "gauss", props.At([]float64{1, 2})), props.Disagree, []string{"draws at the y given, each among 3 draws of prior", "at y      1 2"}},
		{"single y", compare(t, exact, prior, "gauss", props.Local(2)), props.Disagree, []string{"draws at 2 single y, each among 3 draws of prior"}},
		{"tolerance", compare(t, exact, exact, "gauss", props.Calls(100), props.Within(spec.Tolerance{Tau: 0.1})), props.NoDisagreement, []string{"tolerance tau 0.1"}},
		{"too few", compare(t, exact, prior, "gauss", props.Calls(2)), props.Inconclusive, []string{"tell apart even laws that share nothing"}},
		{"ignores y", consistent(t, prior, prior, "gauss"), props.Inconsistent, []string{"prior: its draws given y do not fit its own draws without y, on gauss", "given y than without y"}},
		{"not its own", consistent(t, exact, shifted, "gauss"), props.Inconsistent, []string{"exact: its draws given y do not fit the draws of shifted without y, on gauss"}},
		{"consistent", consistent(t, exact, exact, "gauss", props.Calls(200)), props.NoInconsistency, []string{"exact: no inconsistency found on gauss"}},
	} {
		text := test.result.(interface{ String() string }).String()
		form, err := json.Marshal(test.result)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range test.words {
			if !strings.Contains(text, word) {
				t.Errorf("%s: want %q in\n%s", test.name, word, text)
			}
		}
		var flat struct{ Outcome props.Outcome }
		if err := json.Unmarshal(form, &flat); err != nil || flat.Outcome != test.outcome {
			t.Errorf("%s: JSON says %q, want %q (%v)", test.name, flat.Outcome, test.outcome, err)
		}
		for _, never := range []string{"right sampler", "rejected", "below the truth", "above the truth"} {
			if strings.Contains(text, never) || strings.Contains(string(form), never) {
				t.Errorf("%s: it says %q:\n%s%s", test.name, never, text, form)
			}
		}
	}
}

// shifted draws far from where the prior does.
var shifted = spec.NewSampler("shifted", true, planted(5, 0, true).Sample)

// TestFaultOfEither: a fault is said of the sampler whose it is.
func TestFaultOfEither(t *testing.T) {
	crash := spec.NewSampler("crash", true, func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error { panic("boom") })
	for _, c := range []*props.Comparison{compare(t, samplers.Exact(), crash, "gauss"), compare(t, crash, samplers.Exact(), "gauss")} {
		if f := c.On.Fault; c.Outcome != props.Inconclusive || f == nil || f.Sampler != "crash" || !strings.Contains(c.String(), "fault     of crash: panic on gauss") {
			t.Errorf("%s", c)
		}
	}
}

// TestToleranceEdgeOfTwo is [TestToleranceEdge] for the doors that compare draws with draws.
func TestToleranceEdgeOfTwo(t *testing.T) {
	const delta = 0.25
	on := fork(t, delta, true)
	edge := extremal{0, delta, branch, true}
	calls := props.Calls(2000)
	for _, test := range []struct {
		delta float64
		seen  bool
	}{{delta, false}, {delta / 2, true}} {
		within := props.Within(spec.Tolerance{Delta: test.delta})
		two, err := props.Compare(t.Context(), edge, samplers.Exact(), on, within, calls)
		if err != nil {
			t.Fatal(err)
		}
		one, err := props.Consistent(t.Context(), edge, samplers.Prior(), on, within, calls)
		if err != nil {
			t.Fatal(err)
		}
		if (two.Outcome == props.Disagree) != test.seen || (one.Outcome == props.Inconsistent) != test.seen {
			t.Errorf("delta %v:\n%s%s", test.delta, two, one)
		}
	}
}

// TestNothingGiven: what is nil, or contradicts itself, is told in one line by every door.
func TestNothingGiven(t *testing.T) {
	exact, gauss, bare := samplers.Exact(), named(t, "gauss")[0], new(spec.Problem)
	at, local := props.At([]float64{1, 2}), props.Local(2)
	within := props.Within(spec.Tolerance{Tau: 1})
	each := props.WithinEach(func(*spec.Problem) spec.Tolerance { return spec.Tolerance{} })
	known := &props.Counterexample{Problem: gauss, Verdict: &props.Verdict{DrawsACall: 3, Problems: []props.Finding{{}}}}
	judged := func(s spec.Sampler, p *spec.Problem, opts ...props.JudgeOption) error {
		_, err := props.Judge(t.Context(), s, []*spec.Problem{p}, opts...)
		return err
	}
	compared := func(a, b spec.Sampler, p *spec.Problem, opts ...props.CompareOption) error {
		_, err := props.Compare(t.Context(), a, b, p, opts...)
		return err
	}
	fitted := func(a, b spec.Sampler, p *spec.Problem, opts ...props.ConsistentOption) error {
		_, err := props.Consistent(t.Context(), a, b, p, opts...)
		return err
	}
	again := func(c *props.Counterexample, s spec.Sampler, opts ...props.ReplayOption) error {
		_, err := c.Again(t.Context(), s, opts...)
		return err
	}
	for _, test := range []struct {
		got  error
		want string
	}{
		{judged(nil, gauss), "the candidate is nil"},
		{judged(exact, nil), "problem 1 of 1 is nil"},
		{judged(exact, bare), "has no prior"},
		{judged(exact, gauss, props.Terse(), nil), "option 2 of 2 is nil"},
		{judged(exact, gauss, at, local), "At and Local contradict each other"},
		{judged(exact, gauss, local, at), "Local and At contradict each other"},
		{judged(exact, gauss, within, each), "Within and WithinEach contradict each other"},
		{judged(exact, gauss, each, within), "WithinEach and Within contradict each other"},
		{judged(exact, gauss, props.WithinEach(nil)), "WithinEach is given no function"},
		{judged(exact, gauss, props.At(nil)), "y has 0 numbers, want 2"},
		{judged(exact, gauss, props.At([]float64{0, math.NaN()})), "number 1 is NaN, want finite"},
		{judged(exact, gauss, props.At([]float64{math.Inf(-1), 0})), "number 0 is -Inf, want finite"},
		{compared(nil, exact, gauss), "the first sampler is nil"},
		{compared(exact, nil, gauss), "the second sampler is nil"},
		{compared(exact, exact, nil), "problem 1 of 1 is nil"},
		{compared(exact, exact, bare), "has no prior"},
		{compared(exact, exact, gauss, nil), "option 1 of 1 is nil"},
		{compared(exact, exact, gauss, at, local), "contradict"},
		{fitted(nil, exact, gauss), "the candidate is nil"},
		{fitted(exact, nil, gauss), "the origin is nil"},
		{fitted(exact, exact, bare), "has no prior"},
		{fitted(exact, exact, gauss, nil), "option 1 of 1 is nil"},
		{again(known, nil), "the candidate is nil"},
		{again(known, exact, nil), "option 1 of 1 is nil"},
		{again(&props.Counterexample{}, exact), "no verdict or no problem"},
	} {
		if test.got == nil || !strings.Contains(test.got.Error(), test.want) || strings.Contains(test.got.Error(), "\n") {
			t.Errorf("%v, want one line with %q", test.got, test.want)
		}
	}
	for want, property := range map[string]func(*rapid.T){
		"the candidate is nil":       props.Posterior(nil),
		"option 1 of 1 is nil":       props.Posterior(exact, nil),
		"Over is given no generator": props.Posterior(exact, props.Over(nil)),
		"problem 1 of 1 is nil":      props.Posterior(exact, props.Over(rapid.Just[*spec.Problem](nil))),
	} {
		if failed, said := check(t, property); !failed || !strings.Contains(said, want) {
			t.Errorf("a property says %q, want %q", said, want)
		}
	}
	if err := judged(exact, gauss, at, props.At([]float64{0, 0}), props.Calls(9)); err != nil { // the later one counts
		t.Error(err)
	}
}

// TestSaysWhatShapedIt: an option that a verdict depends on stands in its text and its JSON.
func TestSaysWhatShapedIt(t *testing.T) {
	some := func(tau float64) props.JudgeOption {
		return props.WithinEach(func(*spec.Problem) spec.Tolerance { return spec.Tolerance{Tau: tau} })
	}
	for _, test := range []struct {
		option     props.JudgeOption
		text, form string
	}{
		{props.Calls(70), "", `"calls_at_most":70`},
		{props.At([]float64{1, 2}), "at the y given, each among 3 exact draws, of 10^6.0 needed (budget of calls spent)\n  at y      1 2\n", `"y_given":true`},
		{some(0.5), "the largest that WithinEach gave for a problem", `"tolerance_within_each":true`},
		{some(0), "tolerance none, as WithinEach gave for each problem", `"tolerance_within_each":true`},
		{props.Until(func(p props.Progress) bool { return p.Calls == 60 }), "(ended as Until asked; the budget was 80 calls a problem)", `"stop":"until"`},
	} {
		v := judge(t, samplers.Exact(), named(t, "gauss"), props.Calls(80), props.Terse(), test.option)
		form, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(v.String(), test.text) || !strings.Contains(string(form), test.form) {
			t.Errorf("want %q and %q in\n%s%s", test.text, test.form, v, form)
		}
	}
	chain := spec.NewSampler("chain", false, samplers.Exact().Sample)
	if c := compare(t, chain, samplers.Exact(), "gauss", props.Calls(9)); c.DrawsACall != 1 || !strings.Contains(c.String(), "one draw a call instead of 3") {
		t.Errorf("a chain: %s", c)
	}
}
