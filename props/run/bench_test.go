package run

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems"
	"assay/samplers"
)

// BenchmarkCounting is what it costs to count what a sampler denoises: a call of dps for three draws
// of digits, asked by a runner, which counts, and alone. Of each the fastest of several is to be
// compared, on a machine that does other things too.
func BenchmarkCounting(b *testing.B) {
	p, err := problems.Parse("digits/inpaint")
	if err != nil {
		b.Fatal(err)
	}
	dps := samplers.DPS{Zeta: 0.5, Steps: 1000}
	c := callOn(p, 0)
	c.Y = make([]float64, p.Rows())
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			if err := dps.Sample(b.Context(), mat.NewDense(3, p.Dim(), nil), p, c.Y, c.Key.Stream()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("counted", func(b *testing.B) {
		r := InProcess(dps)
		for b.Loop() {
			if a := r.Answer(b.Context(), c); a.Fault != nil || a.Spent == nil {
				b.Fatal(a)
			}
		}
	})
}
