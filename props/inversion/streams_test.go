package inversion

import (
	"fmt"
	"testing"

	"assay/internal/defaults"
	"assay/props/problems/hard"
	"assay/samplers"
	"assay/spec"
)

// TestStreamsOfAnInversion are one for each target and one for each request, and no two are the
// same.
func TestStreamsOfAnInversion(t *testing.T) {
	in, name, err := hard.Parse("identity:n=4")
	if err != nil {
		t.Fatal(err)
	}
	opened, purposes := map[string]bool{}, map[string]int{}
	watched := Options{opened: func(purpose string, digest []byte, replicate uint64) {
		key := fmt.Sprintf("%s of %x, replicate %d", purpose, digest, replicate)
		if opened[key] {
			t.Errorf("%s is opened twice", key)
		}
		opened[key] = true
		purposes[purpose]++
	}}
	if _, err := Invert(t.Context(), samplers.Exact(), in, name, spec.Tolerance{}, watched); err != nil {
		t.Fatal(err)
	}
	if len(purposes) != 2 || purposes["invert"] != defaults.Targets || purposes["candidate"] != defaults.Targets {
		t.Errorf("streams %v, want an inversion's and a candidate's for each of %d targets", purposes, defaults.Targets)
	}
}
