package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"assay/internal/fuzz"
	"assay/internal/text"
	"assay/props"
)

// fuzzCommand is the command line of a search for counterexamples.
type fuzzCommand struct {
	Candidate string `arg:"" optional:"" help:"Name of a candidate, such as dps; see assay list. Or, after all flags, -- COMMAND: any program."`
	program   `embed:"" group:"For a program after --"`

	witnesses `embed:""`

	Family   string        `default:"any" help:"Problems to generate: ${families}."`
	For      time.Duration `default:"1m" env:"ASSAY_FOR" help:"Stop after this time, such as 10m; 0 means no limit ($$${env})."`
	Problems int           `placeholder:"N" help:"Stop after so many problems have been screened."`
	Most     int           `default:"1" help:"Stop after so many counterexamples, those of the campaign before it was interrupted included; 0 means no limit."`
	Out      string        `default:"counterexamples" placeholder:"DIR" help:"Folder for the counterexamples, made if there is none; those in testdata/assay are judged first by a Go test."`
	Resume   bool          `help:"Go on with the campaign that was interrupted, given by the same command."`
	Alpha    float64       `default:"${alpha}" env:"ASSAY_ALPHA" help:"Bound on the probability that the campaign ever finds a counterexample to a right candidate ($$${env})."`
	Draws    int           `default:"${draws}" env:"ASSAY_DRAWS" help:"Draws asked for in a call ($$${env})."`
	Seed     uint64        `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same problems ($$${env})."`
}

func (c *fuzzCommand) run(ctx context.Context, std streams) (code int, err error) {
	switch {
	case c.For < 0:
		return 0, fmt.Errorf("--for=%v: want a positive duration, or 0 for no limit", c.For)
	case c.Problems < 0:
		return 0, fmt.Errorf("--problems=%d: want at least 1", c.Problems)
	case c.Most < 0:
		return 0, fmt.Errorf("--most=%d: want at least 1, or 0 for no limit", c.Most)
	case c.Draws < 1:
		return 0, fmt.Errorf("--draws=%d: want at least 1", c.Draws)
	}
	if _, err := fuzz.NewState(c.Candidate, c.Family, c.Alpha, c.Seed); err != nil {
		return 0, fmt.Errorf("fuzz: %w", err) // before a program is started in vain
	}
	if err := c.witnesses.mistake(&c.program); err != nil {
		return 0, err
	}
	candidate, own, end, err := c.program.start(ctx, c.Candidate, &c.witnesses, std)
	if err != nil {
		return notStarted(err, std)
	}
	defer end()
	shelf := newShelf(c.Out, candidate, c.command, c.Seed)
	state, err := fuzz.NewState(candidate.Name(), c.Family, c.Alpha, c.Seed)
	if err != nil {
		return 0, err
	}
	state.Draws = c.Draws
	for _, s := range own {
		state.Witnesses = append(state.Witnesses, s.Names()...)
	}
	state, kept, release, err := shelf.open(state, c.Resume, c.Problems, c.Most)
	if err != nil {
		return 0, err
	}
	defer release()
	if c.For > 0 {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, c.For)
		defer cancel()
	}
	show, done := countOn(std.err, "problems screened")
	report, err := fuzz.Run(ctx, candidate, state, kept, fuzz.Config{
		Problems: c.Problems, Most: c.Most, Draws: c.Draws, Jobs: c.jobs(), Witnesses: own,
		Save: shelf.save, Keep: shelf.keep,
		Watch: func(state fuzz.State, _ int) { show(state.Screened, max(c.Problems, state.Screened)+1) },
	})
	done()
	if err != nil {
		return 0, err
	}
	return fuzzExitCode(report), c.write(std, shelf, report)
}

// write prints the report, where the counterexamples are, and the command that finds them
// again.
func (c *fuzzCommand) write(std streams, shelf *shelf, report *fuzz.Report) error {
	var page text.Page
	fmt.Fprint(&page, report)
	for _, found := range report.Found {
		page.Field("replay", "%s", shellLine(append(append([]string{"assay", "replay", shelf.path(found), c.Candidate}, c.witnesses.flags()...), c.words()...)))
	}
	if c.Resume {
		page.Field("resumed", "no one command repeats this campaign; replay judges what it found")
		_, err := fmt.Fprint(std.out, page.String())
		return err
	}
	problems, out := c.Problems, c.Out
	if report.Stop == props.StopTime || report.Stop == props.StopInterrupted {
		problems = max(1, report.State.Screened)
		out = filepath.Clean(out) + "-again" // this one is for --resume
	}
	args := []string{"assay", "fuzz", c.Candidate, "--family", c.Family, "--for", "0"}
	if problems > 0 {
		args = append(args, "--problems", strconv.Itoa(problems))
	}
	args = append(append(args, c.witnesses.flags()...), "--most", strconv.Itoa(c.Most), "--out", out, "--alpha", number(c.Alpha),
		"--draws", strconv.Itoa(c.Draws), "--seed", strconv.FormatUint(c.Seed, 10))
	page.Field("repeat", "%s", shellLine(append(args, c.words()...)))
	_, err := fmt.Fprint(std.out, page.String())
	return err
}

// shellLine quotes arguments for a shell, leaving out those that are empty.
func shellLine(args []string) string {
	var quoted []string
	for _, arg := range args {
		if arg != "" {
			quoted = append(quoted, quote(arg))
		}
	}
	return strings.Join(quoted, " ")
}

// fuzzExitCode returns the exit code that stands for a report; see main.go.
func fuzzExitCode(r *fuzz.Report) int {
	outcome, stop := props.NotRejected, r.Stop
	for _, found := range r.Found {
		switch {
		case found.Verdict.Fault == nil:
			outcome = props.Rejected
		case stop != props.StopInterrupted:
			stop = props.StopFault
		}
	}
	stalled := r.Pending != nil && r.Pending.Stalled
	if (stalled || r.State.Screened == r.State.Refused) && len(r.Found) == 0 {
		outcome = props.Inconclusive
	}
	return exitCode(outcome, stop)
}
