package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"assay/internal/memory"
	"assay/internal/text"
)

// The exit codes that do not come from a verdict; the others are in verdict.go.
const (
	exitOK          = 0
	exitFailed      = 1 // a statement does not hold
	exitUsage       = 2
	exitFault       = 3 // a program breaks the protocol
	exitInterrupted = 130
	exitUnread      = 141 // nobody reads what is written, as of a process that SIGPIPE ends
)

// commands is what the command line can say.
type commands struct {
	Check    check           `cmd:"" help:"Judge a candidate: one verdict for all the problems named."`
	Fuzz     fuzzCommand     `cmd:"" help:"Look for a problem that a candidate is wrong on, and then for the smallest."`
	Replay   replayCommand   `cmd:"" help:"Judge a counterexample again, on fresh randomness."`
	Invert   invert          `cmd:"" help:"Let a candidate invert a one-way function, and judge it by the reduction alone."`
	Theorems theoremsCommand `cmd:"" help:"Check the mathematics: every statement measured against its bound."`
	Hardness hardnessCommand `cmd:"" help:"Measure what inverting a function costs as the number of its input bits grows."`
	Conform  conform         `cmd:"" help:"Tell the author of a program what is wrong with how it speaks the protocol: assay conform -- COMMAND."`
	Bench    benchCommand    `cmd:"" help:"Measure assay itself."`
	Export   exportCommand   `cmd:"" help:"Write the score network of a hard instance, certified, as ONNX."`
	List     list            `cmd:"" help:"List the candidates and the problems that have names."`

	JudgeMemory string `placeholder:"SIZE" env:"ASSAY_JUDGE_MEMORY" help:"Memory that assay itself may take, such as 4G: what needs more is an error before it begins. Default: three quarters of the machine's ($$${env})."`

	Version kong.VersionFlag `help:"Print the version of assay, of Go and of the platform."`
}

// streams is where a command writes: results to out, all else to err.
type streams struct {
	out, err io.Writer
}

// run does what the command line asks for and returns the exit code. A mistake is
// one line on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var line commands
	helped := false
	parser, err := kong.New(&line,
		kong.Name("assay"),
		kong.Description("assay decides whether a posterior sampler samples p(x | y)."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		variables(),
	)
	if err != nil {
		panic(err) // a mistake in the struct tags above
	}
	args, command := cutCommand(args)
	parsed, err := parser.Parse(joinNegative(args))
	if helped {
		return exitOK
	}
	code := exitOK
	var verb string // the first word of the command
	if err == nil {
		verb, _, _ = strings.Cut(parsed.Command(), " ")
	}
	if err == nil && len(command) > 0 && !slices.Contains([]string{"check", "conform", "fuzz", "replay"}, verb) {
		err = fmt.Errorf("%s: takes no -- COMMAND; check, conform, fuzz and replay do", parsed.Command())
	}
	if err == nil {
		err = limitMemory(line.JudgeMemory)
	}
	if err == nil {
		line.Check.command, line.Conform.command = command, command
		line.Fuzz.command, line.Replay.command = command, command
		code, err = parsed.Selected().Target.Addr().Interface().(runner).run(ctx, streams{stdout, stderr})
	}
	if errors.Is(err, syscall.EPIPE) {
		return exitUnread
	}
	if err != nil {
		fmt.Fprintf(stderr, "assay: %s\n", oneLine(err))
		return exitUsage
	}
	return code
}

// limitMemory tells the runtime how much memory to take: so much, or else what GOMEMLIMIT says, or
// else a share of what the machine has, if that is known.
func limitMemory(size string) error {
	limit, err := parseSize(size)
	switch {
	case err != nil || limit > math.MaxInt64:
		return fmt.Errorf("--judge-memory=%s: %w", size, cmp.Or(err, errors.New("that is more than can be counted")))
	case limit > 0:
		debug.SetMemoryLimit(int64(limit))
	case memory.Limit() > 0:
		debug.SetMemoryLimit(int64(memory.Limit()))
	}
	return nil
}

// joinNegative writes a flag that is followed by a negative number as one word, --tau=-1 for
// --tau -1, which otherwise would be read as a flag of one letter: so it is the range that the
// message is about.
func joinNegative(args []string) (joined []string) {
	for _, arg := range args {
		_, err := strconv.ParseFloat(arg, 64)
		last := len(joined) - 1
		if err == nil && strings.HasPrefix(arg, "-") && last >= 0 && strings.HasPrefix(joined[last], "--") && !strings.Contains(joined[last], "=") {
			joined[last] += "=" + arg
			continue
		}
		joined = append(joined, arg)
	}
	return joined
}

// runner is what every command line is: it runs, and returns an exit code or a mistake.
type runner interface {
	run(ctx context.Context, std streams) (code int, err error)
}

// shownBytes is how much of an error is shown, which may quote what is not ours.
const shownBytes = 4000

// oneLine returns the message of an error in one line.
func oneLine(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		return text.Cut(strings.ReplaceAll(parse.Error(), "\n", " "), shownBytes) + " (see assay --help)"
	}
	return text.Cut(strings.ReplaceAll(err.Error(), "\n", " "), shownBytes)
}
