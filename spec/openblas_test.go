//go:build openblas

package spec

import (
	"testing"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/netlib/blas/netlib"
)

// TestOpenBLAS runs the same work through the C library and through gonum's own
// routines. Both are good to a few roundings for each product, so that log weights
// agree to 1e-11 ('accurate' sees to it) and points and Jacobians of size 10 to 1e-10. A library
// that sums in single precision, or a wrong stride, is off by 1e-7 or more.
func TestOpenBLAS(t *testing.T) {
	if _, ok := blas64.Implementation().(netlib.Implementation); !ok {
		t.Fatalf("the products go to %T", blas64.Implementation())
	}
	defer blas64.Use(netlib.Implementation{})
	const d, rows = 64, 2*chunkRows + 3
	work := func() map[string]*mat.Dense {
		rng := Stream(1, "openblas", nil, 0)
		s, x := twins(t, 200, d, rows, 0.2, 1, rng)
		v := scatter(rows, d, rng)
		a := scatter(5, d, rng)
		out := map[string]*mat.Dense{}
		for _, p := range map[string]family{"data set": s, "posterior": condition(t, s, measurement(t, a, 2)).Given(make([]float64, 5)).(family)} {
			name := map[bool]string{true: "data set", false: "posterior"}[p == family(s)]
			den, jv, logs, draws := mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil), mat.NewDense(1, rows, nil), mat.NewDense(rows, d, nil)
			p.Linearize(den, x, 1)(jv, v)
			p.LogDensity(logs.RawRowView(0), x, 1)
			p.Sample(draws, Stream(1, "openblas draws", nil, 0))
			out[name+" denoised"], out[name+" jacobian"], out[name+" log density"], out[name+" draws"] = den, jv, logs, draws
		}
		return out
	}
	fast := work()
	blas64.Use(gonum.Implementation{})
	for name, want := range work() {
		var difference mat.Dense
		difference.Sub(fast[name], want)
		scale := 1.0
		if name == "data set log density" || name == "posterior log density" {
			scale = mat.Norm(want, 1) / rows // relative: some hundreds
		}
		if worst := mat.Max(&difference) - mat.Min(&difference); !(worst <= 1e-10*max(1, scale)) {
			t.Errorf("%s: off by %.1e", name, worst)
		} else {
			t.Logf("%s: within %.1e", name, worst)
		}
	}
}
