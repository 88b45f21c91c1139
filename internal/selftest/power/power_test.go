package power

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPower: each planted error is rejected at 1e-6 within three times the calls that
// the design's simulation needed in the median, in one run for each number of draws. Of
// 2,400 runs, 100 a cell, the longest took 2.5 times its design median; the seed here is
// fixed, so what passes once passes always, and an engine that has lost a witness or a
// group of bets needs many times more. Errors that take long are left to the benchmark.
func TestPower(t *testing.T) {
	const longest = 900
	cases, err := Toys()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		for _, draws := range []int{1, 3, 9} {
			goal := c.Goals[draws].At1e6
			if goal == 0 || goal > longest {
				continue
			}
			calls, err := rejections(t.Context(), &c, draws, 1, 0, 3*goal)
			if err != nil {
				t.Fatal(err)
			}
			if calls[1e-6] == 0 {
				t.Errorf("%s, L = %d: not rejected in %d calls", c.Name, draws, 3*goal)
			}
		}
	}
}

// TestRightSamplers are not rejected: at 1e-3 each fails with at most that probability.
func TestRightSamplers(t *testing.T) {
	right, err := rightModels()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range right {
		for _, draws := range []int{1, 3, 9} {
			calls, err := rejections(t.Context(), &c, draws, 1, 0, 200)
			if err != nil {
				t.Fatal(err)
			}
			if n := calls[1e-3]; n > 0 {
				t.Errorf("%s, L = %d: rejected after %d calls", c.Name, draws, n)
			}
		}
	}
}

// TestMutantsAreCases: every mutant can be judged by the evidence and by all rivals.
func TestMutantsAreCases(t *testing.T) {
	mutants := Mutants()
	if len(mutants) < 45 {
		t.Errorf("%d mutants, want at least 45", len(mutants))
	}
	for _, c := range mutants {
		if _, err := rejections(t.Context(), &c, 2, 1, 0, 5); err != nil {
			t.Error(err)
		}
		if _, err := compete(t.Context(), &c, 2, 1, 0, 10); err != nil {
			t.Error(err)
		}
	}
}

func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		calls []int
		q     float64
		want  int
	}{
		{[]int{5}, .5, 5},
		{[]int{0, 7, 3}, .5, 7},
		{[]int{0, 0, 3}, .5, 0},
		{[]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, .9, 9},
		{[]int{0, 0, 2, 3, 4, 5, 6, 7, 8, 9}, .9, 0},
	} {
		if got := quantile(c.calls, c.q); got != c.want {
			t.Errorf("quantile %v of %v is %d, want %d", c.q, c.calls, got, c.want)
		}
	}
}

// TestMeasureIsDeterministic, whatever the schedule; and an interruption keeps what was
// measured.
func TestMeasureIsDeterministic(t *testing.T) {
	cases, err := Toys()
	if err != nil {
		t.Fatal(err)
	}
	cases = slices.DeleteFunc(cases, func(c Case) bool { return c.Name != "shift 1 sd" && c.Name != "ignores y" })
	o := Options{Runs: 3, Draws: []int{1, 3}, Limit: 150, Rivals: true, NullRuns: 2, Seed: 7}
	first, err := Measure(t.Context(), cases, o)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Measure(t.Context(), cases, o)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same options give another table:\n%s", diff)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	o.Watch = func(done, of int) {
		if done == 8 { // of the 3 + 3 of the first case, and 3 more of the second
			cancel(errors.New("enough"))
		}
	}
	part, err := Measure(ctx, cases, o)
	if err != nil {
		t.Fatal(err)
	}
	if !part.Interrupted || len(part.Entries) == 0 || len(part.Entries) >= len(first.Entries) {
		t.Fatalf("interrupted is %v with %d entries of %d", part.Interrupted, len(part.Entries), len(first.Entries))
	}
	if diff := cmp.Diff(first.Entries[:len(part.Entries)], part.Entries); diff != "" {
		t.Errorf("an interruption changes what was measured:\n%s", diff)
	}
}

func TestCompare(t *testing.T) {
	entry := func(name, judge string, kind Kind, draws, median, within int) Entry {
		return Entry{Case: name, Judge: judge, Kind: kind, Draws: draws, Alpha: 1e-6, Median: median, Within: within}
	}
	table := &Table{Draws: []int{1, 3}, Entries: []Entry{
		entry("a", evidenceName, Engine, 1, 100, 1000), entry("a", evidenceName, Engine, 3, 40, 1000),
		entry("a", "SBC", Tool, 1, 200, 1000), entry("a", "SBC", Tool, 3, 50, 1000),
		entry("b", evidenceName, Engine, 1, 100, 1000), entry("b", "SBC", Tool, 1, 0, 500),
		entry("c", evidenceName, Engine, 1, 0, 1000), entry("c", "SBC", Tool, 1, 500, 500),
		entry("d", evidenceName, Engine, 1, 0, 1000), entry("d", "SBC", Tool, 1, 0, 500),
	}}
	want := []Comparison{
		{Case: "c", Ratio: math.Inf(1), Rival: "SBC, L = 1"},
		{Case: "a", Ratio: 100. / 150, Rival: "SBC, L = 3"},
		{Case: "b", Ratio: 100. / 500},
	}
	if diff := cmp.Diff(want, table.Compare(Tool, table.Draws)); diff != "" {
		t.Error(diff)
	}
}
