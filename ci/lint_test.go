// Package ci keeps the rules of the house as tests: which package may import
// which, where randomness may come from, how long a file may be. Every rule is
// also shown a file that breaks it. run.sh, in the same folder, runs all that
// must pass before a change is accepted.
package ci

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path that our own imports begin with.
const module = "assay"

// mayImport says, for each folder at the top of the tree and for the packages of internal
// that are built on them, which others of ours the packages in it may import besides their
// own; inside props floors_test.go says more. Nobody imports cmd or ci.
var mayImport = map[string][]string{
	"spec":               {},
	"internal/circuit":   {},
	"reduction":          {"spec", "internal/circuit"},
	"internal/inverter":  {"spec", "reduction", "internal/circuit"},
	"internal/relu":      {"spec", "reduction", "internal/circuit"},
	"samplers":           {"spec"},
	"internal/registry":  {"spec"},
	"internal/tractable": {"spec"},
	"internal/planted":   {},
	"internal/schema":    {}, // for tests
	"props":              {"spec", "reduction", "samplers", "internal/clock", "internal/planted", "internal/registry"},
	"internal/theorems":  {"spec", "reduction", "samplers", "props", "internal/circuit", "internal/inverter", "internal/relu", "internal/planted"},
	"internal/hardness":  {"spec", "reduction", "samplers", "props", "internal/inverter", "internal/theorems"},
	"internal/clock":     {"props"},
	"internal/fuzz":      {"spec", "props", "internal/clock"},
	"internal/selftest":  {"spec", "reduction", "samplers", "props", "internal/fuzz", "internal/planted"},
	"cmd":                {"spec", "reduction", "samplers", "props", "internal/fuzz", "internal/relu", "internal/theorems", "internal/hardness", "internal/selftest"},
	"ci":                 {},
}

// utilities are folders in internal that everybody may import, and that import nothing of
// ours, not even each other.
var utilities = []string{"internal/catalogue", "internal/defaults", "internal/digest", "internal/identity", "internal/kinds", "internal/langevin", "internal/lock", "internal/memory", "internal/npy", "internal/parallel", "internal/place", "internal/results", "internal/stats", "internal/tally", "internal/text", "internal/tweedie", "internal/version", "internal/wealth"}

// source is one Go file of the tree, its path relative to the root with slashes.
type source struct {
	path    string
	content []byte
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// top returns the folder at the top of the tree that holds the file.
func (s source) top() string { return topOf(s.path) }

// topOf returns the first folder of a path with slashes, and the second too within internal.
func topOf(path string) string {
	parts := strings.Split(path, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		return strings.Join(parts[:2], "/")
	}
	return parts[0]
}

// sources returns every Go file under the root, whatever its build tags.
func sources(t *testing.T) []source {
	t.Helper()
	root := os.DirFS("..")
	var found []source
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != "." && (strings.ContainsAny(entry.Name()[:1], "._") || entry.Name() == "testdata") {
			return fs.SkipDir // the go command does not look there either
		}
		if entry.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		content, err := fs.ReadFile(root, path)
		found = append(found, source{path, content})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// importFaults returns the imports that the picture of the house does not allow.
// Tests may look anywhere.
func importFaults(s source) ([]string, error) {
	if s.isTest() {
		return nil, nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), s.path, s.content, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	allowed, known := mayImport[s.top()]
	if slices.Contains(utilities, s.top()) {
		known = true
	} else if known {
		allowed = slices.Concat(allowed, utilities)
	}
	if !known {
		return []string{fmt.Sprintf("%s: a Go file outside the folders of the house", s.path)}, nil
	}
	var faults []string
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		first, rest, _ := strings.Cut(path, "/")
		if first == module {
			if fault := floorFault(filepath.ToSlash(filepath.Dir(s.path)), rest); fault != "" {
				faults = append(faults, s.path+": "+fault)
			}
			target := topOf(rest)
			if target != s.top() && !slices.Contains(allowed, target) {
				faults = append(faults, fmt.Sprintf("%s imports %s; %s may import %v", s.path, path, s.top(), allowed))
			}
		} else if s.top() == "spec" && strings.Contains(first, ".") && !strings.HasPrefix(path, "gonum.org/v1/") {
			faults = append(faults, fmt.Sprintf("%s imports %s; spec may import the standard library and gonum only", s.path, path))
		}
	}
	return faults, nil
}

// randomPackages are those whose functions draw from a global source.
var randomPackages = []string{"math/rand", "math/rand/v2", "golang.org/x/exp/rand"}

// harmless are the names in them that draw nothing: types, and what makes a source
// or a generator from a seed.
var harmless = []string{"Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf", "New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf"}

// globalFaults returns the uses of a global random source.
func globalFaults(s source) ([]string, error) {
	if s.isTest() {
		return nil, nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, s.path, s.content, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var faults []string
	random := map[string]bool{} // the names under which the file imports them
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(randomPackages, path) {
			continue
		}
		name := "rand"
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			faults = append(faults, fmt.Sprintf("%s: %s is imported with a dot, which hides the global source", files.Position(spec.Pos()), path))
		}
		random[name] = true
	}
	ast.Inspect(file, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := selector.X.(*ast.Ident)
		if ok && random[pkg.Name] && !slices.Contains(harmless, selector.Sel.Name) {
			faults = append(faults, fmt.Sprintf("%s: %s.%s draws from the global source; take a *rand.Rand", files.Position(n.Pos()), pkg.Name, selector.Sel.Name))
		}
		return true
	})
	return faults, nil
}

