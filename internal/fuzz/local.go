package fuzz

import (
	"context"

	"assay/props"
)

const (
	// localPoints is the number of single y among which the worst is looked for. An error
	// at a share of 5 in 100 of all y is among them with probability 0.96.
	localPoints = 64
	// A failure is taken to be local if single y show it with localGain times fewer draws of
	// the candidate than all y together: an error at a share s of all y costs about 1/s^2
	// times as many there.
	localGain = 4
	// localLeast is the number of draws below which nobody needs a single y.
	localLeast = 400
)

// fixY makes a counterexample one about a single y, where the failure is local: if the worst
// of several y is found with far fewer draws than the failure took, and then catches the
// candidate alone, on fresh randomness.
func (c *campaign) fixY(ctx context.Context, found *props.Counterexample) error {
	draws := found.Verdict.Calls * found.Verdict.DrawsACall
	_, fixed := found.Y()
	_, unknown := found.Problem.Posterior()
	if found.Verdict.Fault != nil || fixed || unknown != nil || found.Problem.Rows() == 0 || draws < localLeast {
		return nil
	}
	rejected := func(v *props.Verdict) bool { return v.Outcome == props.Rejected }
	r := &c.state.Round
	v, shows, err := c.try(ctx, found, attempt{
		judgement: judgement{candidate: c.candidate, problem: found.Problem, local: localPoints},
		calls:     func(float64) int { return draws / localGain },
		shows:     rejected,
	})
	if err != nil || ctx.Err() != nil || !shows {
		return err
	}
	if v != nil {
		r.Y, r.YCalls = v.Worst().Y, v.Calls
	}
	alone, shows, err := c.try(ctx, found, attempt{
		judgement: judgement{candidate: c.candidate, problem: found.Problem, at: r.Y},
		calls:     func(float64) int { return r.YCalls },
		shows:     rejected,
	})
	if err != nil || ctx.Err() != nil || !shows {
		return err
	}
	return c.keep(found, alone)
}
