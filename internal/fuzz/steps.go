package fuzz

import (
	"context"
	"slices"

	"assay/props"
	"assay/spec"
)

// fewerSteps finds out with how few steps the candidate fails on the problem of a
// counterexample as it does with its own, halving them. With fewer steps it is another
// sampler, whose error may be another one: so the counterexample stays that of the candidate,
// and to fail in the same way is to be caught, on fresh randomness, with the same leading
// witness on the same side.
func (c *campaign) fewerSteps(ctx context.Context, found *props.Counterexample) error {
	found.FewerSteps = ""
	candidate, ok := c.candidate.(spec.Stepwise)
	if !ok || found.Verdict.Fault != nil {
		return nil
	}
	for {
		fewer, ok := candidate.Fewer()
		if !ok {
			return nil
		}
		_, shows, err := c.try(ctx, found, attempt{
			judgement: judgement{candidate: fewer, problem: found.Problem, enough: hopeless},
			calls:     func(alpha float64) int { return reductionCalls(found.Verdict, alpha) },
			shows:     func(v *props.Verdict) bool { return v.Outcome == props.Rejected && sameWay(found.Verdict, v) },
			known:     func(kept *props.Counterexample) bool { return kept.FewerSteps == fewer.Name() },
		})
		if err != nil || ctx.Err() != nil || !shows {
			return err
		}
		found.FewerSteps = fewer.Name()
		if err := c.keep(found, nil); err != nil {
			return err
		}
		if candidate, ok = fewer.(spec.Stepwise); !ok {
			return nil
		}
	}
}

// sameWay reports whether what speaks most against the candidate in one verdict is among what
// speaks most against it in another, and on the same side.
func sameWay(before, v *props.Verdict) bool {
	first := before.Worst().Witnesses
	return len(first) > 0 && slices.ContainsFunc(v.Worst().Witnesses, func(w props.WitnessShare) bool {
		return w.Name == first[0].Name && w.Side() == first[0].Side()
	})
}
