// Command faults plants small mistakes in the sources, one at a time, and says which of
// them the tests do not see.
//
//	go run ./ci/faults                        a random tenth of the faults
//	go run ./ci/faults -seed 7                the tenth of that seed
//	go run ./ci/faults -all
//	go run ./ci/faults -only 'evidence/.*span'
//	go run ./ci/faults -package internal/fuzz
//	go run ./ci/faults -all -narrow           by the tests that are listed alone
//
// The faults are data: the files in lists, one for each package, name a file, a text that
// occurs in it once, the text that is to stand there, and which tests should see it. A fault
// is never written into the tree: the go command is told of it by an overlay, which the
// commands that a test runs inherit, and Python's sources are copied. The chosen tests come
// first; what survives them is tried against all tests of its package, and of the packages that
// its list names besides, before it is called a survivor. A test that kills must pass without the
// fault. A fault that makes the tests hang is killed by the time limit, which is said. What
// rapid draws is fixed (-rapid.seed, printed), so that a run repeats.
//
// The exit status is 1 if a fault survives that is not listed as harmless with the reason,
// if one that is listed as harmless is killed (the list is then out of date), or if a fault
// cannot be tried, because its text is not there or it does not compile.
//
// A tool that makes mutants by rule could not replace the lists. The best maintained one for
// Go, gremlins, changes single operators (comparisons, arithmetic, increments, signs), and
// tries each of the thousands of mutants that this makes against all tests that cover it,
// which by its own account takes hours on a large module; our tests take minutes a
// package. And it would not make the mistakes that matter most here: a stream used twice, a
// wealth that is summed and not averaged, a save that comes after what it is to save, alpha
// that is not split. Those are not a token away from the right text. So the faults are chosen
// by people who know what must not break, and kept with the tests that should notice.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command runs the command and returns its exit status.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("faults", flag.ContinueOnError)
	flags.SetOutput(stderr)
	root := flags.String("root", ".", "the `folder` of the module")
	folder := flags.String("lists", "", "the `folder` of the lists, if it is not ci/faults/lists in the root")
	all := flags.Bool("all", false, "try all faults")
	fraction := flags.Float64("fraction", 0.1, "try this part of the faults, chosen at random")
	seed := flags.Uint64("seed", uint64(time.Now().UnixNano()), "of the choice")
	only := flags.String("only", "", "try the faults whose names match this regular `expression` as a whole")
	pkg := flags.String("package", "", "try the faults of this package, such as internal/fuzz")
	limit := flags.Duration("limit", 5*time.Minute, "kill what takes longer")
	narrow := flags.Bool("narrow", false, "try the chosen tests only, and call a survivor what these do not see")
	jobs := flags.Int("jobs", min(4, runtime.NumCPU()), "faults that are tried at a time")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	wanted, err := regexp.Compile("^(?:" + *only + ")$")
	if err != nil || flags.NArg() > 0 || !(*fraction > 0 && *fraction <= 1) || *jobs < 1 {
		fmt.Fprintln(stderr, "faults: want no arguments, an expression that compiles, 0 < fraction <= 1 and at least one job")
		return 2
	}
	lists, err := load(cmp.Or(*folder, filepath.Join(*root, "ci", "faults", "lists")))
	if err != nil {
		fmt.Fprintf(stderr, "faults: %v\n", err)
		return 1
	}
	var chosen []*fault
	for _, l := range lists {
		for _, f := range l.Faults {
			if (*pkg == "" || l.Package == *pkg) && (*only == "" || wanted.MatchString(f.name())) {
				chosen = append(chosen, f)
			}
		}
	}
	total := len(chosen)
	if !*all && *only == "" && *pkg == "" {
		chosen = sample(chosen, *fraction, *seed)
		fmt.Fprintf(stdout, "%d of %d faults, chosen with -seed %d\n", len(chosen), total, *seed)
	}
	if len(chosen) == 0 {
		fmt.Fprintln(stderr, "faults: no fault has that name")
		return 2
	}
	temporary, err := os.MkdirTemp("", "faults")
	if err != nil {
		fmt.Fprintf(stderr, "faults: %v\n", err)
		return 1
	}
	defer os.RemoveAll(temporary)
	b := &bench{root: *root, folder: temporary, limit: *limit, narrow: *narrow}
	results := b.tryAll(ctx, chosen, *jobs, stdout)
	if ctx.Err() != nil {
		fmt.Fprintln(stderr, "faults: interrupted")
		return 130
	}
	if !summarise(stdout, results) {
		return 1
	}
	return 0
}

// sample returns a random part of the faults, at least one, in their order.
func sample(faults []*fault, fraction float64, seed uint64) []*fault {
	rng := rand.New(rand.NewPCG(seed, 0))
	n := max(1, int(fraction*float64(len(faults))+0.5))
	chosen := map[int]bool{}
	for _, i := range rng.Perm(len(faults))[:min(n, len(faults))] {
		chosen[i] = true
	}
	var some []*fault
	for i, f := range faults {
		if chosen[i] {
			some = append(some, f)
		}
	}
	return some
}
