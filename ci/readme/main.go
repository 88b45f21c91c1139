// Command readme executes what a README shows and compares the output with what it
// says.
//
//	go run ./ci/readme README.md
//
// Commands in a fence marked sh are run and must succeed. In a fence marked
// console, a line that begins with "$ " is a command and the lines up to the next
// one are its output, stdout and stderr together; a command that fails prints
// "exit status N" last, as `go run` does, so a failure that the README means to
// show is shown as the reader sees it. In the output shown, a line "..." stands for
// any number of lines, and durations compare equal, whatever they are. A go fence
// that begins with a package clause of a test is run as a test inside the module.
//
// Floating point may differ from one architecture to another, and with it every
// digit of a long run. Output is therefore compared on amd64 only; elsewhere the
// commands are still run and their exit status compared.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

func main() {
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: readme README.md")
		os.Exit(2)
	}
	content, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(2)
	}
	failed := false
	for _, step := range parse(string(content)) {
		start := time.Now()
		err := step.run()
		fmt.Printf("readme: line %d: %s (%.1f s)\n", step.line, step.title(), time.Since(start).Seconds())
		if err != nil {
			failed = true
			fmt.Printf("%s:%d: %v\n", flag.Arg(0), step.line, err)
		}
	}
	if failed {
		os.Exit(1)
	}
}

// step is one command or one test that the README shows.
type step struct {
	line    int    // of the README, where it begins
	command string // for bash; empty if it is a test
	test    string // Go source of a test; empty if it is a command
	output  string // as shown; compared only if shown is set
	shown   bool
}

func (s step) title() string {
	if s.test != "" {
		return "go test on the code shown"
	}
	return "$ " + s.command
}

// parse returns the steps of a README in order.
func parse(text string) []step {
	var steps []step
	fence := ""
	open := 0 // index in steps of what the present fence has begun
	for i, line := range strings.Split(text, "\n") {
		if mark, ok := strings.CutPrefix(line, "```"); ok {
			if fence != "" {
				fence = ""
			} else if fence = mark; fence == "" {
				fence = "text"
			}
			open = len(steps)
			continue
		}
		switch fence {
		case "sh":
			if command, _, _ := strings.Cut(line, " #"); strings.TrimSpace(command) != "" && !strings.HasPrefix(command, "#") {
				steps = append(steps, step{line: i + 1, command: strings.TrimSpace(command)})
			}
		case "console":
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				steps = append(steps, step{line: i + 1, command: command, shown: true})
			} else if len(steps) > open {
				steps[len(steps)-1].output += line + "\n"
			}
		case "go":
			if len(steps) > open {
				steps[open].test += line + "\n"
			} else if strings.HasPrefix(line, "package ") {
				steps = append(steps, step{line: i + 1, test: line + "\n"})
			}
		}
	}
	return steps
}

// run does the step and returns in what it differs from what is shown.
func (s step) run() error {
	if s.test != "" {
		return runTest(s.test)
	}
	command := exec.Command("bash", "-c", s.command)
	output, err := command.CombinedOutput()
	got := string(output)
	if err != nil {
		status := fmt.Sprintf("exit status %d", command.ProcessState.ExitCode())
		if !strings.HasPrefix(lastLine(got), "exit status ") {
			got += status + "\n"
		}
		if !s.shown {
			return fmt.Errorf("%s failed:\n%s", s.command, got)
		}
	}
	if !s.shown {
		return nil
	}
	if runtime.GOARCH != "amd64" {
		if last := lastLine(s.output); strings.HasPrefix(last, "exit status ") != (err != nil) || err != nil && last != lastLine(got) {
			return fmt.Errorf("%s ended otherwise than shown:\n%s", s.command, got)
		}
		return nil
	}
	if !matches(s.output, got) {
		return fmt.Errorf("%s printed\n%s\nbut shown is\n%s", s.command, got, s.output)
	}
	return nil
}

func lastLine(text string) string {
	text = strings.TrimRight(text, "\n")
	return text[strings.LastIndex(text, "\n")+1:]
}

// duration matches how long something took, in the forms that Go prints.
var duration = regexp.MustCompile(`\b([0-9]+h)?([0-9]+m)?[0-9]+(\.[0-9]+)? ?(µs|ms|s)\b|\(cached\)`)

// matches reports whether the output got is what is shown.
func matches(shown, got string) bool {
	normal := func(text string) string {
		return duration.ReplaceAllString(strings.TrimSpace(text), "TIME")
	}
	var pattern strings.Builder
	for line := range strings.SplitSeq(normal(shown), "\n") {
		if strings.TrimSpace(line) == "..." {
			pattern.WriteString(`(?:[^\n]*\n)*?`)
		} else {
			pattern.WriteString(regexp.QuoteMeta(strings.TrimRight(line, " ")) + ` *\n`)
		}
	}
	return regexp.MustCompile(`\A` + pattern.String() + `\z`).MatchString(normal(got) + "\n")
}

// runTest runs the source of a test as a package of the module of its own, under a
// name that ./... does not match.
func runTest(source string) (err error) {
	folder, err := os.MkdirTemp(".", "_readme")
	if err != nil {
		return err
	}
	defer func() {
		if removal := os.RemoveAll(folder); err == nil {
			err = removal
		}
	}()
	if err := os.WriteFile(filepath.Join(folder, "readme_test.go"), []byte(source), 0o666); err != nil {
		return err
	}
	output, err := exec.Command("go", "test", "-count=1", "./"+folder).CombinedOutput()
	if err != nil {
		return fmt.Errorf("the test shown failed:\n%s", output)
	}
	return nil
}
