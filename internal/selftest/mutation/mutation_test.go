package mutation

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/internal/selftest/mutants"
)

func named(t *testing.T, name string) mutants.Mutant {
	t.Helper()
	list := mutants.List()
	i := slices.IndexFunc(list, func(m mutants.Mutant) bool { return m.Name == name })
	if i < 0 {
		t.Fatalf("no mutant %s", name)
	}
	return list[i]
}

// TestMutationRun: a bug of two coordinates is found and reduced to two; one that needs three
// components, to three, with the reason. Both take well under a second each on an idle
// machine, of ten minutes that are given. The campaigns are of fixed seeds, and a control that is
// right is rejected with probability 1e-6.
func TestMutationRun(t *testing.T) {
	table, err := Measure(t.Context(), []mutants.Mutant{named(t, "columns-swapped"), named(t, "two-components-only")},
		Options{For: 10 * time.Minute, Alpha: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(table)
	two, three := table.Rows[0], table.Rows[1]
	if !two.Found || !two.Reduced || two.Size.Dim != 2 || two.Reason != "" {
		t.Errorf("columns-swapped: %+v", two)
	}
	if !three.Found || !three.Reduced || three.Size.Components != 3 || three.Reason != "with two components it is right" {
		t.Errorf("two-components-only: %+v", three)
	}
	if !strings.Contains(table.String(), "2 of 2 found") || !strings.Contains(table.String(), "1 of them on a problem of at most") {
		t.Errorf("in words:\n%s", table)
	}
}

// TestControlIsAsked: a mutant that is as wrong as its control has no bug of its own to be
// found, and what is found of the base they share is discarded. The first counterexample is
// confirmed well under a second, of ten minutes that are given.
func TestControlIsAsked(t *testing.T) {
	base := named(t, "clipped")
	base.Control = base.Sampler
	table, err := Measure(t.Context(), []mutants.Mutant{base}, Options{For: 10 * time.Minute, Alpha: 1e-6, Discards: 1})
	if err != nil {
		t.Fatal(err)
	}
	if row := table.Rows[0]; row.Found || row.Discarded != 1 || row.Reason != "wherever it is rejected its control is rejected too" {
		t.Errorf("%+v", row)
	}
}

// TestTimeIsOver: a mutant for which there is no time is one that was not found, whatever was
// going on when the time was over, and no error.
func TestTimeIsOver(t *testing.T) {
	for range 20 {
		base := named(t, "clipped")
		base.Control = base.Sampler
		table, err := Measure(t.Context(), []mutants.Mutant{base}, Options{For: 30 * time.Millisecond, Alpha: 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		if row := table.Rows[0]; row.Found || row.Reason != "not found in the time given" {
			t.Errorf("%+v", row)
		}
	}
}

// TestRefusedByAll: a mutant that is made for none of the generated problems is given up long
// before the time is over.
func TestRefusedByAll(t *testing.T) {
	start := time.Now()
	table, err := Measure(t.Context(), []mutants.Mutant{named(t, "jacobian-missing")}, Options{For: time.Hour, Alpha: 1e-6})
	if err != nil {
		t.Fatal(err)
	}
	if row := table.Rows[0]; row.Found || row.Refused != row.Screened || row.Screened != patience || !strings.Contains(row.Reason, "uniform law") {
		t.Errorf("after %v: %+v", time.Since(start), row)
	}
}

func TestMistakesAndInterruption(t *testing.T) {
	if _, err := Measure(t.Context(), nil, Options{Alpha: 1e-6}); err == nil {
		t.Error("no time: no error")
	}
	if _, err := Measure(t.Context(), mutants.List()[:1], Options{For: time.Second, Alpha: 2}); err == nil {
		t.Error("alpha 2: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	table, err := Measure(ctx, mutants.List()[:1], Options{For: time.Second, Alpha: 1e-6})
	if err != nil || !table.Interrupted || len(table.Rows) != 0 {
		t.Errorf("interrupted: %+v, %v", table, err)
	}
}
