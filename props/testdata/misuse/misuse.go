// Package misuse gives every option to every door. A line that ends in "misuse" must not
// compile, since the door does not honour the option; all others must.
package misuse

import (
	"context"

	"pgregory.net/rapid"

	"assay/props"
	"assay/props/inversion"
	"assay/reduction"
	"assay/spec"
)

func ofJudge(ctx context.Context, t rapid.TB, s spec.Sampler, p *spec.Problem, c *props.Counterexample, j *props.Journal, in *reduction.Instance) {
	props.Judge(ctx, s, []*spec.Problem{p}, props.Alpha(0.1))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Calls(1))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Draws(1))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Seed(1))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Jobs(1))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Witness("sum", nil))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Witnesses())
	props.Judge(ctx, s, []*spec.Problem{p}, props.Remember(j))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Within(spec.Tolerance{}))
	props.Judge(ctx, s, []*spec.Problem{p}, props.For(1))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Watch(nil))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Until(nil))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Local(1))
	props.Judge(ctx, s, []*spec.Problem{p}, props.At(nil))
	props.Judge(ctx, s, []*spec.Problem{p}, props.WithinEach(nil))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Terse())
	props.Judge(ctx, s, []*spec.Problem{p}, props.Recorded())
	props.Judge(ctx, s, []*spec.Problem{p}, props.OnClock(nil))
	props.Judge(ctx, s, []*spec.Problem{p}, props.Over(nil))      // misuse
	props.Judge(ctx, s, []*spec.Problem{p}, inversion.Alpha(0.1)) // misuse
}

func ofCompare(ctx context.Context, t rapid.TB, s spec.Sampler, p *spec.Problem, c *props.Counterexample, j *props.Journal, in *reduction.Instance) {
	props.Compare(ctx, s, s, p, props.Alpha(0.1))
	props.Compare(ctx, s, s, p, props.Calls(1))
	props.Compare(ctx, s, s, p, props.Draws(1))
	props.Compare(ctx, s, s, p, props.Seed(1))
	props.Compare(ctx, s, s, p, props.Jobs(1))
	props.Compare(ctx, s, s, p, props.Witness("sum", nil))
	props.Compare(ctx, s, s, p, props.Witnesses())
	props.Compare(ctx, s, s, p, props.Remember(j))
	props.Compare(ctx, s, s, p, props.Within(spec.Tolerance{}))
	props.Compare(ctx, s, s, p, props.For(1))
	props.Compare(ctx, s, s, p, props.Watch(nil))
	props.Compare(ctx, s, s, p, props.Until(nil))
	props.Compare(ctx, s, s, p, props.Local(1))
	props.Compare(ctx, s, s, p, props.At(nil))
	props.Compare(ctx, s, s, p, props.WithinEach(nil)) // misuse
	props.Compare(ctx, s, s, p, props.Terse())         // misuse
	props.Compare(ctx, s, s, p, props.Recorded())      // misuse
	props.Compare(ctx, s, s, p, props.OnClock(nil))    // misuse
	props.Compare(ctx, s, s, p, props.Over(nil))       // misuse
	props.Compare(ctx, s, s, p, inversion.Alpha(0.1))  // misuse
}

func ofConsistent(ctx context.Context, t rapid.TB, s spec.Sampler, p *spec.Problem, c *props.Counterexample, j *props.Journal, in *reduction.Instance) {
	props.Consistent(ctx, s, s, p, props.Alpha(0.1))
	props.Consistent(ctx, s, s, p, props.Calls(1))
	props.Consistent(ctx, s, s, p, props.Draws(1))
	props.Consistent(ctx, s, s, p, props.Seed(1))
	props.Consistent(ctx, s, s, p, props.Jobs(1))
	props.Consistent(ctx, s, s, p, props.Witness("sum", nil))
	props.Consistent(ctx, s, s, p, props.Witnesses())
	props.Consistent(ctx, s, s, p, props.Remember(j))
	props.Consistent(ctx, s, s, p, props.Within(spec.Tolerance{}))
	props.Consistent(ctx, s, s, p, props.For(1))
	props.Consistent(ctx, s, s, p, props.Watch(nil))
	props.Consistent(ctx, s, s, p, props.Until(nil))
	props.Consistent(ctx, s, s, p, props.Local(1))        // misuse
	props.Consistent(ctx, s, s, p, props.At(nil))         // misuse
	props.Consistent(ctx, s, s, p, props.WithinEach(nil)) // misuse
	props.Consistent(ctx, s, s, p, props.Terse())         // misuse
	props.Consistent(ctx, s, s, p, props.Recorded())      // misuse
	props.Consistent(ctx, s, s, p, props.OnClock(nil))    // misuse
	props.Consistent(ctx, s, s, p, props.Over(nil))       // misuse
	props.Consistent(ctx, s, s, p, inversion.Alpha(0.1))  // misuse
}

