package inversion_test

import (
	"testing"

	"assay/internal/results"
	_ "assay/internal/schema" // every result that these tests see is checked
	"assay/props/inversion"
	"assay/samplers"
	"assay/spec"
)

// TestHandedOver: the verdict is handed over, so that it is checked against its schema.
func TestHandedOver(t *testing.T) {
	var seen any
	defer results.Watch(func(result any) { seen = result })()
	if v := invert(t, samplers.Prior(), "goldreich:n=10,m=10", spec.Tolerance{}, inversion.Options{Targets: 1}); seen != any(v) {
		t.Errorf("handed over was %v, and returned %v", seen, v)
	}
}
