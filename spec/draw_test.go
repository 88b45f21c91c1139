package spec

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// The generators of this file choose laws and measurements; what is random about
// points comes from streams, whose seed rapid chooses.

// family is what all families implement.
type family interface {
	Density
	Denoiser
	Conditioner
}

func drawRng(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
}

// scatter returns an n x d matrix of standard normal entries.
func scatter(n, d int, rng *rand.Rand) *mat.Dense {
	a := mat.NewDense(n, d, nil)
	a.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, a)
	return a
}

func normals(n int, rng *rand.Rand) []float64 { return scatter(1, n, rng).RawRowView(0) }

// drawGaussian draws a Gaussian on R^d of deviations between 0.3 and 2, about a
// third of them zero if singular is allowed, with its mean at a distance of order 2.
func drawGaussian(t *rapid.T, d int, singular bool, rng *rand.Rand) *Gaussian {
	mean := normals(d, rng)
	for j := range mean {
		mean[j] *= 2
	}
	sd := make([]float64, d)
	for j := range sd {
		sd[j] = 0.3 + 1.7*rng.Float64()
		if singular && rng.IntN(3) == 0 {
			sd[j] = 0
		}
	}
	var g *Gaussian
	var err error
	switch kind := rapid.SampledFrom([]string{"full", "diagonal", "isotropic"}).Draw(t, "covariance"); kind {
	case "full":
		q := rotation(d, rng)
		var l, cov mat.Dense
		l.Mul(q, mat.NewDiagDense(d, sd))
		cov.Mul(&l, l.T())
		g, err = NewGaussian(mean, symmetric(&cov))
	case "diagonal":
		g, err = NewDiagonal(mean, sd)
	default:
		g, err = NewIsotropic(mean, sd[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// rotation returns a random orthogonal d x d matrix.
func rotation(d int, rng *rand.Rand) *mat.Dense {
	var qr mat.QR
	qr.Factorize(scatter(d, d, rng))
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

func symmetric(a *mat.Dense) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, a.At(i, j))
		}
	}
	return s
}

// drawMixture draws a mixture of one to six components, some of which repeat a
// mean or a covariance and some of which have hardly any weight.
func drawMixture(t *rapid.T, d int, singular bool, rng *rand.Rand) *Mixture {
	n := rapid.IntRange(1, 6).Draw(t, "components")
	var weights []float64
	var parts []*Gaussian
	for k := range n {
		g := drawGaussian(t, d, singular, rng)
		if k > 0 {
			switch rng.IntN(4) {
			case 0:
				g = &Gaussian{g.mean, parts[k-1].cov}
			case 1:
				g = &Gaussian{parts[k-1].mean, g.cov}
			}
		}
		parts = append(parts, g)
		weights = append(weights, math.Exp(-5*rng.Float64()))
	}
	weights[0] = 1
	if n > 1 && rng.IntN(3) == 0 {
		weights[n-1] = rapid.SampledFrom([]float64{0, 1e-300}).Draw(t, "light")
	}
	m, err := NewMixture(weights, parts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func drawDataSet(t *rapid.T, d int, rng *rand.Rand) *DataSet {
	n := rapid.IntRange(1, 12).Draw(t, "points")
	points := scatter(n, d, rng)
	if n > 1 {
		points.SetRow(n-1, points.RawRowView(0))
	}
	s, err := NewDataSet(points, 0.2+rng.Float64())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drawFamily draws a law on R^d of any family.
func drawFamily(t *rapid.T, d int, singular bool, rng *rand.Rand) family {
	switch rapid.SampledFrom([]string{"gaussian", "mixture", "data set"}).Draw(t, "family") {
	case "gaussian":
		return drawGaussian(t, d, singular, rng)
	case "mixture":
		return drawMixture(t, d, singular, rng)
	default:
		return drawDataSet(t, d, rng)
	}
}

// drawMatrix draws an m x d matrix, with rows that repeat or vanish and of any
// rank.
func drawMatrix(t *rapid.T, m, d int, rng *rand.Rand) *mat.Dense {
	a := scatter(m, d, rng)
	switch rapid.SampledFrom([]string{"generic", "repeated", "zero", "deficient"}).Draw(t, "matrix") {
	case "repeated":
		a.SetRow(m-1, a.RawRowView(0))
	case "zero":
		a.SetRow(m-1, make([]float64, d))
	case "deficient":
		a.Mul(scatter(m, 1, rng), scatter(1, d, rng))
	}
	return a
}

func measurement(t interface{ Fatal(...any) }, a mat.Matrix, beta float64) Linear {
	m, err := NewLinear(a, beta)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func condition(t interface{ Fatal(...any) }, p Conditioner, m Measurement) Conditional {
	c, err := p.Condition(m)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// agree fails unless |got - want| <= tolerance.
func agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) && got != want {
		t.Fatalf("%s: got %v, want %v within %.1e (off by %.3e)", what, got, want, tolerance, got-want)
	}
}
