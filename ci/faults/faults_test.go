package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The kinds of faults that the planted module is tried with.
var (
	seen    = fault{ID: "seen", What: "the sum ends too early", File: "planted.go", Old: "i <= n", New: "i < n"}
	unseen  = fault{ID: "unseen", What: "the product is a sum", File: "planted.go", Old: "n * Product", New: "n + Product"}
	hanging = fault{ID: "hanging", What: "the sum never ends", File: "planted.go", Old: "i++", New: "i += 0"}
	spared  = func(f fault) fault { f.Harmless = "nobody multiplies"; return f }
	narrow  = func(f fault, run string) fault { f.Run = run; return f }
)

// planted returns a copy of the planted module with a list of the faults.
func planted(t *testing.T, faults ...fault) (root string) {
	t.Helper()
	root = t.TempDir()
	if err := os.CopyFS(root, os.DirFS("testdata/planted")); err != nil {
		t.Fatal(err)
	}
	l := list{Package: "."}
	for i := range faults {
		l.Faults = append(l.Faults, &faults[i])
	}
	text, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "ci", "faults", "lists")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "planted.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestCommand: each list makes the command end with the exit code that it should, and say why. The
// module is not touched.
func TestCommand(t *testing.T) {
	for name, test := range map[string]struct {
		faults []fault
		args   []string
		code   int
		said   []string
	}{
		"as listed": {[]fault{narrow(seen, "TestSum"), spared(unseen)}, nil, 0,
			[]string{"planted/seen    killed", ". ^TestSum$", "planted/unseen survives and is harmless: nobody multiplies", "2 faults: 1 killed, 0 of them by the time limit; 1 survive, 1 of them harmless"}},
		"the chosen tests do not see it": {[]fault{narrow(seen, "TestNothing")}, nil, 0, []string{"planted/seen  killed", ". ^TestSum$"}},
		"and no others are tried":        {[]fault{narrow(seen, "TestNothing")}, []string{"-narrow"}, 1, []string{"planted/seen survives"}},
		"parts that need each other":     {[]fault{narrow(seen, "TestParts")}, nil, 0, []string{"planted/seen  killed", ". ^TestParts$"}},
		"a hang":                         {[]fault{hanging}, []string{"-limit", "3s"}, 0, []string{"^TestSum$ (by the time limit)", "1 killed, 1 of them by the time limit"}},
		"a survivor":                     {[]fault{seen, unseen}, nil, 1, []string{"planted/unseen survives: the product is a sum"}},
		"out of date":                    {[]fault{spared(seen)}, nil, 1, []string{"planted/seen is killed by . ^TestSum$, and is listed as harmless: nobody multiplies"}},
		"does not compile":               {[]fault{{ID: "x", What: "x", File: "planted.go", Old: "sum += i", New: "unused := i"}}, nil, 1, []string{"planted/x cannot be tried: it does not compile", "declared and not used"}},
		"no such text":                   {[]fault{{ID: "x", What: "x", File: "planted.go", Old: "sum -= i"}}, nil, 1, []string{`planted/x cannot be tried: planted.go holds the old text 0 times, want once: "sum -= i"`}},
		"a text that is there twice":     {[]fault{{ID: "x", What: "x", File: "planted.go", Old: "return"}}, nil, 1, []string{"holds the old text 5 times"}},
		"no change":                      {[]fault{{ID: "x", What: "x", File: "planted.go", Old: "i++", New: "i++"}}, nil, 1, []string{"the new text is the old one"}},
		"two of one name":                {[]fault{seen, seen}, nil, 1, []string{"planted/seen: there are two"}},
		"no such test":                   {[]fault{narrow(seen, "TestProduct")}, nil, 1, []string{"planted/seen cannot be tried: no test has that name: . TestProduct"}},
		"nothing chosen":                 {[]fault{seen}, []string{"-only", "see"}, 2, []string{"no fault has that name"}},
		"no fraction":                    {[]fault{seen}, []string{"-fraction", "2"}, 2, []string{"0 < fraction <= 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := planted(t, test.faults...)
			before := contents(t, root)
			var out strings.Builder
			code := command(t.Context(), append([]string{"-root", root, "-all"}, test.args...), &out, &out)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.said {
				if !strings.Contains(out.String(), want) {
					t.Errorf("want %q in\n%s", want, out.String())
				}
			}
			if diff := cmp.Diff(before, contents(t, root)); diff != "" {
				t.Errorf("the module is another one:\n%s", diff)
			}
		})
	}
}

// A test that fails without a fault kills nothing.
func TestUnsound(t *testing.T) {
	t.Setenv("PLANTED_BROKEN", "1")
	var out strings.Builder
	code := command(t.Context(), []string{"-root", planted(t, narrow(unseen, "TestBroken")), "-all"}, &out, &out)
	if want := "^TestBroken$ fails without a fault"; code != 1 || !strings.Contains(out.String(), want) {
		t.Errorf("exit code %d; want 1, and %q in\n%s", code, want, out.String())
	}
}

// contents returns the files of a folder.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestSample: a fraction is as large as it says, in the order of the list, a function of the
// seed, and every fault is in it now and then: one of 30 is left out by 200 tenths with
// probability 0.9^200 = 7e-10, so some one of them with 2e-8.
func TestSample(t *testing.T) {
	faults := make([]*fault, 30)
	for i := range faults {
		faults[i] = &fault{ID: string(rune('a' + i))}
	}
	met := map[*fault]bool{}
	for seed := range uint64(200) {
		some := sample(faults, 0.1, seed)
		if len(some) != 3 || !slices.Equal(some, sample(faults, 0.1, seed)) {
			t.Fatalf("seed %d: %d faults, want the same 3 again", seed, len(some))
		}
		if !slices.IsSortedFunc(some, func(a, b *fault) int { return strings.Compare(a.ID, b.ID) }) {
			t.Errorf("seed %d: out of order", seed)
		}
		for _, f := range some {
			met[f] = true
		}
	}
	if len(met) != len(faults) {
		t.Errorf("200 tenths met %d of %d faults", len(met), len(faults))
	}
}

