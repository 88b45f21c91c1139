package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"assay/props"
)

// replayCommand is the command line of a counterexample that is judged again.
type replayCommand struct {
	File      string `arg:"" help:"Counterexample that assay fuzz wrote."`
	Candidate string `arg:"" optional:"" help:"Candidate to judge, such as dps:zeta=0.3. Default: the one that the file names. Or, after all flags, -- COMMAND: any program."`
	program   `embed:"" group:"For a program after --"`

	witnesses `embed:""`

	Alpha float64       `default:"${alpha}" env:"ASSAY_ALPHA" help:"Bound on the probability that a right candidate is rejected ($$${env})."`
	Calls *int          `placeholder:"N" help:"Calls of the candidate, at most. Default: what suffices to catch again the one that was caught."`
	For   time.Duration `placeholder:"DURATION" env:"ASSAY_FOR" help:"Stop after this time, such as 30s or 5m ($$${env})."`
	Seed  *uint64       `placeholder:"N" help:"Root seed. Default: one that follows from that of the file and was never used."`
	JSON  string        `name:"json" placeholder:"FILE" help:"Also write the verdict as JSON; - writes only that, on stdout."`
}

func (c *replayCommand) run(ctx context.Context, std streams) (code int, err error) {
	counterexample, err := props.ReadCounterexample(c.File)
	if err != nil {
		return 0, err
	}
	if err := errors.Join(checkWritable(c.JSON), c.witnesses.mistake(&c.program)); err != nil {
		return 0, err
	}
	name := c.Candidate
	if name == "" && len(c.command) == 0 {
		name = counterexample.Candidate
		if _, err := parseCandidate(name); err != nil {
			return 0, fmt.Errorf("%s was found on %s, which is not built in: say assay replay FILE CANDIDATE, or -- COMMAND (%w)", c.File, name, err)
		}
	}
	candidate, own, end, err := c.program.start(ctx, name, &c.witnesses, std)
	if err != nil {
		return notStarted(err, std)
	}
	defer end()
	watch, done := watchOn(std.err)
	options := []props.ReplayOption{props.Alpha(c.Alpha), props.For(c.For), props.Jobs(c.jobs()), props.Watch(watch), props.Witnesses(own...)}
	if c.Calls != nil {
		options = append(options, props.Calls(*c.Calls))
	}
	if c.Seed != nil {
		options = append(options, props.Seed(*c.Seed))
	}
	verdict, err := counterexample.Again(ctx, candidate, options...)
	done()
	if lacking := (*props.LacksWitness)(nil); errors.As(err, &lacking) {
		return 0, fmt.Errorf("%s was caught by the witness %q of a program: say --witness COMMAND with that program", c.File, lacking.Name)
	}
	if err != nil {
		return 0, err
	}
	args := []string{"assay", "replay", c.File, c.Candidate}
	args = append(append(args, c.witnesses.flags()...), "--alpha", number(c.Alpha))
	switch {
	case verdict.Stop == props.StopTime || verdict.Stop == props.StopInterrupted:
		args = append(args, "--calls", strconv.Itoa(max(1, verdict.Calls)))
	case c.Calls != nil:
		args = append(args, "--calls", strconv.Itoa(*c.Calls))
	}
	args = append(args, "--seed", strconv.FormatUint(verdict.Seed, 10))
	return exitCode(verdict.Outcome, verdict.Stop), writeVerdict(std, c.JSON, verdict, shellLine(append(args, c.words()...)))
}
