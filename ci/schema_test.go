package ci

import (
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// checker is the package that has every result of a test binary checked against the schemas in
// docs, handing the one through which results go.
const (
	checker = "internal/schema"
	handing = "internal/results"
)

// uncheckedFaults returns the packages whose tests can reach a door, given the imports of each
// package of ours and those of its tests, and do not import what checks its results.
func uncheckedFaults(imports, tests map[string][]string) (faults []string) {
	for pkg, direct := range tests {
		seen := map[string]bool{}
		for next := append(slices.Clone(direct), pkg); len(next) > 0; next = next[1:] {
			if !seen[next[0]] {
				seen[next[0]] = true
				next = append(next, imports[next[0]]...)
			}
		}
		if seen[handing] && !slices.Contains(direct, checker) && pkg != handing && pkg != checker {
			faults = append(faults, fmt.Sprintf("%s: its tests can reach a door and do not import %s/%s, which checks what comes out", pkg, module, checker))
		}
	}
	slices.Sort(faults)
	return faults
}

// TestResultsAreChecked: every verdict that a test of whatever package comes by is checked
// against its schema.
func TestResultsAreChecked(t *testing.T) {
	tests := map[string][]string{}
	for _, s := range sources(t) {
		if !s.isTest() {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), s.path, s.content, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		pkg := path.Dir(s.path)
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if to, ok := strings.CutPrefix(name, module+"/"); ok {
				tests[pkg] = append(tests[pkg], to)
			}
		}
	}
	for _, fault := range uncheckedFaults(graph(t), tests) {
		t.Error(fault)
	}
	imports := map[string][]string{"props": {"spec", handing}, "internal/fuzz": {"props"}, "spec": nil, handing: nil}
	planted := map[string][]string{
		"spec":          {"internal/text"},         // reaches none
		"samplers":      {"spec", "props"},         // through what a test imports
		"internal/fuzz": {"samplers"},              // through the package itself
		"props":         {"samplers", checker},     // is checked
		"reduction":     {"internal/fuzz", "spec"}, // through another
	}
	if got := uncheckedFaults(imports, planted); len(got) != 3 || !strings.HasPrefix(got[0], "internal/fuzz:") || !strings.HasPrefix(got[1], "reduction:") || !strings.HasPrefix(got[2], "samplers:") {
		t.Errorf("planted: %q, want one each of internal/fuzz, reduction and samplers", got)
	}
}
