package fuzz

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/evidence"
	"assay/spec"
)

// The levels of all confirmations sum to half of alpha, and so do those of all reductions:
// n terms to alpha/2 (1 - 1/(n+1)), by telescoping; to the rounding of a thousand sums, 1e-13.
func TestShare(t *testing.T) {
	const alpha = 0.02
	sum := 0.0
	for n := 1; n <= 1000; n++ {
		sum += share(alpha, n)
		if want := alpha / 2 * (1 - 1/float64(n+1)); math.Abs(sum-want) > 1e-13*alpha {
			t.Fatalf("%d levels sum to %v, want %v", n, sum, want)
		}
	}
}

// disk is what outlives a process: the files as they were last written.
type disk struct {
	state []byte
	kept  map[string][]byte // by origin
	left  int               // writes until the process is killed; negative: never
}

var errKilled = errors.New("killed")

func (d *disk) config() Config {
	write := func() error {
		if d.left == 0 {
			return errKilled
		}
		d.left--
		return nil
	}
	return Config{
		Problems: 60, Most: 1,
		Save: func(s *State) (err error) {
			if err = write(); err != nil {
				return err
			}
			d.state, err = json.Marshal(s)
			return err
		},
		Keep: func(c *props.Counterexample) (err error) {
			if err = write(); err != nil {
				return err
			}
			d.kept[c.Origin], err = c.Encode()
			return err
		},
	}
}

// TestKilledAndResumed kills a campaign at each of its first writes and goes on from what was
// written. What was confirmed is still there at the end, the saved counts lag behind those in
// memory by the one judgement that was not made, and the campaign ends as one that was never
// killed does: with one counterexample that is reduced to the least. That no share of alpha
// and no stream is used twice is for TestCampaignSpendsAlpha.
func TestKilledAndResumed(t *testing.T) {
	for kill := range 12 {
		d := &disk{kept: map[string][]byte{}, left: kill}
		state, err := NewState("prior", "any", 1e-3, 5)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Run(t.Context(), prior, state, nil, d.config()); !errors.Is(err, errKilled) {
			t.Fatalf("killed at write %d it says %v", kill, err)
		}
		var unfinished []*props.Counterexample
		for _, text := range d.kept {
			unfinished = append(unfinished, readBack(t, text))
		}
		resumed := &State{}
		if d.state == nil {
			resumed, err = NewState("prior", "any", 1e-3, 5)
		} else {
			err = json.Unmarshal(d.state, resumed)
		}
		if err != nil {
			t.Fatal(err)
		}
		// The write that failed came before the judgement that it was to announce: one is
		// missing at most, of one kind.
		if resumed.Confirmations+resumed.Reductions < state.Confirmations+state.Reductions-1 {
			t.Errorf("killed at write %d the counts go back: %+v, then %+v", kill, state, resumed)
		}
		confirmed := len(unfinished)
		d.left = -1
		r, err := Run(t.Context(), prior, resumed, unfinished, d.config())
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Found) != 1 || len(d.kept) != 1 || r.Stop != stopFound {
			t.Fatalf("killed at write %d, with %d confirmed, it ends with %s", kill, confirmed, r)
		}
		for _, c := range unfinished {
			if d.kept[c.Origin] == nil {
				t.Errorf("killed at write %d, what was confirmed on %s is lost", kill, c.Problem.Name())
			}
		}
		for _, text := range d.kept {
			c := readBack(t, text)
			if !c.Reduced || c.Problem.Dim() != 1 || c.Problem.Rows() != 1 {
				t.Errorf("killed at write %d it ends at %s, reduced: %v", kill, c.Problem.Name(), c.Reduced)
			}
		}
	}
}

