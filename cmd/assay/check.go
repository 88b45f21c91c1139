package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"assay/internal/defaults"
	"assay/internal/fuzz"
	"assay/internal/hardness"
	"assay/props"
	"assay/props/metamorphic"
	"assay/props/problems"
	_ "assay/props/problems/hard" // hard: in names of problems
	asking "assay/props/run"
	"assay/samplers"
	"assay/spec"
)

// check is the command line of a judgement.
type check struct {
	Candidate string `arg:"" optional:"" help:"Name of a candidate, such as dps or dps:zeta=0.3; see assay list. Or, after all flags, -- COMMAND: any program; see docs/protocol.md."`
	program   `embed:"" group:"For a program after --"`

	On          []string `placeholder:"PROBLEM" sep:"none" help:"Problem to judge on, such as digits/inpaint or gmm:d=8,dy=1; may be repeated. See assay list."`
	Data        string   `placeholder:"FILE" help:"Judge on your own points: .csv, .csv.gz, .npy or .npz (FILE.npz:NAME), rows are points, no header."`
	Op          string   `placeholder:"OP" help:"What is measured of the points: identity, inpaint, superres, blur or file:A.npy."`
	Beta        *float64 `placeholder:"SD" help:"Standard deviation of the noise on --data. Default: a tenth of that of A x."`
	Bandwidth   *float64 `placeholder:"SD" help:"Standard deviation of the kernel that smooths --data. Default: a tenth of that of the points."`
	Standardise bool     `help:"Subtract from each column of --data its mean, and divide it by its standard deviation."`
	AsIs        bool     `help:"Take --data as it stands, also where it looks as if it held row or column numbers or decimal commas, or had been cut short."`

	tolerance `embed:""`
	Local     int `placeholder:"POINTS" help:"Look at this many single y, each compared with exact draws, and most closely at the worst; finds what is wrong at few y."`

	witnesses `embed:""`

	Metamorphic bool `help:"Compare the candidate with itself, on other problems with the same posterior and on its own draws without y: needs no exact posterior."`

	Alpha   float64       `default:"${alpha}" env:"ASSAY_ALPHA" help:"Bound on the probability that a right candidate is rejected ($$${env})."`
	Calls   int           `default:"${calls}" env:"ASSAY_CALLS" help:"Calls of the candidate on each problem, at most ($$${env})."`
	Draws   int           `default:"${draws}" env:"ASSAY_DRAWS" help:"Draws asked for in a call ($$${env})."`
	For     time.Duration `placeholder:"DURATION" env:"ASSAY_FOR" help:"Stop after this time, such as 30s or 5m ($$${env})."`
	Seed    uint64        `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same verdict ($$${env})."`
	Journal string        `placeholder:"FILE" help:"Remember the candidate's answers in FILE, and go on from those there: a run that was interrupted is resumed by the same command. A file with answers of anything else is refused: of another program, script, environment, problem or version of assay. See docs/journal.md."`
	Terse   bool          `env:"ASSAY_TERSE" help:"Leave out what a pass means, which takes about as long as the judgement ($$${env})."`
	JSON    string        `name:"json" placeholder:"FILE" help:"Also write the verdict as JSON; - writes only that, on stdout."`
	Record  string        `placeholder:"FILE" help:"Write the course of the judgement as JSON: the wealth after each call, the ranks of every witness, the calls that moved the wealth most."`
}

// variables fills in those of the tags above.
func variables() kong.Vars {
	return kong.Vars{
		"alpha":    strconv.FormatFloat(defaults.Alpha, 'g', -1, 64),
		"calls":    strconv.Itoa(defaults.Calls),
		"draws":    strconv.Itoa(defaults.Draws),
		"seed":     "0",
		"targets":  strconv.Itoa(defaults.Targets),
		"families": strings.Join(fuzz.Families(), ", "),
		"methods":  strings.Join(hardness.Defaults(), ", "),
		"version":  versionLine(),
	}
}

// parseCandidate is a variable for the tests, which have candidates of their own.
var parseCandidate = samplers.Parse

