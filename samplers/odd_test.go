package samplers

import (
	"errors"
	"math"
	"strings"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// oddProblem draws problems at the edges: any scale and distance from the origin, flat
// directions, weights of zero, points that repeat, rows of A that vanish or repeat,
// more rows than columns, tiny and huge noise.
func oddProblem(t *rapid.T) *spec.Problem {
	d := rapid.IntRange(1, 4).Draw(t, "d")
	scale := math.Pow(10, float64(rapid.IntRange(-6, 6).Draw(t, "log10 scale")))
	offset := scale * rapid.SampledFrom([]float64{0, 1, 1e6}).Draw(t, "offset")
	vector := func(name string, lo float64) []float64 {
		v := make([]float64, d)
		for j := range v {
			v[j] = scale * rapid.Float64Range(lo, 1).Draw(t, name)
		}
		return v
	}
	point := func() []float64 {
		v := vector("mean", -1)
		for j := range v {
			v[j] += offset
		}
		return v
	}
	var prior spec.Prior
	switch rapid.SampledFrom([]string{"gaussian", "mixture", "data"}).Draw(t, "family") {
	case "gaussian":
		prior = must(spec.NewDiagonal(point(), vector("sd", 0)))
	case "mixture":
		parts := []*spec.Gaussian{must(spec.NewDiagonal(point(), vector("sd", 0.01))), must(spec.NewDiagonal(point(), vector("sd", 0.01)))}
		prior = must(spec.NewMixture([]float64{1, rapid.SampledFrom([]float64{0, 1e-300, 1}).Draw(t, "weight")}, parts))
	default:
		points := mat.NewDense(3, d, nil)
		points.SetRow(0, point())
		points.SetRow(1, points.RawRowView(0))
		points.SetRow(2, point())
		prior = must(spec.NewDataSet(points, scale*0.1))
	}
	m := rapid.IntRange(0, 6).Draw(t, "m")
	measurement := spec.Unmeasured(d)
	if m > 0 {
		a := mat.NewDense(m, d, nil)
		for i := range m {
			for j := range d {
				a.Set(i, j, rapid.SampledFrom([]float64{0, 0, 1, -1, 1e-3, 1e3}).Draw(t, "A"))
			}
		}
		measurement = must(spec.NewLinear(a, math.Pow(10, float64(rapid.IntRange(-6, 6).Draw(t, "log10 beta")))))
	}
	return must(spec.NewProblem("odd", prior, measurement))
}

// On any problem a sampler returns finite draws, declines, or says that it
// diverged; the last only PiGDM does, and particles, on priors beyond unit scale.
func TestOddProblems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := oddProblem(t)
		y := make([]float64, p.Rows())
		rng := spec.Stream(1, "odd", p.Digest(), 0)
		p.Draw(make([]float64, p.Dim()), y, rng)
		for _, s := range everySampler(15) {
			if rejection, ok := s.(*Rejection); ok {
				rejection.Max = 3000
			}
			x := mat.NewDense(3, p.Dim(), nil)
			err := s.Sample(t.Context(), x, p, y, rng)
			var refusal *spec.Refusal
			_, pigdm := s.(PiGDM)
			_, tds := s.(TDS)
			_, smc := s.(SMC)
			switch {
			case errors.As(err, &refusal):
			case pigdm && err != nil && strings.Contains(err.Error(), "the iteration diverged"):
			case (tds || smc) && err != nil && strings.Contains(err.Error(), "they diverged, or none can give y"):
			case err != nil:
				t.Fatalf("%s: %v", s.Name(), err)
			default:
				for _, v := range x.RawMatrix().Data {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Fatalf("%s: a draw of %v", s.Name(), v)
					}
				}
			}
		}
	})
}
