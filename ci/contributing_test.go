package ci

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	quoted  = regexp.MustCompile("`([\\w.-]+/[\\w./-]+|[\\w-]+\\.(?:go|md|sh))`")
	located = regexp.MustCompile("`(\\w+)`\\s+in\\s+`([\\w./-]+)`")
	ran     = regexp.MustCompile("(?m)(?:^|`)ci/run\\.sh ([^`#\\n]*)")
)

// contributingFaults returns what CONTRIBUTING.md says of the tree and is not true: files
// that are not there, names that are not in the file where they are said to be, steps of
// ci/run.sh that do not exist.
func contributingFaults(text string, root string, steps []string) (faults []string) {
	for _, match := range quoted.FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root, match[1])); err != nil {
			faults = append(faults, fmt.Sprintf("there is no %s", match[1]))
		}
	}
	for _, match := range located.FindAllStringSubmatch(text, -1) {
		content, err := os.ReadFile(filepath.Join(root, match[2]))
		if err == nil && !regexp.MustCompile(`\b`+match[1]+`\b`).Match(content) {
			faults = append(faults, fmt.Sprintf("%s does not say %s", match[2], match[1]))
		}
	}
	for _, match := range ran.FindAllStringSubmatch(text, -1) {
		for _, argument := range strings.Fields(match[1]) {
			if !slices.Contains(steps, argument) && !slices.Contains([]string{"quick", "--list", "--install"}, argument) {
				faults = append(faults, fmt.Sprintf("ci/run.sh knows no %s", argument))
			}
		}
	}
	return faults
}

// revisits returns the files that a numbered list names in more than one of its items.
func revisits(list string) (files []string) {
	first := map[string]int{}
	for i, item := range regexp.MustCompile(`(?m)^\d+\. `).Split(list, -1) {
		for _, match := range quoted.FindAllStringSubmatch(item, -1) {
			if at, seen := first[match[1]]; seen && at != i {
				files = append(files, match[1])
			}
			first[match[1]] = i
		}
	}
	return files
}

// TestWalk: whoever follows a call to the wealth visits no file twice.
func TestWalk(t *testing.T) {
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, walk, _ := strings.Cut(string(text), "## How a call becomes wealth")
	walk, _, _ = strings.Cut(walk, "\n## ")
	if again := revisits(walk); len(again) > 0 || !strings.Contains(walk, "9. ") {
		t.Errorf("the walk comes back to %q", again)
	}
	if again := revisits("1. `a/b.go`, `a/b.go`\n2. `a/c.go`\n3. `a/b.go`\n"); !slices.Equal(again, []string{"a/b.go"}) {
		t.Errorf("planted: %q", again)
	}
}

// TestContributing: the recipes are about the tree as it is.
func TestContributing(t *testing.T) {
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	all := steps(t)
	for _, fault := range contributingFaults(string(text), "..", all) {
		t.Error(fault)
	}
	if n := len(located.FindAllString(string(text), -1)); n < 20 {
		t.Errorf("only %d names with their files were found in CONTRIBUTING.md; this test may have lost its way", n)
	}
	const planted = "Read `props/nowhere.go` and `NOWHERE.md`; `Judge` in\n`props/judge.go`, `Jugde` in `props/judge.go`.\n" +
		"`ci/run.sh lint`, `ci/run.sh lnt`\nci/run.sh quick  # good\nci/run.sh --lsit\n"
	want := []string{"there is no props/nowhere.go", "there is no NOWHERE.md", "props/judge.go does not say Jugde", "ci/run.sh knows no lnt", "ci/run.sh knows no --lsit"}
	if got := contributingFaults(planted, "..", all); !slices.Equal(got, want) {
		t.Errorf("planted: %q, want %q", got, want)
	}
}
