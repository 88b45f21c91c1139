// Command readme executes what a README shows and compares the output with what it
// says.
//
//	go run ./ci/readme README.md
//	go run ./ci/readme -update README.md
//	go run ./ci/readme -update -run 'check prior' README.md
//
// Commands in a fence marked sh are run and must end as they should: with success,
// or as a console fence shows of the same command. In a fence marked console, a line
// that begins with "$ " is a command and the lines up to the next one are its
// output, stdout and stderr together; a command that fails prints "exit status N"
// last, as `go run` does, so a failure that the README means to show is shown as the
// reader sees it. In the output shown, a line "..." stands for any number of lines,
// and durations compare equal, whatever they are. A go fence that begins with a
// package clause is run as a test inside the module. With -update, output that
// differs is written into the README instead; -run chooses among the commands,
// and -skip leaves some out.
//
// Floating point may differ from one architecture to another, and with it every
// digit of a long run. Output is therefore compared on amd64 only; elsewhere the
// commands are still run and their exit status compared.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"
)

func main() {
	update := flag.Bool("update", false, "write output that differs into the README")
	skip := flag.String("skip", "^$", "do not run the commands that match this regular expression")
	only := flag.String("run", "", "run only the commands that match this regular expression")
	flag.Parse()
	wanted, err1 := regexp.Compile(*only)
	unwanted, err2 := regexp.Compile(*skip)
	if err := errors.Join(err1, err2); err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(2)
	}
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: readme [-update] [-run REGEXP] [-skip REGEXP] README.md")
		os.Exit(2)
	}
	content, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(2)
	}
	page := parse(string(content))
	failed, changed := false, false
	for i := range page.steps {
		step := &page.steps[i]
		if !wanted.MatchString(step.title()) || unwanted.MatchString(step.title()) || step.shown == nil && page.shows(step.command) {
			continue // not asked for, or run where its output is shown
		}
		start := time.Now()
		got, err := step.run()
		if differs := (*difference)(nil); *update && errors.As(err, &differs) {
			step.shown, changed, err = &got, true, nil
		}
		fmt.Printf("readme: line %d: %s (%.1f s)\n", step.line, step.title(), time.Since(start).Seconds())
		if err != nil {
			failed = true
			fmt.Printf("%s:%d: %v\n", flag.Arg(0), step.line, err)
		}
	}
	if changed {
		if err := os.WriteFile(flag.Arg(0), []byte(page.String()), 0o666); err != nil {
			fmt.Fprintln(os.Stderr, "readme:", err)
			os.Exit(2)
		}
	}
	if failed {
		os.Exit(1)
	}
}
