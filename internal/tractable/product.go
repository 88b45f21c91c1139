package tractable

import (
	"slices"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/spec"
)

// Line is a law on the line: a mixture of Gaussians. The weights sum to 1.
type Line struct {
	Weight, Mean, SD []float64
}

// Product is a problem whose prior is a product: x = Frame^T u, and the coordinates of u
// are independent. Whatever treats all directions alike, as the reverse diffusion does,
// treats each factor by itself, so that its law on a product is known from
// calculations on lines.
type Product struct {
	*spec.Problem
	Frame   *mat.Dense // d x d, orthonormal rows
	Factors []Line     // the laws of u_1 to u_d
}

// Products generates problems like those of [Problems] whose priors are products: turned
// Gaussians, mixtures whose components lie on a grid in turned axes, and data sets of
// such points; one row is measured. Deviations of factors and of their components and the
// bandwidth are from 0.03 to 1, means within 3 of the origin, so that the widest deviation
// is at most 3.2 and at most 106 times the narrowest. A Gaussian prior of the same
// covariance has acceptances of 0.26 to 0.5 on average, and y tells 0.35 to 1 nats.
func Products() *rapid.Generator[*Product] {
	return rapid.Custom(func(t *rapid.T) *Product {
		d := rapid.IntRange(1, 4).Draw(t, "d")
		p := &Product{Frame: drawFrame(t, d)}
		name := rapid.SampledFrom([]string{"gaussian", "mixture", "dataset"}).Draw(t, "family")
		var prior spec.Prior
		switch name {
		case "gaussian":
			for range d {
				p.Factors = append(p.Factors, drawLine(t, 1))
			}
			parts := p.law()
			prior = must(spec.NewGaussian(parts.means[0], parts.covs[0]))
		case "mixture":
			p.Factors = append(p.Factors, drawLine(t, rapid.IntRange(2, 3).Draw(t, "components")))
			for i := 1; i < d; i++ {
				p.Factors = append(p.Factors, drawEvenLine(t, drawWithin(t, narrow, "sd"), most[i]-1))
			}
			prior = p.law().mixture()
		default:
			bandwidth := drawWithin(t, narrow, "bandwidth")
			for i := range d {
				p.Factors = append(p.Factors, drawEvenLine(t, bandwidth, most[i]))
			}
			prior = must(spec.NewDataSet(rowsOf(p.law().means), bandwidth))
		}
		measurement := drawInformative(t, p.law().covariance(), 1)
		p.Problem = must(spec.NewProblem("product "+name, prior, measurement))
		return p
	})
}

// most is how many points a data set has along each axis at most, so that it has 36 in all;
// of a mixture's components, one fewer along the later axes.
var most = []int{3, 3, 2, 2}

// narrow is the least deviation of a factor.
const narrow = 0.03

// drawLine draws a mixture of n components with deviations and weights of their own.
func drawLine(t *rapid.T, n int) Line {
	l := Line{Weight: drawWeights(t, n), Mean: drawVector(t, n, "mean")}
	for range n {
		l.SD = append(l.SD, drawWithin(t, narrow, "sd"))
	}
	return l
}

// drawEvenLine draws up to atMost components, all of the given deviation and one weight.
func drawEvenLine(t *rapid.T, sd float64, atMost int) Line {
	n := rapid.IntRange(1, atMost).Draw(t, "points")
	return Line{
		Weight: slices.Repeat([]float64{1 / float64(n)}, n),
		Mean:   drawVector(t, n, "mean"),
		SD:     slices.Repeat([]float64{sd}, n),
	}
}

// law multiplies the factors out: a component for every choice of one in each of them.
func (p *Product) law() law {
	d := len(p.Factors)
	chosen := make([]int, d)
	var l law
	for {
		weight, mean, sd := 1.0, make([]float64, d), make([]float64, d)
		for i, k := range chosen {
			weight *= p.Factors[i].Weight[k]
			mean[i], sd[i] = p.Factors[i].Mean[k], p.Factors[i].SD[k]
		}
		var x mat.VecDense
		x.MulVec(p.Frame.T(), mat.NewVecDense(d, mean))
		l.weights = append(l.weights, weight)
		l.means = append(l.means, x.RawVector().Data)
		l.covs = append(l.covs, turned(p.Frame, sd))
		i := 0
		for ; i < d; i++ {
			if chosen[i]++; chosen[i] < len(p.Factors[i].Weight) {
				break
			}
			chosen[i] = 0
		}
		if i == d {
			return l
		}
	}
}

// rowsOf returns the matrix with the given rows.
func rowsOf(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}
