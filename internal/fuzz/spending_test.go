package fuzz

import (
	"testing"

	"assay/props"
	"assay/props/problems"
)

// spender is a campaign that has spent nothing yet, with a candidate that ignores y.
func spender(t *testing.T, save func(*State) error) *campaign {
	t.Helper()
	state, err := NewState("prior", "any", 1e-3, 11)
	if err != nil {
		t.Fatal(err)
	}
	c := silent(Config{Draws: 3})
	if save != nil {
		c.Save = save
	}
	return &campaign{candidate: prior, state: state, Config: c}
}

// What is to be spent is saved before the candidate is asked: if that fails, it is not asked.
func TestSavedBeforeItIsSpent(t *testing.T) {
	p, err := problems.Parse("gauss")
	if err != nil {
		t.Fatal(err)
	}
	s := &look{Calls: 10, Log10Wealth: 2}
	for name, spend := range map[string]func(c *campaign) error{
		"confirm": func(c *campaign) error {
			c.state.Round.Suspect = s
			return c.confirm(t.Context(), p)
		},
		"reduce": func(c *campaign) error {
			_, err := c.apply(t.Context(), &props.Counterexample{Problem: p, Verdict: s.verdict()}, fewerRows, map[string]bool{})
			return err
		},
		"fewer steps": func(c *campaign) error {
			c.candidate = newInSteps(8, nil)
			return c.fewerSteps(t.Context(), &props.Counterexample{Problem: p, Verdict: s.verdict()})
		},
		"single y": func(c *campaign) error {
			return c.fixY(t.Context(), &props.Counterexample{Problem: p, Verdict: &props.Verdict{Calls: 1000, DrawsACall: 3}})
		},
	} {
		c := spender(t, func(*State) error { return errKilled })
		c.candidate = nil // to ask it would be a panic
		if err := spend(c); err != errKilled {
			t.Errorf("%s: error %v, want that of Save", name, err)
		}
		if c.state.Confirmations+c.state.Reductions != 1 {
			t.Errorf("%s: %d confirmations and %d reductions are counted, want one", name, c.state.Confirmations, c.state.Reductions)
		}
	}
}

// TestSingleYIsConfirmedAfresh: the y that is worst of many is judged alone, at a level of its own:
// two judgements are spent, and the counterexample is the second.
func TestSingleYIsConfirmedAfresh(t *testing.T) {
	c := spender(t, nil)
	kept := 0
	c.Keep = func(*props.Counterexample) error { kept++; return nil }
	found := &props.Counterexample{Problem: onTheLine(t), Verdict: &props.Verdict{Calls: 4000, DrawsACall: 3}}
	if err := c.fixY(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if y, fixed := found.Y(); !fixed || kept != 1 || c.state.Reductions != 2 {
		t.Fatalf("y = %v, %v; handed out %d times, after %d reductions; want once after 2", y, fixed, kept, c.state.Reductions)
	}
	if v := found.Verdict; v.Local != 1 || v.Alpha != share(c.state.Alpha, 2) {
		t.Errorf("the verdict is on %d single y at level %v, want 1, at that of the second", v.Local, v.Alpha)
	}
}

// TestHandsOutEveryStep: a counterexample is handed out when it is confirmed, at every step of its
// reduction, and at its end.
func TestHandsOutEveryStep(t *testing.T) {
	p, err := problems.Parse("gauss:d=3,m=2,beta=0.3")
	if err != nil {
		t.Fatal(err)
	}
	c := spender(t, nil)
	var kept []string
	c.Keep = func(found *props.Counterexample) error {
		kept = append(kept, string(found.Problem.Digest()))
		return nil
	}
	c.state.Round.Suspect = &look{Calls: 10, Log10Wealth: 2}
	if err := c.confirm(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	last := len(kept) - 1
	if last < 2 || kept[0] != string(p.Digest()) || kept[last-1] != kept[last] || kept[last] == kept[0] {
		t.Errorf("handed out %d times; want the problem, smaller ones, and the last of these again", len(kept))
	}
}