func ofPosterior(ctx context.Context, t rapid.TB, s spec.Sampler, p *spec.Problem, c *props.Counterexample, j *props.Journal, in *reduction.Instance) {
	props.Posterior(s, props.Alpha(0.1))
	props.Posterior(s, props.Calls(1))
	props.Posterior(s, props.Draws(1))
	props.Posterior(s, props.Seed(1))
	props.Posterior(s, props.Jobs(1))
	props.Posterior(s, props.Witness("sum", nil))
	props.Posterior(s, props.Witnesses())
	props.Posterior(s, props.Remember(j))
	props.Posterior(s, props.Within(spec.Tolerance{}))
	props.Posterior(s, props.For(1))     // misuse
	props.Posterior(s, props.Watch(nil)) // misuse
	props.Posterior(s, props.Until(nil)) // misuse
	props.Posterior(s, props.Local(1))
	props.Posterior(s, props.At(nil))
	props.Posterior(s, props.WithinEach(nil))
	props.Posterior(s, props.Terse())      // misuse
	props.Posterior(s, props.Recorded())   // misuse
	props.Posterior(s, props.OnClock(nil)) // misuse
	props.Posterior(s, props.Over(nil))
	props.Posterior(s, inversion.Alpha(0.1)) // misuse
}

func ofReplay(ctx context.Context, t rapid.TB, s spec.Sampler, p *spec.Problem, c *props.Counterexample, j *props.Journal, in *reduction.Instance) {
	props.Replay(t, "c.json", s, props.Alpha(0.1))
	props.Replay(t, "c.json", s, props.Calls(1))
	props.Replay(t, "c.json", s, props.Draws(1))
	props.Replay(t, "c.json", s, props.Seed(1))
	props.Replay(t, "c.json", s, props.Jobs(1))
	props.Replay(t, "c.json", s, props.Witness("sum", nil))
	props.Replay(t, "c.json", s, props.Witnesses())
	props.Replay(t, "c.json", s, props.Remember(j))
	props.Replay(t, "c.json", s, props.Within(spec.Tolerance{}))
	props.Replay(t, "c.json", s, props.For(1))
	props.Replay(t, "c.json", s, props.Watch(nil))
	props.Replay(t, "c.json", s, props.Until(nil))
	props.Replay(t, "c.json", s, props.Local(1))
	props.Replay(t, "c.json", s, props.At(nil))
	props.Replay(t, "c.json", s, props.WithinEach(nil)) // misuse
	props.Replay(t, "c.json", s, props.Terse())         // misuse
	props.Replay(t, "c.json", s, props.Recorded())      // misuse
	props.Replay(t, "c.json", s, props.OnClock(nil))    // misuse
	props.Replay(t, "c.json", s, props.Over(nil))       // misuse
	props.Replay(t, "c.json", s, inversion.Alpha(0.1))  // misuse
}

func ofAgain(ctx context.Context, t rapid.TB, s spec.Sampler, p *spec.Problem, c *props.Counterexample, j *props.Journal, in *reduction.Instance) {
	c.Again(ctx, s, props.Alpha(0.1))
	c.Again(ctx, s, props.Calls(1))
	c.Again(ctx, s, props.Draws(1))
	c.Again(ctx, s, props.Seed(1))
	c.Again(ctx, s, props.Jobs(1))
	c.Again(ctx, s, props.Witness("sum", nil))
	c.Again(ctx, s, props.Witnesses())
	c.Again(ctx, s, props.Remember(j))
	c.Again(ctx, s, props.Within(spec.Tolerance{}))
	c.Again(ctx, s, props.For(1))
	c.Again(ctx, s, props.Watch(nil))
	c.Again(ctx, s, props.Until(nil))
	c.Again(ctx, s, props.Local(1))
	c.Again(ctx, s, props.At(nil))
	c.Again(ctx, s, props.WithinEach(nil)) // misuse
	c.Again(ctx, s, props.Terse())         // misuse
	c.Again(ctx, s, props.Recorded())      // misuse
	c.Again(ctx, s, props.OnClock(nil))    // misuse
	c.Again(ctx, s, props.Over(nil))       // misuse
	c.Again(ctx, s, inversion.Alpha(0.1))  // misuse
}

func ofInvert(ctx context.Context, t rapid.TB, s spec.Sampler, p *spec.Problem, c *props.Counterexample, j *props.Journal, in *reduction.Instance) {
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Alpha(0.1))               // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Calls(1))                 // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Draws(1))                 // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Seed(1))                  // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Jobs(1))                  // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Witness("sum", nil))      // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Witnesses())              // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Remember(j))              // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Within(spec.Tolerance{})) // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.For(1))                   // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Watch(nil))               // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Until(nil))               // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Local(1))                 // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.At(nil))                  // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.WithinEach(nil))          // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Terse())                  // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Recorded())               // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.OnClock(nil))             // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, props.Over(nil))                // misuse
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, inversion.Alpha(0.1))
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, inversion.Targets(1))
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, inversion.Draws(1))
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, inversion.Seed(1))
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, inversion.For(1))
	inversion.Invert(ctx, s, in, "name", spec.Tolerance{}, inversion.Watch(nil))
}

// What a judgement is about is a door of its own, and nobody makes options elsewhere.
var (
	_                   = props.Against // misuse
	_                   = props.DrawnBy // misuse
	_ props.JudgeOption = func() {}     // misuse
)
