package samplers

import (
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// digitsLike is a problem of the shape of the digits: 1,797 points in 64 dimensions
// in [-1, 1], 32 coordinates measured.
func digitsLike(b *testing.B) (*spec.Problem, []float64) {
	const points, d, m = 1797, 64, 32
	rng := stream(b)
	x := mat.NewDense(points, d, nil)
	for i := range points {
		for j := range d {
			x.Set(i, j, 2*rng.Float64()-1)
		}
	}
	a := mat.NewDense(m, d, nil)
	for i := range m {
		a.Set(i, i, 1)
	}
	p := must(spec.NewProblem("digits-like", must(spec.NewDataSet(x, 0.1)), must(spec.NewLinear(a, 0.1))))
	y := make([]float64, m)
	p.Draw(make([]float64, d), y, rng)
	return p, y
}

// BenchmarkDraws reports draws per second, in calls for few draws, as a judge makes
// them, and for many.
func BenchmarkDraws(b *testing.B) {
	p, y := digitsLike(b)
	for _, s := range []spec.Sampler{Exact(), Prior(), Diffusion{Heun, 50}, Diffusion{Ancestral, 500}, DPS{Zeta: 0.5, Steps: 1000}, PiGDM{Steps: 100}} {
		for _, draws := range []struct {
			name string
			n    int
		}{{"1", 1}, {"9", 9}, {"64", 64}} {
			b.Run(s.Name()+"/L="+draws.name, func(b *testing.B) {
				rng := stream(b)
				dst := mat.NewDense(draws.n, 64, nil)
				for b.Loop() {
					if err := s.Sample(b.Context(), dst, p, y, rng); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(draws.n*b.N)/b.Elapsed().Seconds(), "draws/s")
			})
		}
	}
}
