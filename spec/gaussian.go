package spec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Gaussian is the normal law on R^d of any mean and any covariance, singular ones
// included. It is closed under every linear measurement.
type Gaussian struct {
	mean []float64
	cov  *covariance
}

var (
	_ Density     = (*Gaussian)(nil)
	_ Denoiser    = (*Gaussian)(nil)
	_ Conditioner = (*Gaussian)(nil)
)

// NewGaussian returns the Gaussian of the given mean (length d) and covariance
// (d x d). It is an error unless all numbers are finite and the covariance is
// symmetric and positive semi-definite. Eigenvalues that rounding cannot tell from
// zero count as zero: the law is constant along those directions. Where the ratio
// of the deviations exceeds 10^7, give them by [NewDiagonal] if that is possible.
// (A matrix that is zero off the diagonal is as good as NewDiagonal.)
func NewGaussian(mean []float64, cov mat.Symmetric) (*Gaussian, error) {
	if err := checkVector("gaussian: mean", mean); err != nil {
		return nil, err
	}
	if d := cov.SymmetricDim(); d != len(mean) {
		return nil, fmt.Errorf("gaussian: covariance is %d x %d, but the mean has length %d", d, d, len(mean))
	}
	c, err := newCovariance(cov)
	if err != nil {
		return nil, fmt.Errorf("gaussian: %w", err)
	}
	return &Gaussian{slices.Clone(mean), c}, nil
}

// NewDiagonal returns the Gaussian of independent coordinates with the given means
// and standard deviations (both of length d). A coordinate of deviation zero is
// constant.
func NewDiagonal(mean, sd []float64) (*Gaussian, error) {
	if err := checkVector("gaussian: mean", mean); err != nil {
		return nil, err
	}
	if len(sd) != len(mean) {
		return nil, fmt.Errorf("gaussian: sd has length %d, but the mean has length %d", len(sd), len(mean))
	}
	if err := checkVector("gaussian: sd", sd); err != nil {
		return nil, err
	}
	for j, v := range sd {
		if v < 0 {
			return nil, fmt.Errorf("gaussian: sd[%d] is %v: a standard deviation cannot be negative", j, v)
		}
	}
	return &Gaussian{slices.Clone(mean), &covariance{frame: &frame{dim: len(mean)}, dev: slices.Clone(sd)}}, nil
}

// NewIsotropic returns the Gaussian of the given mean (length d) with the same
// standard deviation sd >= 0 in every direction; zero is a point mass.
func NewIsotropic(mean []float64, sd float64) (*Gaussian, error) {
	if err := checkVector("gaussian: mean", mean); err != nil {
		return nil, err
	}
	if !(sd >= 0) || math.IsInf(sd, 1) {
		return nil, fmt.Errorf("gaussian: sd is %v, want a finite number, at least 0", sd)
	}
	return &Gaussian{slices.Clone(mean), isotropicCovariance(len(mean), sd)}, nil
}

// checkVector returns an error if v is empty or a number in it is not finite.
func checkVector(what string, v []float64) error {
	if len(v) == 0 {
		return fmt.Errorf("%s is empty", what)
	}
	for j, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s[%d] is %v, want a finite number", what, j, x)
		}
	}
	return nil
}

// Dim returns d.
func (g *Gaussian) Dim() int { return len(g.mean) }

// Mean returns a copy of the mean (length d).
func (g *Gaussian) Mean() []float64 { return slices.Clone(g.mean) }

// Covariance returns the covariance (d x d).
func (g *Gaussian) Covariance() *mat.SymDense { return g.cov.matrix() }

// Scale implements [Denoiser].
func (g *Gaussian) Scale() (narrowest, widest float64) {
	narrowest, widest = g.cov.scale()
	if widest == 0 {
		far := rounding(g.mean)
		return far, far
	}
	return narrowest, widest
}

// rounding returns the distance from x to the numbers next to it, at least that of
// a point at distance 1.
func rounding(x []float64) float64 {
	return machine * max(1, length(x))
}

// Sample implements [Prior].
func (g *Gaussian) Sample(dst *mat.Dense, rng *rand.Rand) {
	n := checkBatch(g.Dim(), dst)
	for i := range n {
		x := dst.RawRowView(i)
		for j := range x {
			x[j] = rng.NormFloat64()
		}
	}
	eachChunk(n, func(lo, hi int, s *scratch) {
		x := rowRange(dst.RawMatrix(), lo, hi)
		g.cov.colour(x, x, s)
		for i := range x.Rows {
			axpy(1, g.mean, row(x, i))
		}
	})
}

// colour stores in dst the rows of x (n x d), standard normal, times the square
// root of the covariance. dst may be x.
func (c *covariance) colour(dst, x blas64.General, s *scratch) {
	z := s.matrix(x.Rows, c.size())
	c.to(z, x)
	scaleRows(z, c.dev)
	c.from(dst, z, 0)
}

