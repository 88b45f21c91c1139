package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"assay/internal/parallel"
)

// bench is where faults are tried.
type bench struct {
	root   string // of the module
	folder string // temporary
	limit  time.Duration
	narrow bool // try the chosen tests only

	mu     sync.Mutex
	rapid  map[string]bool        // by package, whether its tests know the flags of rapid
	passes map[suite]func() error // whether tests pass without a fault, found out once
	copies int
}

// outcome is what became of a fault.
type outcome string

const (
	killed   outcome = "killed"
	survived outcome = "survived"
	skipped  outcome = "skipped" // it cannot be tried on this machine
	broken   outcome = "broken"  // an error of the list, or of a test
)

// result is a fault that was tried.
type result struct {
	fault   *fault
	outcome outcome
	by      string // the test that killed it, or why it was not tried
	took    time.Duration
}

// failure is how a suite failed.
type failure struct {
	test suite // the test by itself
	hang bool
}

// trouble is why a suite could not be run.
type trouble struct {
	outcome outcome // skipped or broken
	reason  string
}

func (t *trouble) Error() string { return t.reason }

// tryAll tries the faults, so many at a time, and prints a line about each.
func (b *bench) tryAll(ctx context.Context, faults []*fault, jobs int, out io.Writer) []*result {
	fmt.Fprintf(out, "rapid draws with -rapid.seed=%d\n", rapidSeed)
	width := 0
	for _, f := range faults {
		width = max(width, len(f.name()))
	}
	results := make([]*result, len(faults))
	var printing sync.Mutex
	_ = parallel.Limited(context.WithoutCancel(ctx), len(faults), jobs, func(i int) error {
		r := b.try(ctx, faults[i])
		results[i] = r
		if ctx.Err() == nil {
			printing.Lock()
			defer printing.Unlock()
			fmt.Fprintf(out, "%-*s  %-8s  %6.1f s  %s\n", width, r.fault.name(), r.outcome, r.took.Seconds(), r.by)
		}
		return nil // so that each has a result, if only that it was called off
	})
	return results
}

// try tries one fault.
func (b *bench) try(ctx context.Context, f *fault) *result {
	start := time.Now()
	r := &result{fault: f}
	found, err := b.search(ctx, f)
	switch t, is := err.(*trouble); {
	case is:
		r.outcome, r.by = t.outcome, t.reason
	case err != nil:
		r.outcome, r.by = broken, err.Error()
	case found == nil:
		r.outcome = survived
	default:
		r.outcome, r.by = killed, found.test.String()
		if found.hang {
			r.by += " (by the time limit)"
		}
	}
	r.took = time.Since(start)
	return r
}

// search runs suite after suite until one sees the fault.
func (b *bench) search(ctx context.Context, f *fault) (*failure, error) {
	run, err := b.plant(f)
	if err != nil {
		return nil, err
	}
	for _, s := range f.suites(b.narrow) {
		found, err := run(ctx, s)
		if err != nil {
			return nil, err
		}
		if found == nil {
			continue
		}
		err = b.soundOnce(ctx, found.test)
		if whole := found.test.outermost(); err != nil && whole != found.test {
			// Its parts may need each other.
			found.test, err = whole, b.soundOnce(ctx, whole)
		}
		return found, err
	}
	return nil, nil
}

// runner runs tests on a copy of the sources; nil is that they pass.
type runner func(context.Context, suite) (*failure, error)

// plant returns what runs tests with the fault in place.
func (b *bench) plant(f *fault) (runner, error) {
	content, err := f.apply(b.root)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.copies++
	folder := filepath.Join(b.folder, fmt.Sprint(b.copies))
	b.mu.Unlock()
	if f.list.Package == python {
		return b.plantPython(folder, f, content)
	}
	return b.plantGo(folder, f, content)
}

// soundOnce returns an error if the test fails without a fault too: it then tells
// nothing.
func (b *bench) soundOnce(ctx context.Context, s suite) error {
	b.mu.Lock()
	if b.passes == nil {
		b.passes = map[suite]func() error{}
	}
	if b.passes[s] == nil {
		b.passes[s] = sync.OnceValue(func() error { return b.sound(ctx, s) })
	}
	passes := b.passes[s]
	b.mu.Unlock()
	return passes()
}

func (b *bench) sound(ctx context.Context, s suite) error {
	run := b.runGo("")
	if s.pkg == python {
		run = b.runPython(filepath.Join(b.root, python))
	}
	found, err := run(ctx, s)
	if err == nil && found != nil {
		err = fmt.Errorf("%s fails without a fault", s)
	}
	return err
}

// summarise prints what the faults came to, and reports whether all is as it is listed.
func summarise(out io.Writer, results []*result) bool {
	counts := map[outcome]int{}
	hangs, harmless := 0, 0
	var wrong []string
	for _, r := range results {
		counts[r.outcome]++
		f := r.fault
		switch {
		case r.outcome == broken:
			wrong = append(wrong, fmt.Sprintf("%s cannot be tried: %s", f.name(), r.by))
		case r.outcome == survived && f.Harmless == "":
			wrong = append(wrong, fmt.Sprintf("%s survives: %s", f.name(), f.What))
		case r.outcome == survived:
			harmless++
			fmt.Fprintf(out, "%s survives and is harmless: %s\n", f.name(), f.Harmless)
		case r.outcome == killed && f.Harmless != "":
			wrong = append(wrong, fmt.Sprintf("%s is killed by %s, and is listed as harmless: %s", f.name(), r.by, f.Harmless))
		}
		if r.outcome == killed && strings.HasSuffix(r.by, ")") {
			hangs++
		}
	}
	fmt.Fprintf(out, "%d faults: %d killed, %d of them by the time limit; %d survive, %d of them harmless; %d skipped; %d broken\n",
		len(results), counts[killed], hangs, counts[survived], harmless, counts[skipped], counts[broken])
	for _, line := range wrong {
		fmt.Fprintln(out, line)
	}
	return len(wrong) == 0
}
