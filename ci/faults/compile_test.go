package main

import (
	"bufio"
	"bytes"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// compiler type-checks packages of the module, one file of which may be another.
type compiler struct {
	files *token.FileSet
	from  types.Importer
	goIn  map[string][]string // the Go files of a package, by its path
}

func newCompiler(t *testing.T) *compiler {
	t.Helper()
	list := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}\t{{join .GoFiles \" \"}}", "./...")
	list.Dir = root
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	c := &compiler{files: token.NewFileSet(), goIn: map[string][]string{}}
	exports := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(output))
	for lines.Scan() {
		part := strings.Split(lines.Text(), "\t")
		exports[part[0]], c.goIn[part[0]] = part[1], strings.Fields(part[2])
	}
	c.from = importer.ForCompiler(c.files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return c
}

// check returns the errors of a package, one of whose files has the given content.
func (c *compiler) check(pkg, changed string, content []byte) error {
	folder := filepath.Join(root, filepath.FromSlash(pkg))
	var files []*ast.File
	found := false
	for _, name := range c.goIn["assay/"+pkg] {
		var source any
		if name == changed {
			source, found = content, true
		}
		file, err := parser.ParseFile(c.files, filepath.Join(folder, name), source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	if !found {
		return errors.New("no file that is built here has that name")
	}
	_, err := (&types.Config{Importer: c.from}).Check("assay/"+pkg, c.files, files, nil)
	return err
}

// TestFaultsCompile: every fault is one of the sources as they stand: its text is there, once. One
// that does not compile, such as one that leaves a variable unused, is none. The control does so.
func TestFaultsCompile(t *testing.T) {
	lists, err := load("lists")
	if err != nil {
		t.Fatal(err)
	}
	c := newCompiler(t)
	for _, l := range lists {
		for _, f := range l.Faults {
			content, err := f.apply(root)
			if err != nil {
				t.Errorf("%s: %v", f.name(), err)
				continue
			}
			if l.Package == python {
				continue
			}
			if err := c.check(l.Package, f.File, content); err != nil {
				t.Errorf("%s: %v", f.name(), err)
			}
		}
	}
	unused := &fault{list: &list{Package: "spec"}, File: "exp.go", Old: "r := v - n*high - n*low\n", New: "r, unused := v-n*high-n*low, 0\n"}
	content, err := unused.apply(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.check("spec", unused.File, content); err == nil || !strings.Contains(err.Error(), "declared and not used: unused") {
		t.Errorf("a variable that is not used: %v", err)
	}
}

// TestChosenTestsExist: the tests that should see a fault are there: one at least of each
// expression. The control is an expression for none.
func TestChosenTestsExist(t *testing.T) {
	lists, err := load("lists")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lists {
		for _, f := range l.Faults {
			for _, s := range f.suites(true) {
				if s.pkg != python && s.run != "" && !exists(t, s) {
					t.Errorf("%s: no test of %s has that name: %s", f.name(), s.pkg, s.run)
				}
			}
		}
	}
	if exists(t, suite{"spec", "TestNobodyWroteThis"}) {
		t.Error("a test that nobody wrote exists")
	}
}

// exists reports whether a package has a test that the expression matches.
func exists(t *testing.T, s suite) bool {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(s.pkg), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	wanted := regexp.MustCompile(strings.Split(s.run, "/")[0])
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range declared.FindAllSubmatch(content, -1) {
			if wanted.Match(match[1]) {
				return true
			}
		}
	}
	return false
}

var declared = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
