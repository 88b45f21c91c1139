package spec

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// covariance is a covariance matrix as standard deviations along the coordinates
// of a frame.
type covariance struct {
	*frame
	dev   []float64     // one a coordinate of the frame; equal over what is left
	given *mat.SymDense // the matrix that it was made from, for its text form; may be nil

	smoothings levels[float64, *smoothing] // by sigma
}

// isotropicCovariance is sd^2 times the identity.
func isotropicCovariance(dim int, sd float64) *covariance {
	dev := make([]float64, dim)
	for j := range dev {
		dev[j] = sd
	}
	return &covariance{frame: &frame{dim: dim}, dev: dev}
}

// spiked is the covariance with deviations dev along the columns of basis and rest
// in every direction orthogonal to them.
func spiked(f *frame, dev []float64, rest float64) *covariance {
	all := make([]float64, f.size())
	for j := copy(all, dev); j < len(all); j++ {
		all[j] = rest
	}
	return &covariance{frame: f, dev: all}
}

// A user's covariance matrix comes out of computations that round. What rounding
// can do to the eigenvalues of a d x d matrix is of the order of d times machine
// precision times the largest: an eigenvalue below that counts as zero. One below
// minus indefinite times the largest is a mistake: the matrix is not a covariance.
const (
	machine    = 0x1p-52
	indefinite = 1e-8
)

// newCovariance takes a covariance matrix apart. It is an error unless cov is
// finite, symmetric and positive semi-definite.
func newCovariance(cov mat.Symmetric) (*covariance, error) {
	d := cov.SymmetricDim()
	var largest float64
	diagonal := true
	for i := range d {
		for j := range d {
			v, w := cov.At(i, j), cov.At(j, i)
			switch {
			case math.IsNaN(v) || math.IsInf(v, 0):
				return nil, fmt.Errorf("covariance[%d][%d] is %v, want a finite number", i, j, v)
			case i < j && v != w:
				return nil, fmt.Errorf("covariance[%d][%d] is %v, but covariance[%d][%d] is %v: want a symmetric matrix", i, j, v, j, i, w)
			case i == j && v < 0:
				return nil, fmt.Errorf("covariance[%d][%d] is %v: a variance cannot be negative", i, j, v)
			case i != j && v != 0:
				diagonal = false
			}
			largest = max(largest, math.Abs(v))
		}
	}
	given := mat.NewSymDense(d, nil)
	given.CopySym(cov)
	if diagonal { // exact, whatever the ratio of the deviations
		dev := make([]float64, d)
		for j := range dev {
			dev[j] = math.Sqrt(cov.At(j, j))
		}
		return &covariance{frame: &frame{dim: d}, dev: dev, given: given}, nil
	}
	scaled := mat.NewSymDense(d, nil)
	for i := range d { // so that no square overflows
		for j := i; j < d; j++ {
			scaled.SetSym(i, j, given.At(i, j)/largest)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(scaled, true) {
		return nil, fmt.Errorf("covariance: the eigenvalues cannot be found")
	}
	values := eigen.Values(nil) // ascending
	top := values[d-1]
	if values[0] < -indefinite*top {
		return nil, fmt.Errorf("covariance: an eigenvalue is %.3g, the largest %.3g: want a positive semi-definite matrix", values[0]*largest, top*largest)
	}
	first := 0
	for values[first] <= 4*float64(d)*machine*top {
		first++
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	dev := make([]float64, d-first)
	for j := range dev {
		dev[j] = math.Sqrt(values[first+j]) * math.Sqrt(largest)
	}
	basis := mat.DenseCopyOf(vectors.Slice(0, d, first, d))
	c := spiked(&frame{dim: d, basis: basis}, dev, 0)
	c.given = given
	return c, nil
}

// isotropic reports whether the covariance is a multiple of the identity.
func (c *covariance) isotropic() bool {
	if c.basis != nil {
		return false
	}
	for _, v := range c.dev {
		if v != c.dev[0] {
			return false
		}
	}
	return true
}

// scale returns the smallest positive and the largest deviation; 0, 0 if there is
// none.
func (c *covariance) scale() (narrowest, widest float64) {
	narrowest = math.Inf(1)
	for _, v := range c.dev {
		if v > 0 {
			narrowest, widest = min(narrowest, v), max(widest, v)
		}
	}
	if widest == 0 {
		return 0, 0
	}
	return narrowest, widest
}

// matrix returns the covariance as a matrix.
func (c *covariance) matrix() *mat.SymDense {
	if c.given != nil {
		s := mat.NewSymDense(c.dim, nil)
		s.CopySym(c.given)
		return s
	}
	if c.basis == nil {
		s := mat.NewSymDense(c.dim, nil)
		for j, v := range c.dev {
			s.SetSym(j, j, v*v)
		}
		return s
	}
	// C = rest^2 I + U diag(dev^2 - rest^2) U^T.
	rest, r := 0.0, c.rank()
	if r < c.dim {
		rest = c.dev[r]
	}
	scaled := mat.DenseCopyOf(c.basis)
	for i := range c.dim {
		v := scaled.RawRowView(i)
		for j := range v {
			v[j] *= (c.dev[j] - rest) * (c.dev[j] + rest)
		}
	}
	var product mat.Dense
	product.Mul(scaled, c.basis.T())
	s := mat.NewSymDense(c.dim, nil)
	for i := range c.dim {
		for j := i; j < c.dim; j++ {
			s.SetSym(i, j, (product.At(i, j)+product.At(j, i))/2)
		}
		s.SetSym(i, i, s.At(i, i)+rest*rest)
	}
	return s
}

// smoothing is what smoothing by a deviation sigma does to a covariance C,
// coordinate by coordinate of its frame.
type smoothing struct {
	whiten  []float64 // 1/sqrt(C + sigma^2)
	keep    []float64 // C/(C + sigma^2), the derivative of the conditional mean
	pull    []float64 // sigma^2/(C + sigma^2) = 1 - keep, without cancellation
	logNorm float64   // the log density at the mean
}

// smooth returns the smoothing by sigma >= 0. If sigma = 0 and c is singular, its
// logNorm is NaN: the law has no density.
func (c *covariance) smooth(sigma float64) *smoothing {
	return c.smoothings.get(sigma, 3*len(c.dev), func() *smoothing { return c.smoothed(sigma) })
}

func (c *covariance) smoothed(sigma float64) *smoothing {
	e := len(c.dev)
	all := make([]float64, 3*e)
	s := &smoothing{whiten: all[:e], keep: all[e : 2*e], pull: all[2*e:]}
	for j, dev := range c.dev {
		s.whiten[j] = 1 / math.Hypot(dev, sigma)
		s.keep[j] = ratio(dev, sigma)
		s.pull[j] = ratio(sigma, dev)
	}
	s.logNorm = -c.sumOver(func(j int) float64 {
		if c.dev[j] == 0 && sigma == 0 {
			return math.NaN()
		}
		return math.Log(math.Hypot(c.dev[j], sigma)) + logSqrt2Pi
	})
	return s
}

// ratio returns a^2/(a^2 + b^2) for a, b >= 0 without overflow; 0 if both are 0.
func ratio(a, b float64) float64 {
	if a == 0 {
		return 0
	}
	q := b / a
	return 1 / (1 + q*q)
}
