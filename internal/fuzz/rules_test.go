package fuzz

import (
	"cmp"
	"context"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/spec"
)

// What counts as caught, and as caught in the same way. Each line is one that another rule
// would get wrong.
func TestCaught(t *testing.T) {
	rejected := &props.Verdict{Outcome: props.Rejected, Stop: props.StopWealth}
	passed := &props.Verdict{Outcome: props.NotRejected, Stop: props.StopCalls}
	refused := &props.Verdict{Outcome: props.Inconclusive, Stop: props.StopRefusal, Fault: &props.Fault{Kind: props.FaultRefusal}}
	panics := &props.Verdict{Outcome: props.Inconclusive, Stop: props.StopFault, Fault: &props.Fault{Kind: props.FaultPanic}}
	errs := &props.Verdict{Outcome: props.Inconclusive, Stop: props.StopFault, Fault: &props.Fault{Kind: props.FaultError}}
	for _, test := range []struct {
		v    *props.Verdict
		want bool
	}{{rejected, true}, {passed, false}, {refused, false}, {panics, true}} {
		if got := caught(test.v); got != test.want {
			t.Errorf("%s (%s) is caught: %v, want %v", test.v.Outcome, test.v.Stop, got, test.want)
		}
	}
	for _, test := range []struct {
		before, after *props.Verdict
		want          bool
	}{
		{rejected, rejected, true}, {rejected, panics, false}, {rejected, passed, false},
		{panics, panics, true}, {panics, errs, false}, {panics, rejected, false}, {panics, refused, false},
	} {
		if got := sameFailure(test.before, test.after); got != test.want {
			t.Errorf("%s (%v), then %s (%v) is the same failure: %v, want %v",
				test.before.Outcome, test.before.Fault, test.after.Outcome, test.after.Fault, got, test.want)
		}
	}
}

// Wealth of 10^3 after 100 calls, growing on, is 10^6 after 200, and 10^12 after 400; a fault
// comes where it came. A reduction gets 4 times as many, and 512, but 20,000 at most.
func TestExpectedCalls(t *testing.T) {
	grown := &props.Verdict{Calls: 100, Log10Wealth: 3}
	for alpha, want := range map[float64]int{1e-6: 200, 1e-12: 400} {
		// The quotient of logarithms may round to just above.
		if got := expectedCalls(grown, alpha); got < want || got > want+1 {
			t.Errorf("%d calls at alpha %v, want %d", got, alpha, want)
		}
		if got := reductionCalls(grown, alpha); got < 512+4*want || got > 512+4*(want+1) {
			t.Errorf("%d calls for a reduction at alpha %v, want 512 and 4 times %d", got, alpha, want)
		}
	}
	if got := expectedCalls(&props.Verdict{Calls: 7, Fault: &props.Fault{}}, 1e-6); got != 8 {
		t.Errorf("%d calls for a fault after 7, want 8", got)
	}
	if got := reductionCalls(&props.Verdict{Calls: 1_000_000, Log10Wealth: 6}, 1e-6); got != 20_000 {
		t.Errorf("%d calls for a reduction, want 20000 at most", got)
	}
}

// A reduction is given up at half of the budget, where the wealth is below 1 then; no sooner.
func TestHopeless(t *testing.T) {
	for _, test := range []struct {
		p    props.Progress
		want bool
	}{
		{props.Progress{Calls: 49, Budget: 100, Log10Wealth: -9}, false},
		{props.Progress{Calls: 50, Budget: 100, Log10Wealth: -0.1}, true},
		{props.Progress{Calls: 50, Budget: 100, Log10Wealth: 0.1}, false},
	} {
		if got := hopeless(test.p); got != test.want {
			t.Errorf("%+v is hopeless: %v", test.p, got)
		}
	}
}

// A candidate that refuses every problem is found fault with on none; that it refused is
// counted.
func TestRefused(t *testing.T) {
	refuser := spec.NewSampler("refuser", true, func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error {
		return spec.Refuse("not today")
	})
	r := campaignOf(t, refuser, "any", 1e-3, 1, 6)
	if s := r.State; s.Refused != 6 || s.Screened != 6 || s.Confirmations != 0 || len(r.Found) != 0 || r.Stop != stopProblems {
		t.Errorf("%s; want 6 screened, all refused", r)
	}
	if !strings.Contains(r.String(), "6 problems screened (6 refused), 0 confirmations") {
		t.Errorf("in words: %s", r)
	}
}

