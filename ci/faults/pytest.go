package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
)

// plantPython returns what runs the tests of Python over a copy of the sources with one file
// changed.
func (b *bench) plantPython(folder string, f *fault, content []byte) (runner, error) {
	if err := os.CopyFS(filepath.Join(folder, python), os.DirFS(filepath.Join(b.root, python))); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(folder, f.path()), content, 0o666); err != nil {
		return nil, err
	}
	return b.runPython(filepath.Join(folder, python)), nil
}

// interpreter returns the Python to use: that of the variable PYTHON, or python3.
func interpreter() string { return cmp.Or(os.Getenv("PYTHON"), "python3") }

// lacking says why the tests of Python cannot be run here; it is empty if they can.
var lacking = sync.OnceValue(func() string {
	output, err := exec.Command(interpreter(), "-c", "import numpy, pytest").CombinedOutput()
	if err != nil {
		return "skipped: " + interpreter() + " has no numpy and pytest: " + tail(err.Error()+" "+string(output))
	}
	return ""
})

var failedPython = regexp.MustCompile(`(?m)^FAILED \S+::(\w+)`)

// runPython returns what runs the tests in a folder that holds src and tests.
func (b *bench) runPython(folder string) runner {
	return func(ctx context.Context, s suite) (*failure, error) {
		if reason := lacking(); reason != "" {
			return nil, &trouble{skipped, reason}
		}
		source, err := filepath.Abs(filepath.Join(folder, "src"))
		if err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, b.limit)
		defer cancel()
		environ := append(os.Environ(), "PYTHONPATH="+source, "PYTHONDONTWRITEBYTECODE=1")
		syntax := "import ast, pathlib, sys; [ast.parse(p.read_text()) for p in pathlib.Path('src').rglob('*.py')]"
		if output, err := b.execute(ctx, folder, environ, interpreter(), "-c", syntax); err != nil && ctx.Err() == nil {
			return nil, &trouble{broken, "it does not compile: " + tail(output)}
		}
		args := []string{"-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"}
		if s.run != "" {
			args = append(args, "-k", s.run)
		}
		output, err := b.execute(ctx, folder, environ, interpreter(), args...)
		return readPython(s, output, err)
	}
}

// readPython makes a failure, or a trouble, of what pytest printed and how it ended.
func readPython(s suite, output string, err error) (*failure, error) {
	exit := (*exec.ExitError)(nil)
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{s, true}, nil
	case !errors.As(err, &exit):
		return nil, err
	case exit.ExitCode() == 5:
		return nil, &trouble{broken, "no test has that name: " + s.String()}
	case exit.ExitCode() > 2:
		return nil, &trouble{broken, "pytest: " + tail(output)}
	}
	match := failedPython.FindStringSubmatch(output)
	if match == nil {
		return &failure{s, false}, nil
	}
	return &failure{suite{s.pkg, match[1]}, false}, nil
}
