package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// list is the faults of one package: a file of JSON.
type list struct {
	name string // of the file, without its ending

	// Package is the folder of the package, relative to the root; python for what lies in
	// python/src.
	Package string `json:"package"`
	// Also names packages whose tests, besides those of Package, a fault has to survive.
	Also   []string `json:"also"`
	Faults []*fault `json:"faults"`
}

// python is the package whose faults are tried with pytest.
const python = "python"

// fault is one small mistake that somebody could make.
type fault struct {
	list *list

	ID   string `json:"id"`   // unique in its list
	What string `json:"what"` // what is wrong with it, in words
	File string `json:"file"` // in the folder of the package
	Old  string `json:"old"`  // occurs once in the file
	New  string `json:"new"`  // stands in its place
	// Run chooses the tests of the package that should see the fault (a regular expression as
	// of go test -run; of pytest -k for Python), In those of other packages. They are tried
	// first, since they are quick; then everything is.
	Run string            `json:"run"`
	In  map[string]string `json:"in"`
	// Bound says that the fault is one in the arithmetic of the false-alarm bound, or of an
	// interval that is printed with a confidence: no such fault can be harmless.
	Bound bool `json:"bound"`
	// Harmless says why nothing that is promised is broken by the fault, so that no test need
	// see it.
	Harmless string `json:"harmless"`
}

// name returns the name of the fault among those of all lists.
func (f *fault) name() string { return f.list.name + "/" + f.ID }

// path returns the path of the file, relative to the root.
func (f *fault) path() string {
	if f.list.Package == python {
		return filepath.Join(python, "src", "assay_candidate", f.File)
	}
	return filepath.Join(filepath.FromSlash(f.list.Package), f.File)
}

// suite is some tests of one package.
type suite struct{ pkg, run string } // run is empty for all

func (s suite) String() string {
	if s.run == "" {
		return s.pkg
	}
	return s.pkg + " " + s.run
}

// outermost returns the test that a part of one belongs to.
func (s suite) outermost() suite {
	s.run, _, _ = strings.Cut(s.run, "/")
	return s
}

// suites returns the tests that the fault is tried against, in turn: the chosen ones and then,
// unless narrow is set, all tests of its package and of those that its list names.
func (f *fault) suites(narrow bool) []suite {
	var all []suite
	if f.Run != "" {
		all = append(all, suite{f.list.Package, f.Run})
	}
	for _, pkg := range slices.Sorted(maps.Keys(f.In)) {
		all = append(all, suite{pkg, f.In[pkg]})
	}
	if narrow && len(all) > 0 {
		return all
	}
	all = append(all, suite{f.list.Package, ""})
	for _, pkg := range f.list.Also {
		all = append(all, suite{pkg, ""})
	}
	return slices.Compact(all)
}

// apply returns the content of the faulty file.
func (f *fault) apply(root string) ([]byte, error) {
	content, err := os.ReadFile(filepath.Join(root, f.path()))
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(content, []byte(f.Old)); n != 1 {
		return nil, fmt.Errorf("%s holds the old text %d times, want once: %q", f.path(), n, f.Old)
	}
	return bytes.Replace(content, []byte(f.Old), []byte(f.New), 1), nil
}

// check returns an error if the fault is not completely given.
func (f *fault) check() error {
	_, err := regexp.Compile(f.Run)
	switch {
	case f.ID == "" || f.What == "" || f.File == "" || f.Old == "":
		return errors.New("want an id, what is wrong, a file, and an old text")
	case f.Old == f.New:
		return errors.New("the new text is the old one")
	case f.Bound && f.Harmless != "":
		return errors.New("no fault in the arithmetic of the bound is harmless")
	}
	return err
}

// load reads all lists of a folder.
func load(folder string) ([]*list, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no lists of faults in %s", folder)
	}
	var lists []*list
	var problems []error
	for _, path := range paths {
		l, err := read(path)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		lists = append(lists, l)
		seen := map[string]bool{}
		for _, f := range l.Faults {
			if seen[f.ID] {
				problems = append(problems, fmt.Errorf("%s: there are two", f.name()))
			}
			seen[f.ID] = true
			if err := f.check(); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", f.name(), err))
			}
		}
	}
	return lists, errors.Join(problems...)
}

func read(path string) (*list, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	l := &list{name: strings.TrimSuffix(filepath.Base(path), ".json")}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(l); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, f := range l.Faults {
		f.list = l
	}
	return l, nil
}