// scaleRows multiplies every row of z by the factors, entry by entry.
func scaleRows(z blas64.General, factors []float64) {
	for i := range z.Rows {
		for j, v := range row(z, i) {
			row(z, i)[j] = v * factors[j]
		}
	}
}

// coordinates returns the coordinates of x_i - mean for the rows of x (n x d).
func (g *Gaussian) coordinates(x blas64.General, s *scratch) blas64.General {
	return g.cov.centred(x, g.mean, s)
}

// centred returns the coordinates of x_i - centre for the rows of x (n x d).
func (f *frame) centred(x blas64.General, centre []float64, s *scratch) blas64.General {
	r := s.matrix(x.Rows, x.Cols)
	for i := range x.Rows {
		to := row(r, i)
		for j, v := range row(x, i) {
			to[j] = v - centre[j]
		}
	}
	if f.basis == nil {
		return r
	}
	z := s.matrix(x.Rows, f.size())
	f.to(z, r)
	return z
}

// LogDensity implements [Density].
func (g *Gaussian) LogDensity(dst []float64, x *mat.Dense, sigma float64) {
	n := checkBatch(g.Dim(), x)
	smooth := g.cov.smooth(sigma)
	eachChunk(n, func(lo, hi int, s *scratch) {
		z := g.coordinates(rowRange(x.RawMatrix(), lo, hi), s)
		for i := range z.Rows {
			var sum float64
			for j, v := range row(z, i) {
				u := v * smooth.whiten[j]
				sum += u * u
			}
			dst[lo+i] = smooth.logNorm - sum/2
		}
	})
}

// Denoise implements [Denoiser].
func (g *Gaussian) Denoise(dst, x *mat.Dense, sigma float64) {
	n := checkBatch(g.Dim(), x, dst)
	smooth := g.cov.smooth(sigma)
	eachChunk(n, func(lo, hi int, s *scratch) {
		z := g.coordinates(rowRange(x.RawMatrix(), lo, hi), s)
		scaleRows(z, smooth.keep)
		to := rowRange(dst.RawMatrix(), lo, hi)
		g.cov.from(to, z, 0)
		for i := range to.Rows {
			axpy(1, g.mean, row(to, i))
		}
	})
}

// Linearize implements [Denoiser]. The Jacobian C (C + sigma^2 I)^-1 is the same
// at all points.
func (g *Gaussian) Linearize(dst, x *mat.Dense, sigma float64) (jacobian func(dst, v *mat.Dense)) {
	g.Denoise(dst, x, sigma)
	smooth := g.cov.smooth(sigma)
	return func(dst, v *mat.Dense) {
		eachChunk(checkBatch(g.Dim(), v, dst), func(lo, hi int, s *scratch) {
			z := s.matrix(hi-lo, g.cov.size())
			g.cov.to(z, rowRange(v.RawMatrix(), lo, hi))
			scaleRows(z, smooth.keep)
			g.cov.from(rowRange(dst.RawMatrix(), lo, hi), z, 0)
		})
	}
}

// Condition implements [Conditioner]. The posteriors are of the type
// [*Gaussian].
func (g *Gaussian) Condition(measurement Measurement) (Conditional, error) {
	m, err := linearOn(measurement, g.Dim())
	if err != nil {
		return nil, err
	}
	if m.Rows() == 0 {
		return unmeasured{g}, nil
	}
	up, err := newUpdater(m).of(g.cov)
	if err != nil {
		return nil, err
	}
	measured := mat.NewDense(1, m.Rows(), nil)
	m.Forward(measured, mat.NewDense(1, g.Dim(), g.mean))
	return &gaussianConditional{g, up, &Gaussian{measured.RawRowView(0), up.evidence}}, nil
}

type gaussianConditional struct {
	prior    *Gaussian
	update   *update
	evidence *Gaussian // the law of y
}

// Given implements [Conditional].
func (c *gaussianConditional) Given(y []float64) Prior {
	mean := slices.Clone(c.prior.mean)
	for i, v := range y {
		residual := v - c.evidence.mean[i]
		if c.update.along != nil {
			mean[c.update.kept[i]] += c.update.along[i] * residual
			continue
		}
		for j := range mean {
			mean[j] += c.update.gain.At(j, i) * residual
		}
	}
	return &Gaussian{mean, c.update.posterior}
}

// LogEvidence implements [Conditional].
func (c *gaussianConditional) LogEvidence(y []float64) float64 {
	var log [1]float64
	c.evidence.LogDensity(log[:], mat.NewDense(1, len(y), slices.Clone(y)), 0)
	return log[0]
}

// unmeasured is the conditional of a measurement without rows.
type unmeasured struct{ prior Prior }

func (u unmeasured) Given([]float64) Prior         { return u.prior }
func (u unmeasured) LogEvidence([]float64) float64 { return 0 }
