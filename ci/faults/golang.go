package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// rapidSeed is what rapid's generators start with: the same in every run, so that what a
// property kills does not depend on luck.
const rapidSeed = 1

// plantGo returns what runs tests of Go over the sources with one file changed.
func (b *bench) plantGo(folder string, f *fault, content []byte) (runner, error) {
	if err := os.Mkdir(folder, 0o777); err != nil {
		return nil, err
	}
	changed := filepath.Join(folder, filepath.Base(f.File))
	if err := os.WriteFile(changed, content, 0o666); err != nil {
		return nil, err
	}
	original, err := filepath.Abs(filepath.Join(b.root, f.path()))
	if err != nil {
		return nil, err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: changed}})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "overlay.json")
	return b.runGo(path), os.WriteFile(path, overlay, 0o666)
}

// runGo returns what runs tests of Go, with an overlay unless it is empty. The overlay is in
// the environment, so that go commands that a test runs see it too.
func (b *bench) runGo(overlay string) runner {
	environ := os.Environ()
	if overlay != "" {
		environ = append(environ, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	}
	return func(ctx context.Context, s suite) (*failure, error) {
		pkg := "./" + s.pkg
		args := []string{"test", "-count=1", "-failfast", "-vet=off", "-timeout=" + b.limit.String(), "-run=" + s.run, pkg}
		knows, err := b.knowsRapid(ctx, pkg)
		if err != nil {
			return nil, err
		}
		if knows {
			args = append(args, fmt.Sprintf("-rapid.seed=%d", rapidSeed), "-rapid.nofailfile")
		}
		output, err := b.execute(ctx, b.root, environ, "go", args...)
		return readGo(s, output, err)
	}
}

// knowsRapid reports whether the tests of a package know the flags of rapid.
func (b *bench) knowsRapid(ctx context.Context, pkg string) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if knows, known := b.rapid[pkg]; known {
		return knows, nil
	}
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-test", pkg)
	list.Dir = b.root
	output, err := list.Output()
	if err != nil {
		return false, fmt.Errorf("go list %s: %w", pkg, err)
	}
	if b.rapid == nil {
		b.rapid = map[string]bool{}
	}
	b.rapid[pkg] = bytes.Contains(output, []byte("pgregory.net/rapid"))
	return b.rapid[pkg], nil
}

// building is what may be spent on top of the time limit, which is one of tests alone.
const building = 10 * time.Minute

// execute runs a program, whose own time-out is the finer one.
func (b *bench) execute(ctx context.Context, folder string, environ []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, b.limit+building)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = folder, environ
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	output, err := c.CombinedOutput()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return string(output), err
}

var (
	failedGo  = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)
	runningGo = regexp.MustCompile(`running tests:\s+(\S+)`)
)

// readGo makes a failure, or a trouble, of what go test printed and how it ended.
func readGo(s suite, output string, err error) (*failure, error) {
	exit := (*exec.ExitError)(nil)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{s, true}, nil
	case strings.Contains(output, "[build failed]") || strings.Contains(output, "[setup failed]"):
		return nil, &trouble{broken, "it does not compile: " + tail(output)}
	case err == nil && strings.Contains(output, "[no tests to run]"), err == nil && strings.Contains(output, "[no test files]"):
		return nil, &trouble{broken, fmt.Sprintf("no test has that name: %s", s)}
	case err == nil:
		return nil, nil
	case !errors.As(err, &exit):
		return nil, err
	}
	if strings.Contains(output, "panic: test timed out") {
		return &failure{only(s, runningGo.FindAllStringSubmatch(output, -1)), true}, nil
	}
	if !strings.Contains(output, "FAIL") {
		return nil, &trouble{broken, "go test: " + tail(output)}
	}
	return &failure{only(s, failedGo.FindAllStringSubmatch(output, -1)), false}, nil
}

// only returns the suite of the first test that an expression found, or of the innermost one in it
// that is named next; the whole if it found none: a process may die before it names a test.
func only(s suite, matches [][]string) suite {
	name := ""
	for _, match := range matches {
		if name != "" && !strings.HasPrefix(match[1], name+"/") {
			break
		}
		name = match[1]
	}
	if name == "" {
		return s
	}
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return suite{s.pkg, strings.Join(parts, "/")}
}

// tail returns the end of an output, on one line.
func tail(output string) string {
	line := strings.Join(strings.Fields(output), " ")
	return line[max(0, len(line)-300):]
}
