//go:build unix

package external_test

import (
	"slices"
	"strings"
	"testing"

	"assay/props"
	"assay/samplers/external"
	"assay/spec"
)

// TestUnseeded: a verdict on a program whose draws do not come from the seed alone says so, for each
// problem, however many processes there are. The control is one whose draws do, and one that is
// rejected is warned of too. None of it changes what is bet on: the outcomes are those of the draws.
func TestUnseeded(t *testing.T) {
	on := []*spec.Problem{problem(t, "gauss"), problem(t, "gmm:d=2,dy=1")}
	for mode, want := range map[string]int{"unseeded": 2, "exact": 0, "prior": 0, "batch": 0} {
		for _, jobs := range []int{1, 2} {
			c := start(t, mode, external.Options{Jobs: jobs})
			verdict, err := props.Judge(t.Context(), c, on, props.Calls(40), props.Jobs(jobs), props.Terse())
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Fault != nil {
				t.Fatalf("%s: %v", mode, verdict.Fault)
			}
			warned := slices.DeleteFunc(slices.Clone(verdict.Warnings), func(w string) bool { return !strings.HasPrefix(w, "the same seed gave other draws on ") })
			if len(warned) != want {
				t.Errorf("%s, %d processes: warnings %q, want %d", mode, jobs, verdict.Warnings, want)
			}
			if !slices.IsSorted(warned) {
				t.Errorf("the warnings come in the order of the calls: %q", warned)
			}
		}
	}
}
