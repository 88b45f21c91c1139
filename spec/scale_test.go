package spec

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// TestScale: the widest deviation is at least the root of the largest eigenvalue of
// the covariance, but for the few percent by which the power method stops short, and
// at most that and the widest component's together. The narrowest is that of some
// component.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 6).Draw(t, "d")
		p := drawFamily(t, d, true, rng)
		narrowest, widest := p.Scale()
		r := referenceOf(p)
		_, cov := r.moments()
		var eigen mat.EigenSym // with vectors: without, gonum 0.17 panics on tiny numbers
		if !eigen.Factorize(cov, true) {
			t.Fatal("no eigenvalues")
		}
		top := math.Sqrt(eigen.Values(nil)[d-1])
		least, most := math.Inf(1), 0.0
		for _, c := range r.covs {
			if !eigen.Factorize(c, true) {
				t.Fatal("no eigenvalues")
			}
			for _, v := range eigen.Values(nil) {
				if v > 1e-12 { // deviations are at least 0.2, or 0
					least = min(least, math.Sqrt(v))
					most = max(most, math.Sqrt(v))
				}
			}
		}
		if top > 1e-6 && (widest < 0.95*top || widest > math.Hypot(most, top)*(1+1e-9)) {
			t.Fatalf("widest %v, want from %v to sqrt(%v^2 + %v^2)", widest, top, top, most)
		}
		if !math.IsInf(least, 1) {
			agree(t, "narrowest", narrowest, min(least, widest), 1e-9)
		}
		if !(0 < narrowest && narrowest <= widest) {
			t.Fatalf("scale %v, %v", narrowest, widest)
		}
	})
}

// TestScaleOfPoints: of point masses, distances take the place of deviations.
func TestScaleOfPoints(t *testing.T) {
	point := func(x ...float64) *Gaussian {
		g, err := NewIsotropic(x, 0)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	pair, err := NewMixture([]float64{1, 1, 1}, []*Gaussian{point(0, 0), point(6, 8), point(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	narrowest, widest := pair.Scale()
	// The distance is 10; the variance along it is 10^2 2/9, and the smaller counts.
	if math.Abs(narrowest-math.Sqrt(200./9)) > 1e-12 || math.Abs(widest-math.Sqrt(200./9)) > 1e-12 {
		t.Errorf("scale %v, %v", narrowest, widest)
	}
	one := point(3, 4)
	same, err := NewMixture([]float64{1, 1}, []*Gaussian{one, one})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Denoiser{one, same} {
		if narrowest, widest := p.Scale(); narrowest != 5*machine || widest != 5*machine {
			t.Errorf("%T: scale %v, %v, want 5 times machine precision", p, narrowest, widest)
		}
	}
}
