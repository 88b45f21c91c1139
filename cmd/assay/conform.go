package main

import (
	"context"
	"errors"
	"fmt"

	"assay/props/problems"
	"assay/samplers/external"
	"assay/spec"
)

// conform is the command line that checks how a program speaks the protocol.
type conform struct {
	On []string `placeholder:"PROBLEM" sep:"none" help:"Problem to ask for draws on, besides those that are always used; may be repeated."`
	program
}

// conformOn are the problems that every program is asked about: a Gaussian and a mixture,
// and a law that nothing is measured of.
var conformOn = []string{"gauss", "gmm:d=8,dy=1", "gauss:m=0"}

func (c *conform) run(ctx context.Context, std streams) (code int, err error) {
	if len(c.command) == 0 {
		return 0, errors.New("conform: want -- COMMAND, such as assay conform -- python3 my_sampler.py")
	}
	options, err := c.options(std)
	if err != nil {
		return 0, err
	}
	var on []*spec.Problem
	for _, name := range append(conformOn, c.On...) {
		problem, err := problems.Parse(name)
		if err != nil {
			return 0, err
		}
		on = append(on, problem)
	}
	report, err := external.Conform(ctx, c.command, options, on)
	if err != nil {
		if ctx.Err() != nil {
			return exitInterrupted, nil
		}
		return 0, err
	}
	if _, err := fmt.Fprint(std.out, report); err != nil {
		return 0, err
	}
	if !report.OK() {
		return exitFault, nil
	}
	return exitOK, nil
}
