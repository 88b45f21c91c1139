package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"time"

	"assay/props/evidence"
	"assay/samplers/external"
	"assay/spec"
)

// program is the command line of a candidate that is a program of its own.
type program struct {
	Jobs    int           `placeholder:"N" env:"ASSAY_JOBS" help:"Processes that serve calls at a time. Default: one for each processor ($$${env})."`
	Timeout time.Duration `placeholder:"DURATION" env:"ASSAY_TIMEOUT" help:"Time for one call. Default: 1m ($$${env})."`
	Memory  string        `placeholder:"SIZE" help:"Limit on the address space of each process, such as 512M or 4G; Linux only."`
	Env     []string      `placeholder:"NAME[=VALUE]" sep:"none" help:"Environment variable that the program sees besides the usual, by its name alone with the value that it has here; may be repeated. See docs/protocol.md."`

	command   []string
	witnessed bool // there are programs of witnesses, which the flags are for too
}

// cutCommand cuts the command line at the first --.
func cutCommand(args []string) (before, command []string) {
	if i := slices.Index(args, "--"); i >= 0 {
		return args[:i], args[i+1:]
	}
	return args, nil
}

// candidate returns the candidate that the command line names, and what to do when it is
// wanted no more.
func (p *program) candidate(ctx context.Context, name string, std streams) (candidate spec.Sampler, end func(), err error) {
	switch {
	case len(p.command) > 0 && name != "":
		return nil, nil, fmt.Errorf("two candidates: %s and -- %s; want one", name, p.command[0])
	case len(p.command) > 0:
		options, err := p.options(std)
		if err != nil {
			return nil, nil, err
		}
		c, err := external.New(ctx, p.command, options)
		if err != nil {
			return nil, nil, err
		}
		return c, func() { c.Close() }, nil // how it ends is for assay conform to judge
	case name == "":
		return nil, nil, errors.New(`expected "<candidate>" or -- COMMAND (see assay --help)`)
	case len(p.flags()) > 0 && !p.witnessed:
		return nil, nil, fmt.Errorf("%s goes with a program after --, not with the candidate %s", p.flags()[0], name)
	}
	candidate, err = parseCandidate(name)
	return candidate, func() {}, err
}

// interruption is the error of a program that the user did not wait for.
type interruption struct{ while string }

func (e *interruption) Error() string { return "interrupted while " + e.while + " started" }

// start starts the candidate that the command line names and the programs of witnesses, and returns what
// to do when they are wanted no more.
func (p *program) start(ctx context.Context, name string, w *witnesses, std streams) (candidate spec.Sampler, own []evidence.Statistic, end func(), err error) {
	candidate, endCandidate, err := p.candidate(ctx, name, std)
	if ctx.Err() != nil {
		err = &interruption{"the candidate"}
	}
	if err != nil {
		return nil, nil, nil, err
	}
	own, endWitnesses, err := w.start(ctx, p, std)
	if err != nil {
		endCandidate()
		return nil, nil, nil, err
	}
	return candidate, own, func() {
		endWitnesses()
		endCandidate()
	}, nil
}

// notStarted returns the exit code of a command whose programs did not start, and why, unless the user
// interrupted it.
func notStarted(err error, std streams) (code int, mistake error) {
	if interrupted := (*interruption)(nil); errors.As(err, &interrupted) {
		fmt.Fprintf(std.err, "assay: %v\n", interrupted)
		return exitInterrupted, nil
	}
	return 0, err
}

// jobs returns how many calls to make at a time, 0 to let the candidate decide: a program
// knows how many processes it has.
func (p *program) jobs() int {
	if len(p.command) > 0 {
		return 0
	}
	return p.Jobs
}

func (p *program) options(std streams) (external.Options, error) {
	memory, err := parseSize(p.Memory)
	if err != nil {
		return external.Options{}, fmt.Errorf("--memory=%s: %w", p.Memory, err)
	}
	if p.Jobs < 0 {
		return external.Options{}, fmt.Errorf("--jobs=%d: want at least 1", p.Jobs)
	}
	if p.Timeout < 0 {
		return external.Options{}, fmt.Errorf("--timeout=%v: want a positive duration", p.Timeout)
	}
	jobs := p.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	return external.Options{
		Jobs: jobs, Timeout: p.Timeout, Memory: memory, Env: p.Env,
		Stderr: std.err, Prefix: "candidate: ",
	}, nil
}

// flags returns those of the flags that are set and that a verdict may depend on.
func (p *program) flags() []string {
	var flags []string
	if p.Timeout != 0 {
		flags = append(flags, "--timeout", p.Timeout.String())
	}
	if p.Memory != "" {
		flags = append(flags, "--memory", p.Memory)
	}
	for _, variable := range p.Env {
		flags = append(flags, "--env", variable)
	}
	return flags
}

// words returns what names the program at the end of a command line.
func (p *program) words() []string {
	switch {
	case len(p.command) == 0 && p.witnessed:
		return p.flags()
	case len(p.command) == 0:
		return nil
	}
	return append(append(p.flags(), "--"), p.command...)
}

// parseSize reads a number of bytes such as 512M; 0 for the empty text.
func parseSize(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	digits, shift := text, 0
	switch text[len(text)-1] {
	case 'K', 'k':
		shift = 10
	case 'M', 'm':
		shift = 20
	case 'G', 'g':
		shift = 30
	}
	if shift > 0 {
		digits = text[:len(text)-1]
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n == 0 || n<<shift>>shift != n {
		return 0, errors.New("want a number of bytes such as 512M or 4G")
	}
	return n << shift, nil
}
