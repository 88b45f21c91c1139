package fuzz

import (
	"testing"

	"assay/props"
	"assay/props/problems"
)

// judgement is the kind of a judgement and its number among those of its kind.
type judgement struct {
	kind   string
	number int
}

// ledger is told what a campaign saves and hands out, and checks it: a count is saved before it
// is spent, and each judgement that is handed out was at the level of its number.
type ledger struct {
	t     *testing.T
	c     *campaign
	saved State
	seeds map[judgement]uint64 // the root seeds of the judgements
	kept  int
}

func newLedger(t *testing.T, seeds map[judgement]uint64, confirmations, reductions int) *ledger {
	t.Helper()
	state, err := NewState("prior", "any", 1e-3, 11)
	if err != nil {
		t.Fatal(err)
	}
	state.Confirmations, state.Reductions, state.Growth = confirmations, reductions, map[string]Growth{}
	l := &ledger{t: t, saved: *state, seeds: seeds}
	l.c = &campaign{candidate: prior, state: state, Config: Config{
		Draws: 3, Jobs: 1,
		Save: func(s *State) error { l.saved = *s; return nil },
		Keep: l.keep,
	}}
	return l
}

// keep is told of a counterexample.
func (l *ledger) keep(found *props.Counterexample) error {
	l.t.Helper()
	if found.Reduced {
		return nil
	}
	at := judgement{"confirm", l.c.state.Confirmations}
	if l.kept > 0 {
		at = judgement{"reduce", l.c.state.Reductions}
	}
	l.kept++
	l.see(at, found.Verdict)
	return nil
}

// see notes a judgement that has spent alpha.
func (l *ledger) see(at judgement, v *props.Verdict) {
	l.t.Helper()
	if l.saved.Confirmations != l.c.state.Confirmations || l.saved.Reductions != l.c.state.Reductions {
		l.t.Errorf("%v is spent and not saved: saved are %d confirmations and %d reductions", at, l.saved.Confirmations, l.saved.Reductions)
	}
	if want := share(l.c.state.Alpha, at.number); v.Alpha != want {
		l.t.Errorf("%v is judged at %v, want %v", at, v.Alpha, want)
	}
	l.note(at, v.Seed)
}

// note keeps the seed of a judgement: one of another kind, or of another number, has another.
func (l *ledger) note(at judgement, seed uint64) {
	l.t.Helper()
	for other, used := range l.seeds {
		if other != at && used == seed {
			l.t.Errorf("%v and %v have one seed", at, other)
		}
	}
	l.seeds[at] = seed
}

// TestSpending follows campaigns that confirm their first, second and third suspect: each
// judgement counts one more of its kind, is saved by the time that it is handed out, is made at
// the level of its number, and shares its seed with no other, screening included. Exact: nothing
// is left to chance but whether a sampler that ignores y is caught, which ends the test.
func TestSpending(t *testing.T) {
	p, err := problems.Parse("gauss:d=3,m=2,beta=0.3")
	if err != nil {
		t.Fatal(err)
	}
	seeds := map[judgement]uint64{}
	for before := range 3 {
		l := newLedger(t, seeds, before, 0)
		s := suspect{problem: p, number: before + 1}
		if suspicion, err := l.c.screen(t.Context(), &s, 500); err != nil || !suspicion {
			t.Fatalf("screened: %v, %v", suspicion, err)
		}
		l.note(judgement{"screen", s.number}, s.verdict.Seed)
		if err := l.c.confirm(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if got := l.c.state.Confirmations; got != before+1 {
			t.Errorf("%d confirmations after %d, want one more", got, before)
		}
		if l.kept < 3 || l.c.state.Reductions < l.kept-1 {
			t.Errorf("handed out %d times, after %d reductions; want at every success", l.kept, l.c.state.Reductions)
		}
	}
}

// A confirmation is saved before the candidate is asked: if that fails, it is not.
func TestSavedBeforeItIsSpent(t *testing.T) {
	p, err := problems.Parse("gauss")
	if err != nil {
		t.Fatal(err)
	}
	s := suspect{problem: p, verdict: &props.Verdict{Calls: 10, Log10Wealth: 2}}
	for name, spend := range map[string]func(c *campaign) error{
		"confirm": func(c *campaign) error { return c.confirm(t.Context(), s) },
		"reduce": func(c *campaign) error {
			_, err := c.apply(t.Context(), &props.Counterexample{Problem: p, Verdict: s.verdict}, fewerRows, map[string]bool{})
			return err
		},
		"fewer steps": func(c *campaign) error {
			c.candidate = newInSteps(8, nil)
			return c.fewerSteps(t.Context(), &props.Counterexample{Problem: p, Verdict: s.verdict})
		},
		"single y": func(c *campaign) error {
			return c.fixY(t.Context(), &props.Counterexample{Problem: p, Verdict: &props.Verdict{Calls: 1000, DrawsACall: 3}})
		},
	} {
		l := newLedger(t, map[judgement]uint64{}, 0, 0)
		l.c.candidate = nil // to ask it would be a panic
		l.c.Save = func(*State) error { return errKilled }
		if err := spend(l.c); err != errKilled {
			t.Errorf("%s: error %v, want that of Save", name, err)
		}
		if l.c.state.Confirmations+l.c.state.Reductions != 1 {
			t.Errorf("%s: %d confirmations and %d reductions are counted, want one", name, l.c.state.Confirmations, l.c.state.Reductions)
		}
	}
}

// TestSingleYIsConfirmedAfresh: the y that is worst of many is judged alone, at a level and with a
// seed of its own: two judgements are spent, and the counterexample is the second.
func TestSingleYIsConfirmedAfresh(t *testing.T) {
	p := onTheLine(t)
	l := newLedger(t, map[judgement]uint64{}, 0, 0)
	found := &props.Counterexample{Problem: p, Verdict: &props.Verdict{Calls: 4000, DrawsACall: 3}}
	l.kept = 1 // it was confirmed
	if err := l.c.fixY(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	y, fixed := found.Y()
	if !fixed || l.kept != 2 || l.c.state.Reductions != 2 {
		t.Fatalf("y = %v, %v; handed out %d times, after %d reductions; want twice after 2", y, fixed, l.kept, l.c.state.Reductions)
	}
	if found.Verdict.Local != 1 {
		t.Errorf("the verdict is on %d single y, want 1", found.Verdict.Local)
	}
}
