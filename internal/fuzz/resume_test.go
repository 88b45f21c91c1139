package fuzz

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/spec"
)

// lives runs a campaign until it ends, killed again and again: in each life after as many writes
// and as many judgements as cut says, negative for never. It returns what the last life reports, what
// is on the disk then, and how many lives there were.
func lives(t *testing.T, candidate spec.Sampler, cut func(life int) (writes, judgements int)) (report string, d *disk, lived int) {
	t.Helper()
	c := &court{disk: &disk{kept: map[string][]byte{}}, t: t, rejects: 3, screened: map[string]uint64{}, rejected: map[uint64]judgement{}}
	for {
		state, err := NewState(candidate.Name(), "any", 0.02, 5)
		if err == nil && c.state != nil {
			state = &State{}
			if err = json.Unmarshal(c.state, state); err == nil {
				err = state.Check()
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		var kept []*props.Counterexample
		for _, text := range c.disk.kept {
			kept = append(kept, readBack(t, text))
		}
		config, left := c.disk.config(), 0
		c.disk.left, left = cut(lived)
		config.Problems, config.Most, config.Draws = 100, 3, 3
		config.judging = func(j judgement) (*props.Verdict, error) {
			if left == 0 {
				return nil, errKilled
			}
			left--
			v := c.verdict(j)
			if j.alpha == 1.0/suspicious && j.seed%20 > 0 { // one problem in 20 is suspicious, and those are in several rounds
				v.Outcome, v.Stop, v.Log10Wealth = props.NotRejected, props.StopCalls, -float64(j.seed%1000)/1000
			}
			return v, nil
		}
		lived++
		r, err := Run(t.Context(), candidate, state, kept, config)
		if err == nil {
			return r.String(), c.disk, lived
		}
		if !errors.Is(err, errKilled) || lived > 10_000 {
			t.Fatalf("life %d: %v", lived, err)
		}
	}
}

func never(int) (int, int) { return -1, -1 }

// sameEnd fails the test unless a campaign ended as another did: with the same report, state and
// counterexamples.
func sameEnd(t *testing.T, what, report, want string, d, undisturbed *disk) {
	t.Helper()
	if report != want {
		t.Errorf("%s it reports\n%s\nundisturbed\n%s", what, report, want)
	}
	if string(d.state) != string(undisturbed.state) {
		t.Errorf("%s its state is\n%s\nundisturbed\n%s", what, d.state, undisturbed.state)
	}
	for origin, text := range undisturbed.kept {
		if string(d.kept[origin]) != string(text) {
			t.Errorf("%s it keeps\n%s\nundisturbed\n%s", what, d.kept[origin], text)
		}
	}
	if len(d.kept) != len(undisturbed.kept) {
		t.Errorf("%s it keeps %d counterexamples, undisturbed %d", what, len(d.kept), len(undisturbed.kept))
	}
}

// TestKilledEndsAsUndisturbed: a campaign that is killed at any one of its writes, or in any one of
// its judgements, or at random again and again, ends with the report, the state and the
// counterexamples of the undisturbed one, byte for byte. The verdicts are a function of the seed.
func TestKilledEndsAsUndisturbed(t *testing.T) {
	candidate := newInSteps(8, func(*mat.Dense, int) {})
	want, undisturbed, _ := lives(t, candidate, never)
	if len(undisturbed.kept) != 3 || !strings.Contains(want, "as many counterexamples") || strings.Contains(string(undisturbed.state), `"begin":0`) {
		t.Fatalf("undisturbed it shows little:\n%s", want)
	}
	once := func(writes, judgements int) func(int) (int, int) {
		return func(life int) (int, int) {
			if life == 0 {
				return writes, judgements
			}
			return -1, -1
		}
	}
	for _, kind := range []string{"write", "judgement"} {
		for at, lived := 0, 2; lived == 2; at++ {
			cut := once(at, -1)
			if kind == "judgement" {
				cut = once(-1, at)
			}
			var report string
			var d *disk
			report, d, lived = lives(t, candidate, cut)
			sameEnd(t, "killed at "+kind, report, want, d, undisturbed)
			if t.Failed() {
				t.Fatalf("%s %d", kind, at)
			}
		}
	}
	for seed := range uint64(20) {
		rng := spec.Stream(seed, "kills", nil, 0)
		report, d, lived := lives(t, candidate, func(int) (int, int) { return rng.IntN(40), rng.IntN(60) })
		sameEnd(t, "killed at random", report, want, d, undisturbed)
		if lived < 3 {
			t.Errorf("seed %d: %d lives only", seed, lived)
		}
	}
}

// TestCutOffAtItsSeedOnly: a candidate that is given the same seed and draws something else is judged
// on a new share of alpha where a judgement was cut off, as it would have a second chance of being
// caught otherwise; one that keeps to its seed on the same.
func TestCutOffAtItsSeedOnly(t *testing.T) {
	var calls atomic.Int64
	for _, test := range []struct {
		candidate spec.Sampler
		want      int
	}{
		{exact, 1},
		{after("fails", func(*mat.Dense, *spec.Problem, []float64, *rand.Rand) {}), 1},
		{spec.NewSampler("counts", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
			err := exact.Sample(ctx, dst, p, y, rng)
			dst.Set(0, 0, float64(calls.Add(1)))
			return err
		}), 2},
	} {
		state, err := NewState(test.candidate.Name(), "any", 1e-3, 5)
		if err != nil {
			t.Fatal(err)
		}
		state.Draws, state.Confirmations, state.Round.Judging = 3, 1, confirmation
		c := &campaign{Config: silent(Config{Draws: 3}), candidate: test.candidate, state: state, again: true}
		got, err := c.spend(t.Context(), onTheLine(t), confirmation)
		if err != nil || state.Confirmations != test.want || got.seed != c.seed(confirmation, test.want) || got.alpha != share(1e-3, test.want) {
			t.Errorf("%s: %+v after %d confirmations, %v; want the stake of number %d", test.candidate.Name(), got, state.Confirmations, err, test.want)
		}
	}
}

// TestOddPositions: a state whose round no campaign can have come to is an error.
func TestOddPositions(t *testing.T) {
	for name, r := range map[string]position{
		"problem in it":  {Open: []look{{Number: 3}}},
		"none of those":  {Suspect: &look{Choice: choices}},
		"begins after":   {Begin: 4},
		"what is judged": {Judging: screening},
		"the trail":      {Trail: "+-x"},
	} {
		state, err := NewState("exact", "any", 1e-3, 5)
		if err != nil {
			t.Fatal(err)
		}
		state.Screened, state.Round = 3, r
		if err := state.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%+v: error %v, want %q", r, err, name)
		}
	}
}
