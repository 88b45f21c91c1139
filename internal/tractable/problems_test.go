package tractable

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"assay/spec"
)

// What the comments of Problems and Products claim, on 200 examples of each.
func TestTractableClaims(t *testing.T) {
	tractable := Problems()
	products := rapid.Map(Products(), func(p *Product) *spec.Problem { return p.Problem })
	for _, claim := range []struct {
		name          string
		problems      *rapid.Generator[*spec.Problem]
		rows          int
		widest, ratio func(d float64) float64
	}{
		{"tractable", tractable, 3, func(d float64) float64 { return math.Sqrt(1 + 9*d) }, func(float64) float64 { return 61 }},
		{"product", products, 1, func(float64) float64 { return math.Sqrt(10) }, func(float64) float64 { return 106 }},
	} {
		met := map[string]int{}
		for seed := range 200 {
			p := claim.problems.Example(seed)
			met[p.Name()]++
			measurement, _ := p.Linear()
			d, m, beta := p.Dim(), p.Rows(), measurement.Beta()
			if d < 1 || d > 4 || m < 1 || m > claim.rows || !(0.4 <= beta && beta <= 1) {
				t.Errorf("%s %d: R^%d, %d rows, beta %v", claim.name, seed, d, m, beta)
			}
			narrowest, widest := p.Prior().(spec.Denoiser).Scale()
			// The scale of a mixture is an upper bound, by a power method.
			if widest > claim.widest(float64(d))*(1+1e-9) || widest/narrowest > claim.ratio(float64(d)) {
				t.Errorf("%s %d: deviations from %v to %v", claim.name, seed, narrowest, widest)
			}
			checkRows(t, p)
			checkAcceptance(t, p)
			checkInformation(t, p)
		}
		for _, family := range []string{"gaussian", "mixture", "dataset"} {
			// A third is expected, 67 of 200; 30 is 5.5 deviations fewer.
			if n := met[claim.name+" "+family]; n < 30 {
				t.Errorf("%s: %d of 200 problems are of the family %s", claim.name, n, family)
			}
		}
	}
}

// checkRows compares the deviation of each row of A x with 1. Of 4,000 draws the variance
// has a relative deviation of at most 0.023 for a normal (less for two points), and 0.16
// for one of kurtosis 100, more than these have; a row that is not scaled is off by
// far more.
func checkRows(t *testing.T, p *spec.Problem) {
	t.Helper()
	const n = 4000
	x, ax := mat.NewDense(n, p.Dim(), nil), mat.NewDense(n, p.Rows(), nil)
	p.Prior().Sample(x, spec.Stream(1, "rows", p.Digest(), 0))
	measurement, _ := p.Linear()
	measurement.Forward(ax, x)
	for i := range p.Rows() {
		if v := stat.Variance(mat.Col(nil, i, ax), nil); math.Abs(v-1) > 0.2 {
			t.Errorf("%s: row %d of A x has variance %.3f, want 1", p.Name(), i, v)
		}
	}
}

// checkAcceptance compares the mean acceptance, over 200 y, with its lower bounds. The
// bound by Jensen is far below; that of a Gaussian is nearly met by one row, where an
// acceptance has a deviation of at most half, so that 0.8 of the bound is 5 deviations of the
// mean below it.
func checkAcceptance(t *testing.T, p *spec.Problem) {
	t.Helper()
	const n = 200
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	measurement, _ := p.Linear()
	m, beta := float64(p.Rows()), measurement.Beta()
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	rng, mean := spec.Stream(1, "acceptance", p.Digest(), 0), 0.0
	for range n {
		p.Draw(x, y, rng)
		mean += math.Exp(posterior.LogEvidence(y)+m/2*math.Log(2*math.Pi*beta*beta)) / n
	}
	if least := math.Exp(-m * (0.5 + 1/(beta*beta))); mean < least {
		t.Errorf("%s: mean acceptance %.3g, want at least %.3g", p.Name(), mean, least)
	}
	if _, gaussian := p.Prior().(*spec.Gaussian); gaussian {
		if least := math.Pow(2+2/(beta*beta), -m/2); mean < 0.8*least || least < 0.018 {
			t.Errorf("%s: mean acceptance %.3g, want at least %.3g", p.Name(), mean, least)
		}
	}
}

// checkInformation computes what y tells in nats under a Gaussian prior.
func checkInformation(t *testing.T, p *spec.Problem) {
	t.Helper()
	prior, gaussian := p.Prior().(*spec.Gaussian)
	if !gaussian {
		return
	}
	measurement, _ := p.Linear()
	m, beta := p.Rows(), measurement.Beta()
	var ac, aca mat.Dense
	ac.Mul(measurement.A(), prior.Covariance())
	aca.Mul(&ac, measurement.A().T())
	aca.Scale(1/(beta*beta), &aca)
	for i := range m {
		aca.Set(i, i, 1+aca.At(i, i))
	}
	nats := math.Log(mat.Det(&aca)) / 2
	least, most := math.Log1p(float64(m)/(beta*beta))/2, float64(m)/2*math.Log1p(1/(beta*beta))
	if nats < least-1e-9 || nats > most+1e-9 || nats < 0.346 || nats > 2.98 {
		t.Errorf("%s: y tells %.3f nats, want from %.3f to %.3f", p.Name(), nats, least, most)
	}
}

// The density of a product is the product of those of its factors in the turned axes.
func TestProductIsTheProductOfItsFactors(t *testing.T) {
	for seed := range 60 {
		p := Products().Example(seed)
		d := p.Dim()
		x := mat.NewDense(5, d, nil)
		p.Prior().Sample(x, spec.Stream(1, "product", p.Digest(), 0))
		const sigma = 0.2
		got := make([]float64, 5)
		p.Prior().(spec.Density).LogDensity(got, x, sigma)
		for i := range got {
			var u mat.VecDense
			u.MulVec(p.Frame, x.RowView(i))
			want := 0.0
			for j, l := range p.Factors {
				density := 0.0
				for k, w := range l.Weight {
					v := l.SD[k]*l.SD[k] + sigma*sigma
					density += w * math.Exp(-(u.AtVec(j)-l.Mean[k])*(u.AtVec(j)-l.Mean[k])/(2*v)) / math.Sqrt(2*math.Pi*v)
				}
				want += math.Log(density)
			}
			// Squares over variances of 0.04 of coordinates up to 10: 1e-16 * 2,500, and the
			// eigenvectors are as good.
			if math.Abs(got[i]-want) > 1e-9 {
				t.Errorf("%s, example %d: log density %v, by the factors %v", p.Name(), seed, got[i], want)
			}
		}
	}
}
