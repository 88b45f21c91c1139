package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"assay/internal/hardness"
)

// hardnessCommand is the command line of the measurement of cost against n.
type hardnessCommand struct {
	Function string `arg:"" help:"One-way function with the number of its input bits left open, such as goldreich, mq:m=40 or aes128; see assay list."`

	N       sizes         `name:"n" default:"8..28:4" placeholder:"FROM..TO[:STEP]" help:"Numbers of input bits."`
	Method  []string      `placeholder:"NAME" sep:"none" help:"Inverter or sampler to measure, such as sat:solver=cadical or dps; may be repeated. Default: ${methods}."`
	Targets int           `default:"3" env:"ASSAY_TARGETS" help:"Images to invert, for each method and n ($$${env})."`
	Limit   time.Duration `default:"10s" help:"Time for one method at one n; a method that needs more is not asked for a larger n."`
	Seed    uint64        `default:"${seed}" env:"ASSAY_SEED" help:"Root seed: the same seed gives the same images ($$${env})."`
	JSON    string        `name:"json" placeholder:"FILE" help:"Also write the table as JSON; - writes only that, on stdout."`
}

func (c *hardnessCommand) run(ctx context.Context, std streams) (code int, err error) {
	family, err := hardness.ParseFamily(c.Function)
	if err != nil {
		return 0, err
	}
	names := c.Method
	if len(names) == 0 {
		names = hardness.Defaults()
	}
	o := hardness.Options{Sizes: c.N.list(), Targets: c.Targets, Limit: c.Limit, Seed: c.Seed}
	for _, name := range names {
		method, err := hardness.ParseMethod(name)
		if err != nil {
			return 0, err
		}
		o.Methods = append(o.Methods, method)
	}
	if err := checkWritable(c.JSON); err != nil {
		return 0, err
	}
	count, done := countOn(std.err, "cells")
	o.Watch = count
	table, err := hardness.Measure(ctx, family, o)
	done()
	if err != nil {
		return 0, err
	}
	if table.Interrupted {
		code = exitInterrupted
	}
	repeat := []string{"assay hardness", quote(c.Function), "--n", c.N.String()}
	for _, name := range c.Method {
		repeat = append(repeat, "--method", quote(name))
	}
	repeat = append(repeat, "--targets", strconv.Itoa(c.Targets), "--limit", c.Limit.String(), "--seed", strconv.FormatUint(c.Seed, 10))
	return code, writeVerdict(std, c.JSON, table, strings.Join(repeat, " "))
}

// sizes are the numbers from, from+step, ... up to to.
type sizes struct{ from, to, step int }

// mostSizes bounds how many there may be; a range with more is a mistake.
const mostSizes = 1000

// UnmarshalText reads FROM..TO, FROM..TO:STEP, or one number.
func (s *sizes) UnmarshalText(text []byte) error {
	ends, step, stepped := strings.Cut(string(text), ":")
	from, to, ranged := strings.Cut(ends, "..")
	if !ranged {
		to = from
	}
	if !stepped {
		step = "1"
	}
	for _, part := range []struct {
		text  string
		value *int
	}{{from, &s.from}, {to, &s.to}, {step, &s.step}} {
		n, err := strconv.Atoi(part.text)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a range: want FROM..TO or FROM..TO:STEP, whole numbers of at least 1, such as 8..28 or 8..28:4", text)
		}
		*part.value = n
	}
	if s.to < s.from {
		return fmt.Errorf("%q is empty: want FROM..TO with FROM at most TO", text)
	}
	if (s.to-s.from)/s.step >= mostSizes {
		return fmt.Errorf("%q has %d numbers: want at most %d", text, (s.to-s.from)/s.step+1, mostSizes)
	}
	return nil
}

func (s sizes) String() string {
	return fmt.Sprintf("%d..%d:%d", s.from, s.to, s.step)
}

func (s sizes) list() []int {
	var list []int
	for n := s.from; n <= s.to; n += s.step {
		list = append(list, n)
	}
	return list
}
