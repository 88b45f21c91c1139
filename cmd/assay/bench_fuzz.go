package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"assay/internal/selftest/mutants"
	"assay/internal/selftest/mutation"
)

// benchFuzz is the command line of a mutation run: a campaign against each mutant.
type benchFuzz struct {
	Case  []string      `placeholder:"TEXT" sep:"none" help:"Only the wrong samplers whose names contain TEXT; may be repeated."`
	For   time.Duration `default:"5m" help:"Time for each wrong sampler."`
	Alpha float64       `default:"${alpha}" env:"ASSAY_ALPHA" help:"Bound on the probability that a campaign ever finds a counterexample to a right candidate ($$${env})."`
	Seed  uint64        `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same problems ($$${env})."`
	JSON  string        `name:"json" placeholder:"FILE" help:"Also write the table as JSON; - writes only that, on stdout."`
}

func (c *benchFuzz) run(ctx context.Context, std streams) (code int, err error) {
	list, err := c.mutants()
	if err != nil {
		return 0, err
	}
	if err := checkWritable(c.JSON); err != nil {
		return 0, err
	}
	count, done := countOn(std.err, "wrong samplers")
	table, err := mutation.Measure(ctx, list, mutation.Options{For: c.For, Alpha: c.Alpha, Seed: c.Seed, Watch: count})
	done()
	if err != nil {
		return 0, err
	}
	if table.Interrupted {
		code = exitInterrupted
	}
	return code, writeVerdict(std, c.JSON, table, c.repeat())
}

// mutants returns those that are asked for.
func (c *benchFuzz) mutants() ([]mutants.Mutant, error) {
	all := mutants.List()
	return matching(all, func(m mutants.Mutant) string { return m.Name }, c.Case)
}

func (c *benchFuzz) repeat() string {
	args := []string{"assay bench fuzz"}
	for _, text := range c.Case {
		args = append(args, "--case", quote(text))
	}
	return strings.Join(append(args, "--for", c.For.String(), "--alpha", number(c.Alpha), "--seed", strconv.FormatUint(c.Seed, 10)), " ")
}

// matching returns those of all whose names contain one of the texts, or all if there is no
// text. A text in no name is a mistake.
func matching[T any](all []T, name func(T) string, texts []string) ([]T, error) {
	if len(texts) == 0 {
		return all, nil
	}
	var chosen []T
	matched := make([]bool, len(texts))
	for _, candidate := range all {
		wanted := false
		for i, text := range texts {
			if strings.Contains(name(candidate), text) {
				matched[i], wanted = true, true
			}
		}
		if wanted {
			chosen = append(chosen, candidate)
		}
	}
	for i, text := range texts {
		if !matched[i] {
			var names []string
			for _, candidate := range all {
				names = append(names, name(candidate))
			}
			return nil, fmt.Errorf("--case %q is in no name; the names are: %s", text, strings.Join(names, "; "))
		}
	}
	return chosen, nil
}
