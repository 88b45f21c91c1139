package ci

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// floors says which others inside props a package there may import. What is on one floor
// does not know what is built on it. A package that is not here has no place yet.
var floors = map[string][]string{
	"props/evidence":      {},
	"props/problems":      {},
	"props/problems/hard": {"props/problems"},
	"props/run":           {"props/evidence"},
	"props":               {"props/evidence", "props/problems", "props/run"},
	"props/inversion":     {"props", "props/evidence", "props/run"},
	"props/fuzz":          {"props", "props/evidence", "props/problems", "props/run"},
	"props/metamorphic":   {"props", "props/evidence"},
}

// floorFault returns what is wrong, if anything, with a package inside props that imports
// another one; both without the name of the module.
func floorFault(from, to string) string {
	allowed, known := floors[from]
	switch {
	case topOf(from) != "props" || topOf(to) != "props" || from == to:
		return ""
	case !known:
		return fmt.Sprintf("%s has no floor inside props: say in ci/floors_test.go what it may import", from)
	case !slices.Contains(allowed, to):
		return fmt.Sprintf("%s imports %s; inside props it may import %v", from, to, allowed)
	}
	return ""
}

// withoutReduction are the packages that judge. They need no circuits, not even through
// others: what is about hard instances is built on them.
var withoutReduction = []string{"props", "props/evidence", "props/problems", "props/run", "props/report"}

// ofReduction is where hard instances are made and what only they need.
var ofReduction = []string{"reduction", "internal/circuit", "internal/relu"}

// reachFaults returns the paths on which a package that judges reaches reduction, given
// the imports of each package of ours.
func reachFaults(imports map[string][]string) (faults []string) {
	for _, start := range withoutReduction {
		way := map[string]string{start: start}
		for next := []string{start}; len(next) > 0; next = next[1:] {
			for _, to := range imports[next[0]] {
				if way[to] != "" {
					continue
				}
				way[to] = way[next[0]] + " -> " + to
				if slices.Contains(ofReduction, topOf(to)) {
					faults = append(faults, way[to])
				} else {
					next = append(next, to)
				}
			}
		}
	}
	return faults
}

// graph returns the imports of each package of ours by others of ours, tests apart, without
// the name of the module.
func graph(t *testing.T) map[string][]string {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports, Dir: ".."}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for _, pkg := range loaded {
		from := strings.TrimPrefix(pkg.PkgPath, module+"/")
		imports[from] = nil
		for path := range pkg.Imports {
			if to, ok := strings.CutPrefix(path, module+"/"); ok {
				imports[from] = append(imports[from], to)
			}
		}
		slices.Sort(imports[from])
	}
	return imports
}

// TestFloors: judging needs no circuits, directly or not, and every package that has a
// floor is there.
func TestFloors(t *testing.T) {
	imports := graph(t)
	for _, fault := range reachFaults(imports) {
		t.Errorf("%s; what judges may not reach reduction", fault)
	}
	for _, pkg := range slices.Sorted(maps.Keys(floors)) {
		if _, ok := imports[pkg]; !ok {
			t.Errorf("there is no %s, which has a floor", pkg)
		}
	}
	planted := map[string][]string{
		"props":               {"props/evidence", "props/problems", "spec"},
		"props/problems":      {"internal/catalogue"},
		"internal/catalogue":  {"reduction/oneway"},
		"props/report":        {"props", "reduction"},
		"props/problems/hard": {"reduction"},
		"props/run":           {"internal/circuit"},
	}
	want := []string{
		"props -> props/problems -> internal/catalogue -> reduction/oneway",
		"props/problems -> internal/catalogue -> reduction/oneway",
		"props/report -> reduction",
		"props/run -> internal/circuit",
		"props/report -> props -> props/problems -> internal/catalogue -> reduction/oneway",
	}
	got := reachFaults(planted)
	for _, way := range want[:4] {
		if !slices.Contains(got, way) {
			t.Errorf("planted: %q is not among %q", way, got)
		}
	}
	if len(got) != len(want) {
		t.Errorf("planted: %d ways %q, want %d", len(got), got, len(want))
	}
}
