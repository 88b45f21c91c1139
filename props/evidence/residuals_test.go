package evidence

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// TestResiduals: for x = (2y, 3y) + e the residuals are e, up to the error of a regression
// on 256 draws with a ridge of 1: below 0.3 in coordinates whose e has deviation 1, that is
// four times 1/sqrt(256) for |y| <= 1. A regression on the wrong thing is off by 2.
func TestResiduals(t *testing.T) {
	rng := spec.Stream(1, "residuals", nil, 0)
	x, y := mat.NewDense(pilotDraws, 2, nil), mat.NewDense(pilotDraws, 1, nil)
	for i := range pilotDraws {
		v := rng.NormFloat64()
		y.Set(i, 0, v)
		x.SetRow(i, []float64{2*v + rng.NormFloat64(), 3*v + rng.NormFloat64()})
	}
	location, yLocation := newScaling(x), newScaling(y)
	s, ok := newResiduals(x, y, location, yLocation)
	if !ok || len(s.names()) != 2 {
		t.Fatalf("residuals: %v, %v", ok, s)
	}
	e := [][]float64{{0, 0}, {1, -1}, {2, .5}}
	p := &pool{x: mat.NewDense(len(e), 2, nil), z: mat.NewDense(len(e), 2, nil), u: make([]float64, 1)}
	yLocation.standardise(p.u, []float64{1})
	for i, e := range e {
		location.standardise(p.z.RawRowView(i), []float64{2 + e[0], 3 + e[1]})
	}
	dst := [][]float64{make([]float64, 3), make([]float64, 3)}
	s.evaluate(dst, p)
	for i, e := range e {
		a, b := location.deviation[0], location.deviation[1]
		const off = .3
		if want := e[0]*e[0]/(a*a) + e[1]*e[1]/(b*b); math.Abs(dst[0][i]-want) > 2*off*(math.Abs(e[0])/(a*a)+math.Abs(e[1])/(b*b))+2*off*off/(a*a) {
			t.Errorf("e = %v: squared length %v, want %v", e, dst[0][i], want)
		}
		if want := e[0] * e[1] / (a * b); math.Abs(dst[1][i]-want) > (off*(math.Abs(e[0])+math.Abs(e[1]))+off*off)/(a*b) {
			t.Errorf("e = %v: product %v, want %v", e, dst[1][i], want)
		}
	}
	if _, ok := newResiduals(x, mat.NewDense(pilotDraws, maxRegressors+1, nil), location, newScaling(mat.NewDense(pilotDraws, maxRegressors+1, nil))); ok {
		t.Error("a regression on more than a fourth as many numbers as there are draws")
	}
	// Data that say nothing, and the same number twice.
	if s, ok := newResiduals(x, mat.NewDense(pilotDraws, 2, nil), location, newScaling(mat.NewDense(pilotDraws, 2, nil))); !ok || mat.Norm(s.b, 2) != 0 {
		t.Error("constant data predict something")
	}
}