// TestReadGo: of what go test prints the test that failed first is taken, innermost; a time-out is
// said, and what does not compile or runs no test is trouble.
func TestReadGo(t *testing.T) {
	all := suite{"cmd/assay", "Test"}
	failed := exec.Command("sh", "-c", "exit 1").Run()
	for name, test := range map[string]struct {
		output string
		err    error
		want   *failure
		said   string // of the error
	}{
		"passes": {"ok  	assay/cmd/assay	0.1s", nil, nil, ""},
		"fails": {"--- FAIL: TestScripts (0.10s)\n    --- FAIL: TestScripts/exit (0.05s)\n        exit.txtar:1\n    --- FAIL: TestScripts/json (0.05s)\nFAIL\n", failed,
			&failure{suite{"cmd/assay", "^TestScripts$/^exit$"}, false}, ""},
		"two":       {"--- FAIL: TestA (0.10s)\n--- FAIL: TestB (0.05s)\nFAIL\n", failed, &failure{suite{"cmd/assay", "^TestA$"}, false}, ""},
		"panics":    {"panic: boom\n\ngoroutine 1\nFAIL	assay/cmd/assay	0.1s", failed, &failure{all, false}, ""},
		"times out": {"panic: test timed out after 1s\n	running tests:\n		TestScripts/a.b (1s)\n\nFAIL	assay/cmd/assay	1.1s", failed, &failure{suite{"cmd/assay", `^TestScripts$/^a\.b$`}, true}, ""},
		"no test":   {"ok  	assay/cmd/assay	0.1s [no tests to run]", nil, nil, "no test has that name: cmd/assay Test"},
		"no code":   {"x.go:1: undefined: y\nFAIL	assay/cmd/assay [build failed]", failed, nil, "it does not compile: x.go:1: undefined: y FAIL assay/cmd/assay [build failed]"},
	} {
		got, err := readGo(all, test.output, test.err)
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(failure{}, suite{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		if test.said == "" && err != nil || test.said != "" && (err == nil || err.Error() != test.said) {
			t.Errorf("%s: %v, want %q", name, err, test.said)
		}
	}
}

// TestReadPython: what pytest prints, and how it ends, is read as what it means.
func TestReadPython(t *testing.T) {
	all := suite{python, "errors or calls"}
	ends := func(code int) error {
		err := exec.Command("sh", "-c", "exit "+string(rune('0'+code))).Run()
		if err == nil && code != 0 {
			t.Fatal("it ends well")
		}
		return err
	}
	for name, test := range map[string]struct {
		output string
		err    error
		want   *failure
		said   string // of the error
	}{
		"passes":   {"3 passed", nil, nil, ""},
		"fails":    {"=====\nFAILED tests/test_serve.py::test_errors[ValueError-2] - assert 1\n1 failed", ends(1), &failure{suite{python, "test_errors"}, false}, ""},
		"an error": {"ERROR tests/test_priors.py - ImportError", ends(2), &failure{all, false}, ""},
		"no test":  {"no tests ran", ends(5), nil, "no test has that name: python errors or calls"},
		"usage":    {"unrecognised", ends(4), nil, "pytest: unrecognised"},
	} {
		got, err := readPython(all, test.output, test.err)
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(failure{}, suite{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		if test.said == "" && err != nil || test.said != "" && (err == nil || err.Error() != test.said) {
			t.Errorf("%s: %v, want %q", name, err, test.said)
		}
	}
}

// TestLists: the lists are as many faults as they are to be, a third in the arithmetic of the
// bound, of which none is harmless (see [fault.check]); of all no more than a twentieth are.
func TestLists(t *testing.T) {
	lists, err := load("lists")
	if err != nil {
		t.Fatal(err)
	}
	total, bound, harmless := 0, 0, 0
	for _, l := range lists {
		for _, f := range l.Faults {
			total++
			if f.Bound {
				bound++
			}
			if f.Harmless != "" {
				harmless++
			}
		}
	}
	t.Logf("%d faults in %d lists, %d in the arithmetic of the bound, %d harmless", total, len(lists), bound, harmless)
	if total < 150 || bound < 50 || 20*harmless > total {
		t.Errorf("%d faults, %d in the arithmetic of the bound, %d harmless; want at least 150 and 50, and at most one in 20", total, bound, harmless)
	}
}

// TestBound: a fault in the arithmetic of the bound cannot be listed as harmless.
func TestBound(t *testing.T) {
	f := spared(seen)
	f.Bound = true
	if err := f.check(); err == nil || !strings.Contains(err.Error(), "no fault in the arithmetic of the bound is harmless") {
		t.Errorf("error %v", err)
	}
}

// TestInterrupted: an interrupted run says so, and calls nothing killed.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out strings.Builder
	code := command(ctx, []string{"-root", planted(t, seen), "-all"}, &out, &out)
	if code != 130 || !strings.Contains(out.String(), "interrupted") || strings.Contains(out.String(), "killed") {
		t.Errorf("exit code %d:\n%s", code, out.String())
	}
}
