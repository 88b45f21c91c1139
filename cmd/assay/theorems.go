package main

import (
	"context"
	"strconv"
	"strings"

	"assay/internal/theorems"
)

// theoremsCommand is the command line of the mathematics.
type theoremsCommand struct {
	Statements []string `arg:"" optional:"" name:"statement" help:"Names of statements, such as score or heun. Default: all."`

	Full    bool   `help:"Spend minutes, not seconds: smaller departures are noticed."`
	Details bool   `help:"Also say what each statement claims and how it was measured."`
	Seed    uint64 `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same report ($$${env})."`
	JSON    string `name:"json" placeholder:"FILE" help:"Also write the report as JSON; - writes only that, on stdout."`
}

func (c *theoremsCommand) run(ctx context.Context, std streams) (code int, err error) {
	if err := checkWritable(c.JSON); err != nil {
		return 0, err
	}
	statements, err := theorems.Named(c.Statements...)
	if err != nil {
		return 0, err
	}
	budget, repeat := theorems.Quick, strings.Join(append([]string{"assay theorems"}, c.Statements...), " ")
	if c.Full {
		budget, repeat = theorems.Full, repeat+" --full"
	}
	count, done := countOn(std.err, "statements")
	report, err := theorems.Run(ctx, statements, c.Seed, budget, count)
	done()
	if err != nil {
		return 0, err
	}
	switch {
	case report.Interrupted:
		code = exitInterrupted
	case !report.Holds():
		code = exitFailed
	}
	repeat += " --seed " + strconv.FormatUint(c.Seed, 10)
	if c.Details {
		return code, writeVerdict(std, c.JSON, detailed{report}, repeat)
	}
	return code, writeVerdict(std, c.JSON, report, repeat)
}

// detailed is a report whose words say more.
type detailed struct{ *theorems.Report }

func (d detailed) String() string { return d.Details() }
