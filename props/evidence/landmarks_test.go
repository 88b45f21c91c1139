package evidence

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// TestLandmarkFollowsTheData: the reference point is the landmark of the largest likelihood,
// and what the landmarks say of the largest posterior density is the largest of the log
// joint density over them, both by the likelihood of package spec.
func TestLandmarkFollowsTheData(t *testing.T) {
	p := line(t, 3, 1)
	rng := spec.Stream(1, "landmarks", nil, 0)
	x := mat.NewDense(pilotDraws, 3, nil)
	p.Prior().Sample(x, rng)
	location := newScaling(x)
	s := newLandmarks(p, x, location)
	logPrior, likelihood := make([]float64, s.count()), make([]float64, s.count())
	for k := range logPrior {
		logPrior[k] = rng.NormFloat64()
	}
	for range 20 {
		y := []float64{3 + 6*rng.NormFloat64()}
		measurement, _ := p.Linear()
		measurement.LogLikelihood(likelihood, s.x, y)
		best := floats.MaxIdx(likelihood)
		at := mat.NewDense(2, 3, nil)
		at.SetRow(0, s.z.RawRowView(best))
		values := blank(s, 2)
		s.Evaluate(values, &Pool{X: at, Z: at, Y: y})
		if values[0][0] != 0 || values[0][1] == 0 {
			t.Errorf("y = %v: nearness %v, want 0 at the landmark of the largest likelihood", y, values[0])
		}
		floats.Add(likelihood, logPrior)
		if got, want := s.largest(logPrior, y), floats.Max(likelihood); math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Errorf("y = %v: largest log joint density %v, want %v", y, got, want)
		}
	}
}

// TestWeightOfTheTail: on a pool that holds the mode of a normal law, the witness is the log
// ratio of the t density of 5 degrees of freedom to the normal density of the same
// covariance, less that ratio at the mode.
func TestWeightOfTheTail(t *testing.T) {
	const d, nu = 2.0, 5.0
	prior, err := spec.NewIsotropic(make([]float64, d), 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("normal", prior, spec.Unmeasured(d))
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(pilotDraws, d, nil)
	prior.Sample(x, spec.Stream(1, "tail", nil, 0))
	const sigma = 1e-9
	s := newDensities(p, sigma, newLandmarks(p, x, newScaling(x)), false)
	members := mat.NewDense(4, d, []float64{0, 0, 1, 0, 2, -1, 5, 5})
	values := blank(s, 4)
	s.Evaluate(values, &Pool{X: members})
	logT := func(q float64) float64 { // up to a constant; the scale matrix is (nu-2)/nu I
		return -(nu + d) / 2 * math.Log(1+q/((nu-2)/nu)/nu)
	}
	for i := range 4 {
		row := members.RawRowView(i)
		q := floats.Dot(row, row)
		if want, got := -(-q/2 - logT(q)), values[1][i]; math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Errorf("at %v: %v, want %v", row, got, want)
		}
	}
}
