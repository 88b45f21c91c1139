package fuzz

import (
	"bytes"
	"context"
	"math"

	"assay/props"
)

// A smaller problem may take so many calls to be confirmed: a multiple of what the present
// one would take at the same level, and some more. Where the error is as large as before,
// four times as much is rarely exceeded; where it is half as large, four times as much is
// about the mean. What is added lets a problem on which the error is gross, and so costs
// a handful of calls, become one on which it is ordinary.
const (
	reductionFactor = 4
	reductionFloor  = 512    // calls
	reductionLimit  = 20_000 // calls
)

// reduce makes the problem of the counterexample smaller, move by move, as long as the
// candidate is caught on it, and hands out every success. No problem is tried twice. If
// ctx ends it, the counterexample is left unreduced, to be gone on with.
func (c *campaign) reduce(ctx context.Context, found *props.Counterexample) error {
	tried := map[string]bool{string(found.Problem.Digest()): true}
	_, fixed := found.Y()
	fixed = fixed && c.replay == nil    // then it was not when the reduction began
	for improved := !fixed; improved; { // a problem with a single y is as small as it gets
		improved = false
		for _, move := range moves {
			for again := true; again; {
				var err error
				if again, err = c.apply(ctx, found, move, tried); err != nil || ctx.Err() != nil {
					return err
				}
				improved = improved || again
			}
		}
	}
	if err := c.fewerSteps(ctx, found); err != nil || ctx.Err() != nil {
		return err
	}
	if err := c.fixY(ctx, found); err != nil || ctx.Err() != nil {
		return err
	}
	if err := c.replayed(found); err != nil {
		return err
	}
	words, summary, err := c.describe(ctx, found)
	if err != nil || ctx.Err() != nil {
		return err
	}
	found.Words, found.Summary, found.Reduced = words, summary, true
	return c.Keep(found)
}

// apply tries what one move makes of the problem and keeps the first that shows the
// failure still.
func (c *campaign) apply(ctx context.Context, found *props.Counterexample, move func(*sketch) []*sketch, tried map[string]bool) (bool, error) {
	s, ok := newSketch(found.Problem)
	if !ok {
		return false, nil
	}
	for _, smaller := range move(s) {
		p, err := smaller.problem()
		if err != nil || tried[string(p.Digest())] {
			continue
		}
		tried[string(p.Digest())] = true
		v, shows, err := c.try(ctx, found, attempt{
			judgement: judgement{candidate: c.candidate, problem: p, enough: hopeless},
			calls:     func(alpha float64) int { return reductionCalls(found.Verdict, alpha) },
			shows:     func(v *props.Verdict) bool { return sameFailure(found.Verdict, v) },
			known:     func(kept *props.Counterexample) bool { return bytes.Equal(kept.Problem.Digest(), p.Digest()) },
		})
		if err != nil || ctx.Err() != nil {
			return false, err
		}
		if shows {
			found.Problem = p
			return true, c.keep(found, v)
		}
	}
	return false, nil
}

// hopeless reports whether half of the budget has gone and wealth is below 1. An error half
// as large as before would have made it large by then (a quarter of the growth, for twice
// the calls, is what the start costs); a right sampler is there nearly always, and most
// moves that are refused are refused because it is one.
func hopeless(p props.Progress) bool { return 2*p.Calls >= p.Budget && p.Log10Wealth < 0 }

// reductionCalls returns the calls of a judgement at level alpha that is to find out whether a
// failure shows in plainer circumstances too.
func reductionCalls(before *props.Verdict, alpha float64) int {
	return min(reductionLimit, reductionFloor+reductionFactor*expectedCalls(before, alpha))
}

// expectedCalls returns after how many calls wealth that grows as it did in v reaches
// 1/alpha. A fault takes as many calls as it did.
func expectedCalls(v *props.Verdict, alpha float64) int {
	if v.Fault != nil {
		return v.Calls + 1
	}
	grown := v.Log10Wealth * math.Ln10
	return int(math.Ceil(float64(v.Calls) * -math.Log(alpha) / grown))
}

// caught reports whether a verdict is one against the candidate.
func caught(v *props.Verdict) bool {
	return v.Outcome == props.Rejected || v.Stop == props.StopFault
}

// sameFailure reports whether the candidate fails in v as it did before: by its draws, or
// by a fault of the same kind.
func sameFailure(before, v *props.Verdict) bool {
	if before.Fault != nil {
		return v.Stop == props.StopFault && v.Fault.Kind == before.Fault.Kind
	}
	return v.Outcome == props.Rejected
}
