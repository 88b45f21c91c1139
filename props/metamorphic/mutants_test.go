package metamorphic

import (
	"flag"
	"strings"
	"testing"

	"assay/props"
	"assay/props/mutants"
)

var everyMutant = flag.Bool("mutants", false, "check every mutant and its control, and print the table of which relation sees it")

// TestMutants prints which relations each known bug breaks, on the problem where it is
// wrong. The controls are sound but for discretisation, and stand for false alarms: a
// control that breaks a relation is told, and is an error unless the sampler is
// approximate. That any other does has probability 1e-6 each.
func TestMutants(t *testing.T) {
	if !*everyMutant {
		t.Skip("takes minutes; run with -mutants")
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
		t.Logf("%-36s %s", m.Name, what)
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
	for _, relation := range append(Relations(), Relation{Name: Joint}) {
		t.Logf("%-12s sees %d of %d", relation.Name, caught[relation.Name], total)
	}
}
