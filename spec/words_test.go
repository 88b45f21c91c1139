package spec

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// wordless is a prior of a type that has no words.
type wordless struct{ Prior }

// TestProblemInWords: words for priors of every kind, written out where they are small.
func TestProblemInWords(t *testing.T) {
	gaussian := func(g *Gaussian, err error) *Gaussian {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	unit := gaussian(NewIsotropic([]float64{0, 0}, 1))
	diagonal := gaussian(NewDiagonal([]float64{1, -0.1}, []float64{0, 1e-9}))
	full := gaussian(NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{2, 1, 1, 2})))
	point := gaussian(NewIsotropic([]float64{-2.0071797724813223}, 0))
	long := gaussian(NewIsotropic(make([]float64, 7), 3))
	mixture := func(weights []float64, parts ...*Gaussian) *Mixture {
		m, err := NewMixture(weights, parts)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	points := func(n, d int) *DataSet {
		x := mat.NewDense(n, d, nil)
		x.Apply(func(i, j int, _ float64) float64 { return float64(d*i + j) }, x)
		s, err := NewDataSet(x, 0.25)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	tilted := mat.NewSymDense(4, nil) // diag(2) + 1 1^T, of deviations sqrt 2 and sqrt 6
	for i := range 4 {
		for j := range i {
			tilted.SetSym(i, j, 1)
		}
		tilted.SetSym(i, i, 3)
	}
	for _, test := range []struct {
		prior Prior
		a     *mat.Dense // nil if nothing is measured
		beta  float64
		want  string
	}{
		{unit, nil, 0, "x ~ N((0, 0), sd 1); nothing is measured"},
		{diagonal, mat.NewDense(1, 2, []float64{1, 0}), 0.5, "x ~ N((1, -0.1), sd (0, 1e-09)); y = (1, 0) x + 0.5 n"},
		{full, mat.NewDense(2, 2, []float64{1, 2, 3, 4}), 2, "x ~ N((0, 0), covariance (2, 1; 1, 2)); y = (1, 2; 3, 4) x + 2 n"},
		{point, mat.NewDense(1, 1, []float64{-3}), 1e6, "x ~ N(-2.0071797724813223, sd 0); y = -3 x + 1e+06 n"},
		{long, mat.NewDense(2, 7, nil), 1, "x ~ N((0, 0, 0, 0, 0, 0, ... 7 in all), sd 3); y = A x + 1 n, A 2 x 7"},
		{mixture([]float64{0.5, 2}, unit, diagonal), nil, 0, "x ~ 0.5 N((0, 0), sd 1) + 2 N((1, -0.1), sd (0, 1e-09)); nothing is measured"},
		{mixture([]float64{1, 1, 1, 1}, unit, unit, unit, diagonal), nil, 0, "x ~ a mixture of 4 Gaussians in R^2; nothing is measured"},
		{points(2, 1), nil, 0, "x ~ the points (0; 1), smoothed by sd 0.25; nothing is measured"},
		{points(5, 2), nil, 0, "x ~ 5 points in R^2, smoothed by sd 0.25; nothing is measured"},
		{wordless{unit}, nil, 0, "x ~ a spec.wordless in R^2; nothing is measured"},
	} {
		m := Unmeasured(test.prior.Dim())
		if test.a != nil {
			var err error
			if m, err = NewLinear(test.a, test.beta); err != nil {
				t.Fatal(err)
			}
		}
		p, err := NewProblem("mine", test.prior, m)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("mine: %s; digest %x", test.want, p.Digest()[:6])
		for _, got := range []string{p.String(), fmt.Sprintf("%v", p), fmt.Sprintf("%#v", p)} {
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
	}
	words := gaussian(NewGaussian(make([]float64, 4), tilted)).String()
	var sd [4]float64
	if n, err := fmt.Sscanf(words, "N((0, 0, 0, 0), sd (%g, %g, %g, %g) along its axes)", &sd[0], &sd[1], &sd[2], &sd[3]); n < 4 {
		t.Errorf("%s: %v", words, err)
	}
	slices.Sort(sd[:])
	for i, want := range []float64{2, 2, 2, 6} {
		if math.Abs(sd[i]*sd[i]-want) > 1e-12 { // rounding of an eigenvalue is some 1e-15
			t.Errorf("%s: deviation %v, want the root of %v", words, sd[i], want)
		}
	}
}
