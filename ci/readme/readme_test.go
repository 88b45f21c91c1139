package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const example = "# Title\n\n```sh\ngo version   # a remark\n\n# only a remark\nfalse\n```\n" +
	"```console\n$ false\nexit status 1\n$ echo a\n```\n" +
	"```go\nfunc notATest() {}\n```\n```go\npackage x\nvar y int\n```\n```\nnothing\n```\n"

func TestParse(t *testing.T) {
	status, nothing := "exit status 1\n", ""
	want := []step{
		{line: 4, command: "go version"},
		{line: 7, command: "false"},
		{line: 10, command: "false", shown: &status, end: 12},
		{line: 12, command: "echo a", shown: &nothing, end: 13},
		{line: 18, test: "package x\nvar y int\n"},
	}
	p := parse(example)
	if diff := cmp.Diff(want, p.steps, cmp.AllowUnexported(step{})); diff != "" {
		t.Error(diff)
	}
	if !p.shows("false") || p.shows("go version") || p.shows("") {
		t.Error("shows is wrong about what is shown")
	}
}

func TestUpdate(t *testing.T) {
	p := parse(example)
	if diff := cmp.Diff(example, p.String()); diff != "" {
		t.Errorf("unchanged, but\n%s", diff)
	}
	none, output := "", "a\nb\n"
	p.steps[2].shown, p.steps[3].shown = &none, &output
	want := strings.Replace(strings.Replace(example, "exit status 1\n", "", 1), "$ echo a\n", "$ echo a\na\nb\n", 1)
	if diff := cmp.Diff(want, p.String()); diff != "" {
		t.Error(diff)
	}
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		command, shown string
		ok             bool
	}{
		{"false", "exit status 1\n", true},
		{"exit 3", "exit status 3\n", true},
		{"exit 3", "exit status 1\n", false},
		{"true", "exit status 1\n", false},
		{"echo a; echo b >&2", "a\nb\n", true},
		{"echo a", "b\n", false},
		// What `go run` does: it prints the status of the program and exits with 1.
		{"echo exit status 4; exit 1", "exit status 4\n", true},
	} {
		_, err := (&step{command: c.command, shown: &c.shown}).run()
		if (err == nil) != c.ok {
			t.Errorf("%s, shown as %q: %v, want success %v", c.command, c.shown, err, c.ok)
		}
		if differs := (*difference)(nil); !c.ok && !errors.As(err, &differs) {
			t.Errorf("%s, shown as %q: %v is not a difference", c.command, c.shown, err)
		}
	}
	killed, differs := "exit status -1\n", (*difference)(nil)
	if _, err := (&step{command: "kill -KILL $$", shown: &killed}).run(); err == nil || errors.As(err, &differs) {
		t.Errorf("a command that was killed: %v, want an error that -update does not mend", err)
	}
	for command, ok := range map[string]bool{"true": true, "false": false} {
		if _, err := (&step{command: command}).run(); (err == nil) != ok {
			t.Errorf("%s: %v, want success %v", command, err, ok)
		}
	}
}

func TestMatches(t *testing.T) {
	const got = "one\ntwo 1.5\ntook 3.1 s\nend"
	for _, shown := range []string{got, "one\n...\nend", "...", "one\ntwo 1.5\ntook 12 ms\nend", "...\ntwo 1.5\n..."} {
		if !matches(shown, got) {
			t.Errorf("%q does not match", shown)
		}
	}
	for _, shown := range []string{"", "one", "one\n...\ntwo 1.5", strings.Replace(got, "1.5", "1.6", 1), "two 1.5\n..."} {
		if matches(shown, got) {
			t.Errorf("%q matches", shown)
		}
	}
}
