package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"assay/internal/defaults"
	"assay/props"
	"assay/props/metamorphic"
	asking "assay/props/run"
	"assay/spec"
)

// metamorphic compares the candidate with itself; see package metamorphic.
func (c *check) metamorphic(ctx context.Context, candidate spec.Sampler, p *spec.Problem, watch func(props.Progress), journal *asking.Journal) (*metamorphic.Report, error) {
	return metamorphic.Check(ctx, candidate, p, metamorphic.Options{
		Alpha: c.Alpha, Calls: c.Calls, Draws: c.Draws, Seed: c.Seed, For: c.For, Jobs: c.jobs(), Watch: watch, Journal: journal,
	})
}

// metamorphicMistake returns what else the flags ask for that --metamorphic does not do.
func (c *check) metamorphicMistake(problems int) error {
	switch {
	case !c.Metamorphic:
		return nil
	case c.tolerance != tolerance{}:
		return errors.New("--metamorphic takes no --tau, --delta or --joint: it compares the candidate with itself, and both may be off")
	case c.Local != 0:
		return errors.New("--metamorphic takes no --local: it looks for the worst single y by itself")
	case len(c.Witness) > 0:
		return errors.New("--metamorphic takes no --witness: it has witnesses of its own")
	case problems != 1:
		return fmt.Errorf("--metamorphic takes one problem, not %d", problems)
	case c.Calls == 0:
		return defaults.CheckCount("calls", c.Calls)
	}
	return zeroMistake(c.Alpha, c.Draws)
}

// zeroMistake returns what is wrong with zeros where the user says so: of those who take options
// as a struct, a zero asks for the default.
func zeroMistake(alpha float64, draws int) error {
	return cmp.Or(defaults.CheckAlpha(alpha), defaults.CheckCount("draws", draws))
}

// repeatMetamorphic returns the command that gives the report again: in place of a time
// limit or an interruption it has the most calls that a relation had.
func (c *check) repeatMetamorphic(r *metamorphic.Report) string {
	calls, cut := 1, false
	for _, f := range r.Findings {
		if v := f.Evidence; v != nil {
			calls = max(calls, v.Calls)
			cut = cut || v.Stop == props.StopTime || v.Stop == props.StopInterrupted
		}
	}
	if !cut {
		calls = r.Calls
	}
	args := append(c.named(r.Candidate, []string{r.Problem}), "--metamorphic", "--alpha", number(r.Alpha),
		"--calls", strconv.Itoa(calls), "--draws", strconv.Itoa(r.Draws), "--seed", strconv.FormatUint(r.Seed, 10))
	return joinQuoted(append(args, c.words()...))
}
