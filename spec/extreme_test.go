package spec

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// allFinite fails unless all numbers are finite.
func allFinite(t *rapid.T, what string, v []float64) {
	for _, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Fatalf("%s: %v", what, v)
		}
	}
}

// TestNoNaN takes laws and measurements of any size (units from 1e-6 to 1e6, far
// from the origin, flat, repeated) and every operation on them.
func TestNoNaN(t *testing.T) {
	power := func(t *rapid.T, lo, hi float64, name string) float64 {
		return math.Pow(10, rapid.Float64Range(lo, hi).Draw(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 6).Draw(t, "d")
		unit := power(t, -6, 6, "log10 unit")
		far := rapid.SampledFrom([]float64{0, 1, 1e6}).Draw(t, "distance from the origin") * unit
		var prior family
		switch small := drawFamily(t, d, true, rng).(type) {
		case *DataSet:
			var points mat.Dense
			points.Apply(func(_, _ int, v float64) float64 { return far + unit*v }, small.Points())
			s, err := NewDataSet(&points, small.Bandwidth()*unit)
			if err != nil {
				t.Fatal(err)
			}
			prior = s
		case *Mixture:
			var weights []float64
			var parts []*Gaussian
			for k := range small.Len() {
				w, g := small.Component(k)
				weights = append(weights, w)
				parts = append(parts, blowUp(t, g, unit, far))
			}
			m, err := NewMixture(weights, parts)
			if err != nil {
				t.Fatal(err)
			}
			prior = m
		case *Gaussian:
			prior = blowUp(t, small, unit, far)
		}
		m := rapid.IntRange(1, 8).Draw(t, "m")
		a := drawMatrix(t, m, d, rng)
		a.Scale(power(t, -3, 3, "log10 |A|"), a)
		mm := measurement(t, a, power(t, -6, 6, "log10 beta"))
		x, y := make([]float64, d), make([]float64, m)
		(&Problem{prior: prior, given: mm}).Draw(x, y, rng)
		if rapid.Bool().Draw(t, "impossible") {
			for i := range y {
				y[i] += 1e9 * mm.Beta()
			}
		}
		c := condition(t, prior, mm)
		allFinite(t, "evidence", []float64{c.LogEvidence(y)})
		for _, law := range []Prior{prior, c.Given(y)} {
			const n = 5
			draws := mat.NewDense(n, d, nil)
			law.Sample(draws, rng)
			allFinite(t, "draws", draws.RawMatrix().Data)
			narrowest, widest := law.(Denoiser).Scale()
			if !(0 < narrowest && narrowest <= widest) || math.IsInf(widest, 1) {
				t.Fatalf("scale %v, %v", narrowest, widest)
			}
			sigma := unit * power(t, -8, 8, "log10 sigma/unit")
			noise := scatter(n, d, rng)
			noise.Scale(sigma, noise)
			draws.Add(draws, noise)
			var logs [n]float64
			law.(Density).LogDensity(logs[:], draws, sigma)
			allFinite(t, "log density", logs[:])
			v := scatter(n, d, rng)
			jv := mat.NewDense(n, d, nil)
			jacobian := law.(Denoiser).Linearize(draws, draws, sigma)
			jacobian(jv, v)
			allFinite(t, "denoised", draws.RawMatrix().Data)
			allFinite(t, "jacobian", jv.RawMatrix().Data)
			for i := range n {
				if q := dot(jv.RawRowView(i), v.RawRowView(i)); q < -1e-9 {
					t.Fatalf("v J v = %v: a covariance cannot be negative", q)
				}
			}
		}
	})
}

// blowUp returns g in units of unit, moved by far.
func blowUp(t *rapid.T, g *Gaussian, unit, far float64) *Gaussian {
	mean := g.Mean()
	for j, v := range mean {
		mean[j] = far + unit*v
	}
	var cov mat.SymDense
	cov.ScaleSym(unit*unit, g.Covariance())
	big, err := NewGaussian(mean, &cov)
	if err != nil {
		t.Fatal(err)
	}
	return big
}

// TestBeyondOverflow: where squares overflow, the nearest component answers.
func TestBeyondOverflow(t *testing.T) {
	points := mat.NewDense(5, 2, []float64{0, 0, 1, 0, 0, 1, 1, 1, 3, 3})
	s, err := NewDataSet(points, 1e-3)
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(4, 2, []float64{-1e200, -1e201, 4e200, 5e200, math.NaN(), 0, 0.9, 0.1})
	want := []float64{0, 0, 3, 3, math.NaN(), 0, 1, 0}
	den := mat.NewDense(4, 2, nil)
	s.Denoise(den, x, 1e3)
	logs := make([]float64, 4)
	s.LogDensity(logs, x, 1e3)
	if !math.IsInf(logs[0], -1) || !math.IsInf(logs[1], -1) || !math.IsNaN(logs[2]) || math.IsNaN(logs[3]) {
		t.Errorf("log densities %v", logs)
	}
	if !math.IsNaN(den.At(2, 0)) {
		t.Errorf("a point with NaN is denoised to %v", den.RawRowView(2))
	}
	for i := range 2 {
		// keep is 1e-12, so the points themselves are lost next to 1e-12 x.
		for j := range 2 {
			if got, want := den.At(i, j), want[2*i+j]+1e-12*x.At(i, j); math.Abs(got-want) > 1e-9*math.Abs(want) {
				t.Errorf("row %d: %v, want %v", i, got, want)
			}
		}
	}
	if got := den.At(3, 0); math.IsNaN(got) {
		t.Errorf("its neighbour in the batch is %v", got)
	}
}

