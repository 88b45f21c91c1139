package props

import (
	"slices"
	"testing"

	"assay/samplers"
)

// TestVerdictsAtEachY: a property keeps the verdicts at different y, and that on all y, apart, and gives
// each of them again when it is asked.
func TestVerdictsAtEachY(t *testing.T) {
	o, err := newOptions([]JudgeOption{Calls(3)})
	if err != nil {
		t.Fatal(err)
	}
	p := &property{candidate: samplers.Exact(), options: o, verdicts: map[string]*Verdict{}}
	problem := parsed(t, "gauss:d=2,m=1")[0]
	at := [][]float64{{1}, {2}, nil}
	var first []*Verdict
	for round := range 2 {
		for i, y := range at {
			var options []PosteriorOption
			if y != nil {
				options = append(options, At(y))
			}
			v, err := p.judge(t.Context(), problem, 3, options...)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(v.Problems[0].Y, y) {
				t.Errorf("at y = %v the verdict is on %v", y, v.Problems[0].Y)
			}
			if round == 0 {
				first = append(first, v)
			} else if v != first[i] {
				t.Errorf("at y = %v the verdict is another when it is asked for again", y)
			}
		}
	}
	if p.met != len(at) {
		t.Errorf("%d judgements have spent alpha, want %d", p.met, len(at))
	}
}
