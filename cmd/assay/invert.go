package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assay/props"
	"assay/props/inversion"
	"assay/props/problems/hard"
)

// invert is the command line of the reduction.
type invert struct {
	Candidate string `arg:"" help:"Name of a candidate, such as dps; see assay list."`

	Oneway    string `required:"" placeholder:"FUNCTION" help:"One-way function to invert, such as goldreich:n=20 or aes128, with the dials R, eps, beta, padding and encoding of the hard instance among its arguments."`
	Targets   int    `default:"${targets}" env:"ASSAY_TARGETS" help:"Images to invert ($$${env})."`
	Draws     int    `default:"1" help:"Draws asked for each image."`
	tolerance `embed:""`
	Alpha     float64       `default:"${alpha}" env:"ASSAY_ALPHA" help:"Bound on the probability that a right candidate is rejected ($$${env})."`
	For       time.Duration `placeholder:"DURATION" env:"ASSAY_FOR" help:"Stop after this time, such as 30s or 5m ($$${env})."`
	Seed      uint64        `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same verdict ($$${env})."`
	JSON      string        `name:"json" placeholder:"FILE" help:"Also write the verdict as JSON; - writes only that, on stdout."`
}

func (c *invert) run(ctx context.Context, std streams) (code int, err error) {
	if c.Targets < 1 {
		return 0, fmt.Errorf("--targets %d: want at least 1", c.Targets)
	}
	candidate, err := parseCandidate(c.Candidate)
	if err != nil {
		return 0, err
	}
	in, name, err := hard.Parse(c.Oneway)
	if err != nil {
		return 0, fmt.Errorf("--oneway %s: %w", c.Oneway, err)
	}
	if err := errors.Join(zeroMistake(c.Alpha, c.Draws), c.tolerance.mistake(), checkWritable(c.JSON)); err != nil {
		return 0, err
	}
	watch, done := watchOn(std.err)
	verdict, err := inversion.Invert(ctx, candidate, in, name, c.null(),
		inversion.Options{Alpha: c.Alpha, Targets: c.Targets, Draws: c.Draws, For: c.For, Seed: c.Seed, Watch: watch})
	done()
	if err != nil {
		return 0, err
	}
	targets := c.Targets
	if stopped := verdict.Stop == props.StopInterrupted || verdict.Stop == props.StopTime; stopped && verdict.Targets > 0 {
		targets = verdict.Targets
	}
	repeat := []string{"assay", "invert", verdict.Candidate, "--oneway", name, "--targets", strconv.Itoa(targets), "--draws", strconv.Itoa(c.Draws)}
	repeat = append(append(repeat, c.tolerance.flags()...), "--alpha", number(c.Alpha), "--seed", strconv.FormatUint(c.Seed, 10))
	return exitCode(verdict.Outcome, verdict.Stop), writeVerdict(std, c.JSON, verdict, joinQuoted(repeat))
}
