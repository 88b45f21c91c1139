package metamorphic

import (
	"math"
	"testing"

	"assay/props/problems"
	"assay/samplers"
)

// TestRelationsShareAlpha: the levels at which the relations are judged, one share being that of
// each relation that is skipped, sum to the alpha of the report; and those of the reports of a
// property on n problems to alpha n/(n+1), whatever is met twice. Rounding, 1e-12 of alpha,
// is the only tolerance.
func TestRelationsShareAlpha(t *testing.T) {
	const alpha = 0.01
	p := &property{candidate: samplers.Exact(), options: Options{Alpha: alpha, Calls: 2}, reports: map[string]*Report{}}
	small := problems.Small()
	for i := range 12 {
		if _, err := p.report(t.Context(), small.Example(i%8)); err != nil {
			t.Fatal(err)
		}
	}
	sum := 0.0
	for _, r := range p.reports {
		sum += r.Alpha
		levels, judged := 0.0, 0
		for _, f := range r.Findings {
			if f.Evidence != nil {
				levels += f.Evidence.Alpha
				judged++
			}
		}
		if want := r.Alpha * float64(judged) / float64(len(r.Findings)); math.Abs(levels-want) > 1e-12*r.Alpha {
			t.Errorf("%s: %d of %d relations are judged at levels that sum to %v, want %v", r.Problem, judged, len(r.Findings), levels, want)
		}
	}
	n := float64(len(p.reports))
	if want := alpha * n / (n + 1); n < 7 || math.Abs(sum-want) > 1e-12*alpha {
		t.Errorf("%v reports at levels that sum to %v, want %v", n, sum, want)
	}
}