func (c *check) run(ctx context.Context, std streams) (code int, err error) {
	on, err := c.problems()
	if err != nil {
		return 0, err
	}
	if err := errors.Join(c.metamorphicMistake(len(on)), c.witnesses.mistake(&c.program), c.tolerance.mistake(), c.tolerance.checkMistake(c.Local), checkWritable(c.JSON), c.recordMistake(), c.journalMistake()); err != nil {
		return 0, err
	}
	candidate, own, end, err := c.program.start(ctx, c.Candidate, &c.witnesses, std)
	if err != nil {
		return notStarted(err, std)
	}
	defer end()
	watch, done := watchOn(std.err)
	journal := (*asking.Journal)(nil)
	if c.Journal != "" {
		if journal, err = c.openJournal(candidate, on, std); err != nil {
			return 0, fmt.Errorf("--journal: %w", err)
		}
		defer journal.Close() // what is wrong with it is a warning of the verdict
	}
	var verdict fmt.Stringer
	var repeat string
	if c.Metamorphic {
		var report *metamorphic.Report
		if report, err = c.metamorphic(ctx, candidate, on[0], watch, journal); err == nil {
			code, verdict, repeat = exitCode(report.Outcome, report.Stop), report, c.repeatMetamorphic(report)
		}
	} else {
		var v *props.Verdict
		if v, err = props.Judge(ctx, candidate, on, append(c.exact(watch, journal), props.Witnesses(own...))...); err == nil {
			code, verdict, repeat = exitCode(v.Outcome, v.Stop), v, c.repeat(v)
			err = c.writeRecord(v.Record)
		}
	}
	done()
	if err != nil {
		return 0, err
	}
	return code, writeVerdict(std, c.JSON, verdict, repeat)
}

// exact returns the options of a judgement by exact draws.
func (c *check) exact(watch func(props.Progress), journal *asking.Journal) []props.JudgeOption {
	options := []props.JudgeOption{
		props.Alpha(c.Alpha), props.Calls(c.Calls), props.Draws(c.Draws), props.Seed(c.Seed),
		props.Within(c.null()), props.Local(c.Local),
		props.For(c.For), props.Jobs(c.jobs()), props.Watch(watch), props.Remember(journal),
	}
	if c.Terse {
		options = append(options, props.Terse())
	}
	if c.Record != "" {
		options = append(options, props.Recorded())
	}
	return options
}

// problems returns the problems that the flags name, those of --on first.
func (c *check) problems() ([]*spec.Problem, error) {
	var on []*spec.Problem
	for _, name := range c.On {
		problem, err := problems.Parse(name)
		if err != nil {
			return nil, err
		}
		on = append(on, problem)
	}
	switch {
	case c.Data == "" && (c.Op != "" || c.Beta != nil || c.Bandwidth != nil || c.Standardise || c.AsIs):
		return nil, errors.New("--op, --beta, --bandwidth, --standardise and --as-is go with --data FILE; a named problem has them in its name: --on digits/inpaint:beta=0.2")
	case c.Data == "" && len(on) == 0:
		return nil, errors.New("nothing to judge on: give --on PROBLEM (see assay list), or --data FILE --op OP")
	case c.Data == "":
		return on, nil
	case c.Op == "":
		return nil, errors.New("--data needs --op: identity, inpaint, superres, blur or file:A.npy")
	}
	options := problems.FileOptions{Standardise: c.Standardise, AsIs: c.AsIs}
	for _, flag := range []struct {
		name  string
		given *float64
		to    *float64
	}{{"--beta", c.Beta, &options.Beta}, {"--bandwidth", c.Bandwidth, &options.Bandwidth}} {
		if flag.given == nil {
			continue
		}
		if !(*flag.given > 0) {
			return nil, fmt.Errorf("%s=%v: want a positive standard deviation", flag.name, *flag.given)
		}
		*flag.to = *flag.given
	}
	problem, err := problems.FromFile(c.Data, c.Op, options)
	if err != nil {
		return nil, err
	}
	return append(on, problem), nil
}