// TestTinyBlock: a covariance may have a block of any size next to another.
func TestTinyBlock(t *testing.T) {
	for _, tiny := range []float64{0, 1e-20, 1e-100, 1e-200, 1e-300, 5e-324} {
		cov := mat.NewSymDense(4, []float64{
			2, 1, 0, 0,
			1, 2, 0, 0,
			0, 0, tiny, tiny,
			0, 0, tiny, tiny,
		})
		g, err := NewGaussian(make([]float64, 4), cov)
		if err != nil {
			t.Fatalf("block of %v: %v", tiny, err)
		}
		if n, w := g.Scale(); math.Abs(n-1) > 1e-15 || math.Abs(w-math.Sqrt(3)) > 1e-15 {
			t.Errorf("block of %v: scale %v, %v, want 1, sqrt(3)", tiny, n, w)
		}
	}
}

// TestSingularDensity: at sigma = 0 a singular law has no density.
func TestSingularDensity(t *testing.T) {
	flat, err := NewDiagonal([]float64{0, 0}, []float64{1, 0})
	if err != nil {
		t.Fatal(err)
	}
	round, err := NewIsotropic([]float64{0, 0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	both, err := NewMixture([]float64{1, 1}, []*Gaussian{flat, round})
	if err != nil {
		t.Fatal(err)
	}
	var log [1]float64
	for _, p := range []Density{flat, both} {
		p.LogDensity(log[:], mat.NewDense(1, 2, []float64{0.5, 0}), 0)
		if !math.IsNaN(log[0]) {
			t.Errorf("%T: log density %v, want NaN", p, log[0])
		}
	}
}

// TestUnmeasured: a measurement without rows leaves the law as it is.
func TestUnmeasured(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 3).Draw(t, "d")
		p := drawFamily(t, d, true, drawRng(t))
		c := condition(t, p, Unmeasured(d))
		if c.Given(nil) != Prior(p) || c.LogEvidence(nil) != 0 {
			t.Fatal("nothing was measured, but something was learnt")
		}
	})
}

// TestMistakes: every mistake of the user's is one clear error.
func TestMistakes(t *testing.T) {
	one, err := NewIsotropic([]float64{0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	two, err := NewIsotropic([]float64{0, 0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	gaussian := func(mean []float64, n int, cov ...float64) error {
		_, err := NewGaussian(mean, rawSymmetric{mat.NewDense(n, n, cov)})
		return err
	}
	diagonal := func(mean, sd []float64) error { _, err := NewDiagonal(mean, sd); return err }
	isotropic := func(mean []float64, sd float64) error { _, err := NewIsotropic(mean, sd); return err }
	mixture := func(w []float64, g ...*Gaussian) error { _, err := NewMixture(w, g); return err }
	dataSet := func(h float64, points *mat.Dense) error { _, err := NewDataSet(points, h); return err }
	condition := func(p Conditioner) error { _, err := p.Condition(Unmeasured(7)); return err }
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		err  error
		want string
	}{
		{gaussian(nil, 1, 1), "gaussian: mean is empty"},
		{gaussian([]float64{nan}, 1, 1), "gaussian: mean[0] is NaN, want a finite number"},
		{gaussian([]float64{0}, 2, 1, 0, 0, 1), "gaussian: covariance is 2 x 2, but the mean has length 1"},
		{gaussian([]float64{0, 0}, 2, 1, inf, inf, 1), "gaussian: covariance[0][1] is +Inf, want a finite number"},
		{gaussian([]float64{0, 0}, 2, 1, 2, 0, 1), "gaussian: covariance[0][1] is 2, but covariance[1][0] is 0: want a symmetric matrix"},
		{gaussian([]float64{0, 0}, 2, 1, 0, 0, -1), "gaussian: covariance[1][1] is -1: a variance cannot be negative"},
		{gaussian([]float64{0, 0}, 2, 1, 2, 2, 1), "gaussian: covariance: an eigenvalue is -1, the largest 3: want a positive semi-definite matrix"},
		{gaussian([]float64{0, 0}, 2, 0, 1e-320, 1e-320, 0), "gaussian: covariance: an eigenvalue is -1e-320, the largest 1e-320: want a positive semi-definite matrix"},
		{diagonal([]float64{0}, []float64{1, 2}), "gaussian: sd has length 2, but the mean has length 1"},
		{diagonal([]float64{0}, []float64{-1}), "gaussian: sd[0] is -1: a standard deviation cannot be negative"},
		{diagonal([]float64{0}, []float64{inf}), "gaussian: sd[0] is +Inf, want a finite number"},
		{isotropic([]float64{0}, nan), "gaussian: sd is NaN, want a finite number, at least 0"},
		{mixture([]float64{1, 2}, one), "mixture: 2 weights for 1 components"},
		{mixture(nil), "mixture: weights is empty"},
		{mixture([]float64{0, 0}, one, one), "mixture: all weights are zero"},
		{mixture([]float64{1, -1}, one, one), "mixture: weights[1] is -1: a weight cannot be negative"},
		{mixture([]float64{1, nan}, one, one), "mixture: weights[1] is NaN, want a finite number"},
		{mixture([]float64{1, 1}, one, two), "mixture: component 1 has dimension 2, component 0 has dimension 1"},
		{dataSet(0, mat.NewDense(1, 1, nil)), "data set: bandwidth is 0, want a positive finite standard deviation"},
		{dataSet(1, &mat.Dense{}), "data set: it has no points"},
		{dataSet(1, mat.NewDense(2, 2, []float64{0, 0, 0, inf})), "data set: point 1: coordinate[1] is +Inf, want a finite number"},
		{condition(one), "condition: the measurement is of R^7, the prior lives on R^1"},
	} {
		if fmt.Sprint(c.err) != c.want {
			t.Errorf("got  %v\nwant %s", c.err, c.want)
		}
	}
}
