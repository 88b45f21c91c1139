package metamorphic

import (
	"testing"

	"assay/internal/results"
	_ "assay/internal/schema" // every result that these tests see is checked
	"assay/props/problems"
	"assay/samplers"
)

// TestHandedOver: the report is handed over last, so that it is checked against its schema.
func TestHandedOver(t *testing.T) {
	p, err := problems.Parse("gauss")
	if err != nil {
		t.Fatal(err)
	}
	var seen any
	defer results.Watch(func(result any) { seen = result })()
	if r, err := Check(t.Context(), samplers.Exact(), p, Options{Calls: 5}); err != nil || seen != any(r) {
		t.Errorf("handed over was %v, and returned %v (%v)", seen, r, err)
	}
}