// Why a campaign ends.
func TestStops(t *testing.T) {
	state := func() *State {
		s, err := NewState("prior", "gaussian", 1e-3, 3)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if r, err := Run(ctx, prior, state(), nil, silent(Config{})); err != nil || r.Stop != props.StopTime {
		t.Errorf("out of time: %v, %v", r, err)
	}
	// One that has found enough looks no further, and reports what it was handed; what another campaign
	// has found does not count.
	old := &props.Counterexample{Candidate: "prior", Origin: "old", Verdict: &props.Verdict{Fault: &props.Fault{}}, Problem: onTheLine(t), Reduced: true}
	c := silent(Config{Most: 1})
	c.Draws = 3
	known, others := state(), *old
	known.Found, others.Origin = []string{old.Origin}, "another"
	r, err := Run(t.Context(), prior, known, []*props.Counterexample{&others, old}, c)
	if err != nil || r.Stop != stopFound || len(r.Found) != 1 || r.Found[0] != old || r.State.Screened != 0 {
		t.Errorf("with as many as were asked for: %v, %v", r, err)
	}
}

// TestChoose: where wealth has grown on data sets only, an odd problem is one of them if any of
// four is, with probability 1 - (2/3)^4 = 0.80, and an even one with 1/3. Of 100 each, fewer than
// 60 have probability 2e-6 and 60 or more 4e-8; the problems are different ones.
func TestChoose(t *testing.T) {
	state, err := NewState("exact", "any", 1e-3, 1)
	if err != nil {
		t.Fatal(err)
	}
	state.Growth = map[string]growth{"family data set": {Calls: 100, Log10Wealth: 50}}
	c := &campaign{Config: silent(Config{}), candidate: exact, state: state}
	var sets [2]int
	digests := map[string]bool{}
	for number := range 200 {
		state.Screened = number
		p, _ := c.choose()
		digests[hex.EncodeToString(p.Digest())] = true
		if _, is := p.Prior().(*spec.DataSet); is {
			sets[number%2]++
		}
	}
	if sets[0] >= 60 || sets[1] < 60 {
		t.Errorf("%d of 100 problems are data sets as they come, %d as they are chosen; want about 33 and 80", sets[0], sets[1])
	}
	// Problems of one small dimension and round numbers may well be the same.
	if len(digests) < 100 {
		t.Errorf("%d different problems of 200", len(digests))
	}
}

// TestLooksCloser: of a round, what is looked at more closely is the quarter on which wealth grew
// most. What it was after the first look is found out by looking again, on the same stream.
func TestLooksCloser(t *testing.T) {
	const size = 12
	var mu sync.Mutex
	asked := map[string]int{}
	counting := spec.NewSampler("counting", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		mu.Lock()
		asked[string(p.Digest())]++
		mu.Unlock()
		return exact.Sample(ctx, dst, p, y, rng)
	})
	state, err := NewState("counting", "gaussian", 1e-3, 5)
	if err != nil {
		t.Fatal(err)
	}
	state.Growth = map[string]growth{}
	c := &campaign{Config: silent(Config{Problems: size, Draws: 3, Jobs: 1}), candidate: counting, state: state}
	if _, err := c.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := NewState("counting", "gaussian", 1e-3, 5)
	if err != nil {
		t.Fatal(err)
	}
	again.Growth = map[string]growth{}
	c = &campaign{Config: silent(Config{Draws: 3, Jobs: 1}), candidate: exact, state: again}
	var first []look
	digests := map[int]string{}
	for number := range size {
		p, choice := c.choose()
		again.Screened++
		v, err := c.screen(t.Context(), p, number, firstCalls)
		if err != nil {
			t.Fatal(err)
		}
		c.grown(p, v)
		if !caught(v) { // otherwise it was confirmed at once
			first = append(first, looked(number, choice, v))
			digests[number] = string(p.Digest())
		}
		if c.problem(looked(number, choice, v)).Name() != p.Name() {
			t.Errorf("problem %d is another one when it is made again", number)
		}
	}
	slices.SortStableFunc(first, func(a, b look) int { return cmp.Compare(b.Log10Wealth, a.Log10Wealth) })
	for i, s := range first {
		// A look at 32 calls asks for 32 and the one or two that are under way; a closer one for
		// 128 more.
		if closely := asked[digests[s.Number]] > 2*firstCalls; closely != (i < len(first)/4) {
			t.Errorf("number %d by wealth, 10^%.2f, was looked at more closely: %v", i+1, s.Log10Wealth, closely)
		}
	}
}
