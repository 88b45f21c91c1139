package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	const text = "# Title\n\n```sh\ngo version   # a remark\n\n# only a remark\ngo env\n```\n" +
		"```console\n$ false\nexit status 1\n$ echo a\na\n```\n" +
		"```go\nfunc notATest() {}\n```\n```go\npackage x\nvar y int\n```\n```\nnothing\n```\n"
	want := []step{
		{line: 4, command: "go version"},
		{line: 7, command: "go env"},
		{line: 10, command: "false", output: "exit status 1\n", shown: true},
		{line: 12, command: "echo a", output: "a\n", shown: true},
		{line: 19, test: "package x\nvar y int\n"},
	}
	if diff := cmp.Diff(want, parse(text), cmp.AllowUnexported(step{})); diff != "" {
		t.Error(diff)
	}
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		step step
		ok   bool
	}{
		{step{command: "true"}, true},
		{step{command: "false"}, false},
		{step{command: "false", shown: true, output: "exit status 1\n"}, true},
		{step{command: "exit 3", shown: true, output: "exit status 3\n"}, true},
		{step{command: "exit 3", shown: true, output: "exit status 1\n"}, false},
		{step{command: "true", shown: true, output: "exit status 1\n"}, false},
		{step{command: "echo a; echo b >&2", shown: true, output: "a\nb\n"}, true},
		{step{command: "echo a", shown: true, output: "b\n"}, false},
		// What `go run` does: it prints the status of the program and exits with 1.
		{step{command: "echo exit status 4; exit 1", shown: true, output: "exit status 4\n"}, true},
	} {
		if err := c.step.run(); (err == nil) != c.ok {
			t.Errorf("%+v: %v, want success %v", c.step, err, c.ok)
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
