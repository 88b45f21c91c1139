package theorems

import (
	"math"
	"testing"

	"assay/reduction"
)

func TestScoreControls(t *testing.T) {
	fails(t, "vertex encoding", func(r *run) (Result, error) { return scoreWithin(r, reduction.Vertex, scoreBound) })
	for name, wrong := range map[string]func(in *reduction.Instance, sigma float64) float64{
		// Four fifths of the bound are used at places, in 40 points and one of 390 cells.
		"an eighth":          func(in *reduction.Instance, sigma float64) float64 { return in.ScoreBound(sigma) / 8 },
		"signs always right": func(in *reduction.Instance, sigma float64) float64 { return in.ScoreBound(sigma) * in.WrongSign(sigma) },
	} {
		fails(t, name, func(r *run) (Result, error) { return scoreWithin(r, reduction.Lattice, wrong) })
	}
	for i, c := range oneBitCells {
		fails(t, "a tenth of the term "+c.term, func(r *run) (Result, error) {
			return scoreWithin(r, reduction.Lattice, func(in *reduction.Instance, sigma float64) float64 { return termwise(in, sigma, i, 0.1) })
		})
	}
	fails(t, "half of the term step", func(r *run) (Result, error) {
		return scoreWithin(r, reduction.Lattice, func(in *reduction.Instance, sigma float64) float64 { return termwise(in, sigma, 0, 0.5) })
	})
}

// termwise is [reduction.Instance.ScoreBound] put together from its terms, one of which, by its place in
// oneBitCells, is multiplied by a factor.
func termwise(in *reduction.Instance, sigma float64, at int, factor float64) float64 {
	R, eps := in.Dials().R, in.Dials().Eps
	n, m, s := float64(in.Function().N), float64(in.Function().M), sigma*R
	v, shrink := s*s/(1+s*s), s/(1+s*s)
	wrong := math.Erfc(R/math.Hypot(1, s)/math.Sqrt2) / 2
	step, smooth := eps*eps/(s*s), math.Inf(1)
	if math.Sqrt(v) >= 0.5*eps {
		bottom, slope := 1.0, 0.0
		for k := 1.0; k < 60; k++ {
			q := 2 * math.Exp(-math.Pi*math.Pi*k*k*v/(2*eps*eps))
			bottom += q * math.Cos(math.Pi*k)
			slope += q * k * math.Pi / eps
		}
		smooth = math.Pow(2*shrink*slope/bottom, 2)
	}
	middle := wrong * 4 / 27 * math.Pow(math.Expm1(m*in.LogCosetRatio(sigma)), 2)
	terms := []*float64{&step, &smooth, &wrong, &middle}
	if at >= 0 {
		*terms[at] *= factor
	}
	bit := min(wrong, middle, math.Pow(in.SecretShift(sigma), 2))
	output := in.WrongSign(sigma) * min(step, smooth)
	if math.IsNaN(output) {
		output = 0
	}
	return m*output + n*math.Pow(2*R*shrink, 2)*bit
}

// TestTermwise: with no term multiplied, it is ScoreBound.
func TestTermwise(t *testing.T) {
	for _, eps := range []float64{0.3, 0.6, 1.2} {
		for decade := -3.0; decade < 3; decade += 0.2 {
			in, s := instance(t, "goldreich:n=8,m=6,R=6,eps=%v", eps), math.Pow(10, decade)
			if got, want := termwise(in, s/6, -1, 1), in.ScoreBound(s/6); math.Abs(got-want) > 1e-9*want {
				t.Errorf("eps %v, sigma %v: %v, want %v", eps, s, got, want)
			}
		}
	}
}
