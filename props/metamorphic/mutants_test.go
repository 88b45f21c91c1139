package metamorphic

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"assay/internal/selftest/mutants"
	"assay/props"
)

// TestMutants prints which relations each known bug breaks, on the problem where it is
// wrong: the table of docs/metamorphic.md. Each relation must see one of them at least. The
// controls, the same samplers without the bug, must break none; that one does by chance has
// probability 1e-6 each.
func TestMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 20 s; not with -short")
	}
	caught := map[string]int{}
	controls := map[string]bool{}
	total := 0
	for _, m := range mutants.List() {
		o := Options{Calls: 400}
		r, err := Check(t.Context(), m.Sampler, m.Problem, o)
		if err != nil {
			t.Fatal(err)
		}
		failing := r.Failing()
		what := strings.Join(failing, ", ")
		switch {
		case r.Stop == props.StopFault:
			what = "crashes"
		case len(failing) == 0:
			what = "nothing"
		}
		var skipped []string
		for _, f := range r.Findings {
			if f.Skipped != "" {
				skipped = append(skipped, f.Relation)
			}
		}
		if len(skipped) > 0 {
			what += "; refuses " + strings.Join(skipped, ", ")
		}
		fmt.Fprintf(t.Output(), "%-31s %s\n", m.Name, what)
		total++
		for _, name := range failing {
			caught[name]++
		}
		key := m.Control.Name() + m.Problem.Name()
		if controls[key] {
			continue
		}
		controls[key] = true
		c, err := Check(t.Context(), m.Control, m.Problem, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Failing()) > 0 {
			t.Errorf("the control %s on %s breaks %v", m.Control.Name(), m.Problem.Name(), c.Failing())
		}
	}
	for _, relation := range append(slices.Clone(relations), relation{Name: joint}) {
		fmt.Fprintf(t.Output(), "%-11s sees %d of %d\n", relation.Name, caught[relation.Name], total)
		if caught[relation.Name] == 0 {
			t.Errorf("%s sees no mutant", relation.Name)
		}
	}
}