func readBack(t *testing.T, text []byte) *props.Counterexample {
	t.Helper()
	c, err := props.ParseCounterexample(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A campaign is a function of its seed.
func TestDeterministic(t *testing.T) {
	if a, b := campaignOf(t, half, "mixture", 1e-3, 7, 60).String(), campaignOf(t, half, "mixture", 1e-3, 7, 60).String(); a != b {
		t.Errorf("the same seed gave\n%s\nand\n%s", a, b)
	}
}

// A context that ends stops the campaign with what was found, and says why.
func TestInterrupted(t *testing.T) {
	state, err := NewState("exact", "any", 1e-3, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	c := silent(Config{})
	c.Watch = func(s State, _ int) {
		if s.Screened == 3 {
			cancel()
		}
	}
	r, err := Run(ctx, exact, state, nil, c)
	if err != nil || r.Stop != props.StopInterrupted || r.State.Screened != 3 {
		t.Errorf("%v: %v", r, err)
	}
}

// Mistakes are errors.
func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		family string
		alpha  float64
		want   string
	}{
		"family": {"gauss", 0.1, `family: "gauss", want one of any, dataset, gaussian, mixture`},
		"alpha":  {"any", 1, "alpha is 1"},
	} {
		if _, err := NewState("exact", test.family, test.alpha, 0); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
	state, err := NewState("prior", "any", 0.1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), exact, state, nil, silent(Config{})); err == nil || !strings.Contains(err.Error(), "one of prior, not of exact") {
		t.Errorf("another candidate's state: %v", err)
	}
	var looked atomic.Int64
	sum := evidence.Function("sum", func(x, _ []float64) float64 {
		looked.Add(1)
		return floats.Sum(x)
	})
	for _, test := range []struct {
		names []string
		given []evidence.Statistic
		want  string
	}{
		{nil, []evidence.Statistic{sum}, "one with no witness of one's own, not with the witnesses sum"},
		{[]string{"sum"}, nil, "one with the witnesses sum, not with no witness of one's own"},
		{[]string{"sum"}, []evidence.Statistic{sum}, ""},
	} {
		state, err := NewState("exact", "any", 0.1, 0)
		if err != nil {
			t.Fatal(err)
		}
		state.Witnesses = test.names
		_, err = Run(t.Context(), exact, state, nil, silent(Config{Problems: 1, Witnesses: test.given}))
		if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q with %q: %v, want %q", test.names, test.given, err, test.want)
		}
		if (looked.Load() > 0) != (test.want == "") {
			t.Errorf("%q with %q: the witness was looked at %d times", test.names, test.given, looked.Load())
		}
	}
}

// twoModes has two modes of one weight, four deviations from the middle, and a measurement
// that tells little.
func twoModes(t *testing.T) *spec.Problem {
	t.Helper()
	var modes []*spec.Gaussian
	for _, mean := range []float64{-4, 4} {
		g, err := spec.NewIsotropic([]float64{mean}, 1)
		if err != nil {
			t.Fatal(err)
		}
		modes = append(modes, g)
	}
	prior, err := spec.NewMixture([]float64{1, 1}, modes)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 100)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("two modes", prior, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestWords: the description says what is wrong, by how much and in which direction, and nothing
// of the exact sampler. (It says something of that with probability about 6e-4: see telling.)
// The numbers are those of the planted error within four standard errors or more: a spread
// from 2000 draws of each is off by 2.2 % (one deviation), a weight by 0.016.
func TestWords(t *testing.T) {
	p := twoModes(t)
	for name, test := range map[string]struct {
		candidate spec.Sampler
		want      []string // each has alternatives, separated by |
	}{
		"exact":     {exact, nil},
		"half":      {half, []string{"mode weight 1.00 instead of 0.4|mode weight 1.00 instead of 0.5", "mode weight 0.00 instead of", "near [-4]", "near [4]"}},
		"shrunk":    {shrunk, []string{"spread 0.6|spread 0.7", "of the right one along e1"}},
		"ignores y": {prior, []string{"ignores y"}},
	} {
		state, err := NewState(test.candidate.Name(), "any", 1e-3, 0)
		if err != nil {
			t.Fatal(err)
		}
		c := &campaign{Config: silent(Config{}), candidate: test.candidate, state: state}
		words, summary, err := c.describe(t.Context(), &props.Counterexample{Problem: p, Verdict: &props.Verdict{Problems: []props.Finding{{}}}})
		if err != nil || len(summary) != 1 {
			t.Fatalf("%s: %v, %v", name, summary, err)
		}
		said := strings.Join(words, "\n")
		if len(test.want) == 0 && said != "" {
			t.Errorf("%s is said to have\n%s", name, said)
		}
		for _, want := range test.want {
			found := false
			for _, alternative := range strings.Split(want, "|") {
				found = found || strings.Contains(said, alternative)
			}
			if !found {
				t.Errorf("%s is said to have\n%s\nwant %q", name, said, want)
			}
		}
	}
}