// lengthFaults returns whether the file is too long to be one concept.
func lengthFaults(s source) ([]string, error) {
	limit := 400
	if s.isTest() {
		limit = 600
	}
	if lines := bytes.Count(s.content, []byte("\n")); lines > limit && !bytes.HasPrefix(s.content, []byte("// Code generated ")) {
		return []string{fmt.Sprintf("%s has %d lines; at most %d", s.path, lines, limit)}, nil
	}
	return nil, nil
}

// rule is what is asked of every file, and a file that breaks it: planted must give
// as many faults as its lines that say "fault".
type rule struct {
	name    string
	faults  func(source) ([]string, error)
	planted []source
}

var rules = []rule{
	{"imports", importFaults, []source{
		{"spec/planted.go", []byte("package spec\nimport _ \"assay/samplers\" // fault\nimport _ \"gonum.org/v1/gonum/mat\"\nimport _ \"math\"\n")},
		{"spec/planted.go", []byte("package spec\nimport _ \"pgregory.net/rapid\" // fault\n")},
		{"samplers/external/planted.go", []byte("package external\nimport _ \"assay/internal/circuit\" // fault\nimport _ \"assay/spec\"\nimport _ \"assay/samplers\"\n")},
		{"reduction/planted.go", []byte("package reduction\nimport _ \"assay/samplers\" // fault\n")},
		{"props/planted.go", []byte("package props\nimport _ \"assay/cmd/assay\" // fault\nimport _ \"assay/samplers\"\n")},
		{"props/planted.go", []byte("package props\nimport _ \"assay/internal/selftest/mutants\" // fault\n")},
		{"internal/selftest/mutation/planted.go", []byte("package mutation\nimport _ \"assay/internal/selftest/mutants\"\nimport _ \"assay/cmd/assay\" // fault\n")},
		{"internal/catalogue/planted.go", []byte("package catalogue\nimport _ \"assay/internal/parallel\" // fault\nimport _ \"strings\"\n")},
		{"internal/parallel/planted.go", []byte("package parallel\nimport _ \"assay/spec\" // fault\nimport _ \"sync\"\n")},
		{"internal/text/planted.go", []byte("package text\nimport _ \"assay/spec\" // fault\nimport _ \"text/tabwriter\"\n")},
		{"internal/planted/planted.go", []byte("package planted\nimport _ \"assay/spec\" // fault\nimport _ \"gonum.org/v1/gonum/mat\"\n")},
		{"samplers/planted.go", []byte("package samplers\nimport _ \"assay/internal/planted\" // fault\n")},
		{"internal/other/planted.go", []byte("package other // fault\n")},
		{"samplers/planted.go", []byte("package samplers\nimport _ \"assay/internal/selftest/mutants\" // fault\n")},
		{"props/evidence/planted.go", []byte("package evidence\nimport _ \"assay/props/problems\" // fault\nimport _ \"assay/spec\"\n")},
		{"props/problems/planted.go", []byte("package problems\nimport _ \"assay/props/problems/hard\" // fault\n")},
		{"props/metamorphic/planted.go", []byte("package metamorphic\nimport _ \"assay/props/inversion\" // fault\nimport _ \"assay/props\"\n")},
		{"props/attic/planted.go", []byte("package attic\nimport _ \"assay/props\" // fault\n")},
		{"helpers/planted.go", []byte("package helpers // fault\n")},
	}},
	{"global source", globalFaults, []source{
		{"spec/planted.go", []byte("package spec\nimport \"math/rand/v2\"\nvar x = rand.Float64() // fault\nvar r = rand.New(rand.NewPCG(1, 2))\nvar y = r.Float64()\n")},
		{"spec/planted.go", []byte("package spec\nimport other \"math/rand\"\nfunc f() { other.Shuffle(1, nil) } // fault\n")},
		{"spec/planted.go", []byte("package spec\nimport . \"math/rand/v2\" // fault\nvar x = Float64()\n")},
	}},
	{"length", lengthFaults, []source{
		{"spec/planted.go", []byte("// fault\n" + strings.Repeat("\n", 400))},
		{"spec/planted_test.go", []byte("// fault\n" + strings.Repeat("\n", 600))},
		{"spec/planted.go", []byte("// as long as it may be\n" + strings.Repeat("\n", 399))},
	}},
}

func TestHouse(t *testing.T) {
	files := sources(t)
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			for _, file := range files {
				faults, err := rule.faults(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range faults {
					t.Error(fault)
				}
			}
		})
		t.Run(rule.name+"/planted", func(t *testing.T) {
			for _, file := range rule.planted {
				faults, err := rule.faults(file)
				if err != nil {
					t.Fatal(err)
				}
				if want := bytes.Count(file.content, []byte("// fault")); len(faults) != want {
					t.Errorf("%s:\n%.200s\ngave %d faults, want %d: %q", file.path, file.content, len(faults), want, faults)
				}
			}
		})
	}
}
