package evidence

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// TestResiduals: for x = (2y, 3y) + e, the two entries of e of deviation 1 and correlation
// .8, the residuals are e and the innovations are e_1 and g = (e_2 - .8 e_1)/.6, up to the
// error of a regression on 256 draws: below .3 (1 + |e_1| + |g|), some four deviations of
// the coefficients. Where e = (2, -2), taking the residual for the innovation is off by 4.
func TestResiduals(t *testing.T) {
	rng := spec.Stream(1, "residuals", nil, 0)
	x, y := mat.NewDense(pilotDraws, 2, nil), mat.NewDense(pilotDraws, 1, nil)
	for i := range pilotDraws {
		v, e := rng.NormFloat64(), rng.NormFloat64()
		y.Set(i, 0, v)
		x.SetRow(i, []float64{2*v + e, 3*v + .8*e + .6*rng.NormFloat64()})
	}
	location, yLocation := newScaling(x), newScaling(y)
	z, u := standardised(x, location), standardised(y, yLocation)
	s := newResiduals(z, u, []int{0, 1})
	if len(s.Names()) != 5 {
		t.Fatalf("names %q", s.Names())
	}
	members := [][]float64{{0, 0}, {1, -1}, {2, .5}, {2, -2}}
	p := &Pool{X: mat.NewDense(len(members), 2, nil), Z: mat.NewDense(len(members), 2, nil), U: make([]float64, 1)}
	yLocation.standardise(p.U, []float64{1})
	for i, e := range members {
		location.standardise(p.Z.RawRowView(i), []float64{2 + e[0], 3 + e[1]})
	}
	residual := s.of(p)
	innovations := s.innovations(residual)
	dst := blank(s, len(members))
	s.Evaluate(dst, p)
	for i, e := range members {
		g := (e[1] - .8*e[0]) / .6
		off := .3 * (1 + math.Abs(e[0]) + math.Abs(g))
		for j := range e {
			if got := residual.At(i, j) * location.deviation[j]; math.Abs(got-e[j]) > off {
				t.Errorf("e = %v: residual %v, want %v", e, got, e[j])
			}
		}
		w := innovations.RawRowView(i)
		if math.Abs(w[0]-e[0]) > off || math.Abs(w[1]-g) > off {
			t.Errorf("e = %v: innovations %v, want %v and %v", e, w, e[0], g)
		}
		a, b := residual.At(i, 0), residual.At(i, 1)
		for k, want := range []float64{a*a + b*b, w[0]*w[0] + w[1]*w[1], w[0] * w[0], w[1] * w[1], w[0] * w[1]} {
			if math.Abs(dst[k][i]-want) > 1e-12*(1+math.Abs(want)) {
				t.Errorf("e = %v: %s is %v, want %v", e, s.Names()[k], dst[k][i], want)
			}
		}
	}
}

// TestResidualsOfOddDraws: too much to regress on, data that say nothing, coordinates that
// follow from each other and draws beyond all scales are ordinary.
func TestResidualsOfOddDraws(t *testing.T) {
	rng := spec.Stream(1, "odd residuals", nil, 0)
	z := mat.NewDense(pilotDraws, 3, nil)
	for i := range pilotDraws {
		v := rng.NormFloat64()
		z.SetRow(i, []float64{v, v, -v})
	}
	if s := newResiduals(z, mat.NewDense(pilotDraws, maxRegressors+1, nil), []int{0, 1, 2}); s.b != nil {
		t.Error("a regression on more than a fourth as many numbers as there are draws")
	}
	if s := newResiduals(z, mat.NewDense(pilotDraws, 2, nil), []int{0, 1, 2}); mat.Norm(s.b, 2) != 0 {
		t.Error("constant data predict something")
	}
	huge := mat.NewDense(pilotDraws, 3, nil)
	huge.Apply(func(int, int, float64) float64 { return 1e200 * rng.NormFloat64() }, huge)
	for name, z := range map[string]*mat.Dense{"follow": z, "huge": huge, "zero": mat.NewDense(pilotDraws, 3, nil)} {
		s := newResiduals(z, nil, []int{0, 1, 2})
		for _, v := range s.innovations(mat.NewDense(1, 3, []float64{1, 1, -1})).RawRowView(0) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%s: innovation %v", name, v)
			}
		}
	}
}
