package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"assay/props/power"
)

// benchCommand is the command line of what measures assay itself.
type benchCommand struct {
	Power benchPower `cmd:"" help:"Count the calls that it takes to reject wrong samplers: by assay, and by the tests that people use."`
}

// benchPower is the command line of the comparison with the rivals.
type benchPower struct {
	Runs   int      `default:"100" xor:"runs" help:"Runs of each wrong sampler and number of draws."`
	Draws  []int    `default:"1,3,9" xor:"draws" help:"Draws a call."`
	Limit  int      `default:"10000" xor:"limit" help:"Calls after which a run is given up."`
	Null   int      `default:"1000" xor:"null" help:"Runs of each right sampler."`
	Quick  bool     `xor:"runs,draws,limit,null" help:"Less than a minute: as --runs 5 --draws 3 --limit 1000 --null 50."`
	Set    string   `enum:"toys,mutants,all" default:"all" help:"Wrong samplers: toys (those of the design), mutants (each with a bug that somebody reported), or all."`
	Case   []string `placeholder:"TEXT" sep:"none" help:"Only the wrong samplers whose names contain TEXT; may be repeated."`
	Rivals bool     `default:"true" negatable:"" help:"Also measure the rivals."`
	Seed   uint64   `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same table ($$${env})."`
	JSON   string   `name:"json" placeholder:"FILE" help:"Also write the table as JSON; - writes only that, on stdout."`
}

func (c *benchPower) run(ctx context.Context, std streams) (code int, err error) {
	if c.Quick {
		c.Runs, c.Draws, c.Limit, c.Null = 5, []int{3}, 1000, 50
	}
	cases, err := c.cases()
	if err != nil {
		return 0, err
	}
	if err := checkWritable(c.JSON); err != nil {
		return 0, err
	}
	count, done := countOn(std.err, "runs")
	table, err := power.Measure(ctx, cases, power.Options{
		Runs: c.Runs, Draws: c.Draws, Limit: c.Limit, Rivals: c.Rivals, NullRuns: c.Null, Seed: c.Seed, Watch: count,
	})
	done()
	if err != nil {
		return 0, err
	}
	if table.Interrupted {
		code = exitInterrupted
	}
	return code, writeVerdict(std, c.JSON, table, c.repeat())
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
	if len(c.Case) == 0 {
		return all, nil
	}
	var chosen []power.Case
	matched := make([]bool, len(c.Case))
	for _, candidate := range all {
		wanted := false
		for i, text := range c.Case {
			if strings.Contains(candidate.Name, text) {
				matched[i], wanted = true, true
			}
		}
		if wanted {
			chosen = append(chosen, candidate)
		}
	}
	for i, text := range c.Case {
		if !matched[i] {
			var names []string
			for _, candidate := range all {
				names = append(names, candidate.Name)
			}
			return nil, fmt.Errorf("--case %q: in no name; they are: %s", text, strings.Join(names, "; "))
		}
	}
	return chosen, nil
}

func (c *benchPower) repeat() string {
	var draws []string
	for _, l := range c.Draws {
		draws = append(draws, strconv.Itoa(l))
	}
	args := []string{"assay bench power --runs", strconv.Itoa(c.Runs), "--draws", strings.Join(draws, ","), "--limit", strconv.Itoa(c.Limit), "--null", strconv.Itoa(c.Null), "--set", c.Set}
	if !c.Rivals {
		args = append(args, "--no-rivals")
	}
	for _, text := range c.Case {
		args = append(args, "--case", quote(text))
	}
	return strings.Join(append(args, "--seed", strconv.FormatUint(c.Seed, 10)), " ")
}
