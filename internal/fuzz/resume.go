package fuzz

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"assay/props"
	"assay/spec"
)

// errAstray is why a reduction cannot be gone on with where it was: what was saved of it leads to
// another problem than the one that was handed out last.
var errAstray = errors.New("the trail leads elsewhere")

// replayed is what is known of a reduction that an earlier process was cut off in.
type replayed struct {
	left string                // how the judgements still to be gone through ended
	kept *props.Counterexample // as it was handed out last
}

// resume puts the counterexamples that were kept in the order in which they were found, and
// reduces those that are not reduced yet. Those that are and of which the state does not know are of
// another campaign, and dropped.
func (c *campaign) resume(ctx context.Context) error {
	r := &c.state.Round
	c.again = r.Judging != ""
	if r.Suspect != nil {
		p := c.problem(*r.Suspect)
		origin := hex.EncodeToString(p.Digest())
		at := slices.IndexFunc(c.found, func(found *props.Counterexample) bool { return found.Origin == origin })
		switch {
		case at < 0 && r.Judging != confirmation:
			c.forget() // a counterexample that somebody has removed: it is a suspect again
		case at >= 0:
			if !slices.Contains(c.state.Found, origin) {
				c.state.Found = append(c.state.Found, origin)
			}
			if r.Judging == confirmation {
				r.Judging, c.again = "", false
			}
			if err := c.goOn(ctx, c.found[at], p); err != nil {
				return err
			}
		}
	} else {
		c.forget()
	}
	c.found = slices.DeleteFunc(c.found, func(found *props.Counterexample) bool {
		return found.Reduced && !slices.Contains(c.state.Found, found.Origin)
	})
	order := func(found *props.Counterexample) int {
		if i := slices.Index(c.state.Found, found.Origin); i >= 0 {
			return i
		}
		return len(c.state.Found)
	}
	slices.SortStableFunc(c.found, func(a, b *props.Counterexample) int { return order(a) - order(b) })
	for _, found := range c.found {
		if ctx.Err() == nil && !found.Reduced { // of a campaign whose state says nothing of it
			if err := c.reduce(ctx, found); err != nil {
				return err
			}
			if ctx.Err() == nil {
				c.forget()
			}
		}
	}
	return nil
}

// forget drops what is known of the reduction under way.
func (c *campaign) forget() {
	r := &c.state.Round
	r.Judging, r.Trail, r.Y, r.YCalls = "", "", nil, 0
	c.again, c.replay = false, nil
}

// finish reduces the counterexample that the suspect is, after which there is none.
func (c *campaign) finish(ctx context.Context, found *props.Counterexample) error {
	if !found.Reduced {
		if err := c.reduce(ctx, found); err != nil || ctx.Err() != nil {
			return err
		}
	}
	c.forget()
	c.state.Round.Suspect = nil
	return c.Save(c.state)
}

// goOn finishes the counterexample whose reduction began with the problem p.
func (c *campaign) goOn(ctx context.Context, found *props.Counterexample, p *spec.Problem) error {
	if found.Reduced {
		return c.finish(ctx, found)
	}
	kept := *found
	c.replay = &replayed{left: c.state.Round.Trail, kept: &kept}
	found.Problem = p
	err := c.finish(ctx, found)
	if c.replay != nil { // it did not get as far as it had been
		*found = kept
	}
	if !errors.Is(err, errAstray) {
		return err
	}
	c.forget()
	return c.finish(ctx, found)
}

// attempt is a judgement of a reduction.
type attempt struct {
	judgement
	calls func(alpha float64) int
	shows func(*props.Verdict) bool             // the failure shows in the verdict
	known func(kept *props.Counterexample) bool // it has shown, as the file says; nil for never
}

// try makes the next judgement of the reduction under way and reports whether it shows the
// failure. Of what an earlier process has made it only reports that: the verdict is nil.
func (c *campaign) try(ctx context.Context, found *props.Counterexample, a attempt) (v *props.Verdict, shows bool, err error) {
	r := &c.state.Round
	if past := c.replay; past != nil && past.left != "" {
		shows = past.left[0] == '+'
		past.left = past.left[1:]
		return nil, shows, nil
	} else if past != nil && r.Judging == reduction && a.known != nil && a.known(past.kept) {
		c.again = false
		c.record(true)
		return nil, true, nil
	}
	if err := c.replayed(found); err != nil {
		return nil, false, err
	}
	if a.stake, err = c.spend(ctx, a.problem, reduction); err != nil {
		return nil, false, err
	}
	a.judgement.calls = a.calls(a.alpha)
	v, err = c.judge(ctx, a.judgement)
	if err != nil || ctx.Err() != nil {
		return nil, false, err
	}
	shows = a.shows(v)
	c.record(shows)
	return v, shows, nil
}

// replayed ends the replay, which must have led to what was handed out last.
func (c *campaign) replayed(found *props.Counterexample) error {
	if c.replay != nil && !bytes.Equal(found.Problem.Digest(), c.replay.kept.Problem.Digest()) {
		return errAstray
	}
	c.replay = nil
	return nil
}

// record notes how a judgement of the reduction under way has ended.
func (c *campaign) record(shows bool) {
	sign := "-"
	if shows {
		sign = "+"
	}
	c.state.Round.Judging = ""
	c.state.Round.Trail += sign
}

// keep hands out the counterexample after a success, with the verdict if it is a better one; not one
// of the past.
func (c *campaign) keep(found *props.Counterexample, v *props.Verdict) error {
	if c.replay != nil {
		return nil
	}
	if v != nil {
		found.Verdict, found.Words = v, witnessWords(v)
	}
	return c.Keep(found)
}
