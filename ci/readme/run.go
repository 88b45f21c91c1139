package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// difference is the error of a command whose output is not what is shown.
type difference struct{ command, got, shown string }

func (d *difference) Error() string {
	return fmt.Sprintf("%s printed\n%s\nbut shown is\n%s", d.command, d.got, d.shown)
}

// run does the step and returns its output. It is an error if the step fails where
// that is not shown, or the output is not what is shown.
func (s *step) run() (got string, err error) {
	if s.test != "" {
		return "", runTest(s.test)
	}
	command := exec.Command("bash", "-c", s.command)
	output, err := command.CombinedOutput()
	got = string(output)
	if err != nil && !command.ProcessState.Exited() {
		return got, fmt.Errorf("%s did not end by itself: %w", s.command, err)
	}
	if err != nil && !strings.HasPrefix(lastLine(got), exitStatus) {
		got += fmt.Sprintf("%s%d\n", exitStatus, command.ProcessState.ExitCode())
	}
	same := false
	switch {
	case s.shown == nil && err != nil:
		return got, fmt.Errorf("%s failed:\n%s", s.command, got)
	case s.shown == nil:
		same = true
	case runtime.GOARCH == "amd64":
		same = matches(*s.shown, got)
	case err != nil:
		same = lastLine(*s.shown) == lastLine(got)
	default:
		same = !strings.HasPrefix(lastLine(*s.shown), exitStatus)
	}
	if !same {
		return got, &difference{s.command, got, *s.shown}
	}
	return got, nil
}

// exitStatus begins the last line of the output of a command that fails.
const exitStatus = "exit status "

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

// runTest runs the source of a test as a package of its own in the module, under a
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
