package main

import (
	"context"
	"strconv"
	"strings"

	"assay/internal/selftest/power"
)

// benchCommand is the command line of what measures assay itself.
type benchCommand struct {
	Power benchPower `cmd:"" help:"Count the calls that it takes to reject wrong samplers: by assay, and by the tests that people use."`
	Fuzz  benchFuzz  `cmd:"" help:"Find wrong samplers among generated problems, each with a bug that somebody reported, and reduce the problem."`
}

// benchPower is the command line of the comparison with the rivals.
type benchPower struct {
	Runs   *int     `placeholder:"100" xor:"runs" help:"Runs of each wrong sampler and number of draws."`
	Draws  []int    `placeholder:"1,3,9" xor:"draws" help:"Draws a call."`
	Limit  *int     `placeholder:"10000" xor:"limit" help:"Calls after which a run is given up."`
	Null   *int     `placeholder:"1000" xor:"null" help:"Runs of each right sampler."`
	Quick  bool     `xor:"runs,draws,limit,null" help:"Less than a minute: as --runs 5 --draws 3 --limit 1000 --null 50."`
	Set    string   `enum:"toys,mutants,all" default:"all" help:"Wrong samplers: toys (small enough to be understood), mutants (each with a bug that somebody reported), or all."`
	Case   []string `placeholder:"TEXT" sep:"none" help:"Only the wrong samplers whose names contain TEXT; may be repeated."`
	Rivals bool     `default:"true" negatable:"" help:"Also measure the rivals."`
	Seed   uint64   `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same table ($$${env})."`
	JSON   string   `name:"json" placeholder:"FILE" help:"Also write the table as JSON; - writes only that, on stdout."`
}

func (c *benchPower) run(ctx context.Context, std streams) (code int, err error) {
	o := c.options()
	cases, err := c.cases()
	if err != nil {
		return 0, err
	}
	if err := checkWritable(c.JSON); err != nil {
		return 0, err
	}
	count, done := countOn(std.err, "runs")
	o.Watch = count
	table, err := power.Measure(ctx, cases, o)
	done()
	if err != nil {
		return 0, err
	}
	if table.Interrupted {
		code = exitInterrupted
	}
	return code, writeVerdict(std, c.JSON, table, c.repeat(o))
}

// options returns how much to measure. The flags have no defaults of their own, which
// would count as given along with --quick.
func (c *benchPower) options() power.Options {
	o := power.Options{Runs: 100, Draws: []int{1, 3, 9}, Limit: 10000, Rivals: c.Rivals, NullRuns: 1000, Seed: c.Seed}
	if c.Quick {
		o.Runs, o.Draws, o.Limit, o.NullRuns = 5, []int{3}, 1000, 50
	}
	for _, flag := range []struct{ given, value *int }{{c.Runs, &o.Runs}, {c.Limit, &o.Limit}, {c.Null, &o.NullRuns}} {
		if flag.given != nil {
			*flag.value = *flag.given
		}
	}
	if c.Draws != nil {
		o.Draws = c.Draws
	}
	return o
}

// cases returns the wrong samplers that are asked for.
func (c *benchPower) cases() ([]power.Case, error) {
	var all []power.Case
	if c.Set != "mutants" {
		toys, err := power.Toys()
		if err != nil {
			return nil, err
		}
		all = toys
	}
	if c.Set != "toys" {
		all = append(all, power.Mutants()...)
	}
	return matching(all, func(c power.Case) string { return c.Name }, c.Case)
}

func (c *benchPower) repeat(o power.Options) string {
	var draws []string
	for _, l := range o.Draws {
		draws = append(draws, strconv.Itoa(l))
	}
	args := []string{"assay bench power --runs", strconv.Itoa(o.Runs), "--draws", strings.Join(draws, ","), "--limit", strconv.Itoa(o.Limit), "--null", strconv.Itoa(o.NullRuns), "--set", c.Set}
	if !c.Rivals {
		args = append(args, "--no-rivals")
	}
	for _, text := range c.Case {
		args = append(args, "--case", quote(text))
	}
	return strings.Join(append(args, "--seed", strconv.FormatUint(c.Seed, 10)), " ")
}
