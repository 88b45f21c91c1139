package spec

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// update is what a measurement makes of a Gaussian law of one covariance, for
// every mean mu and every y: given y, x is Gaussian with mean mu + gain (y - A mu)
// and covariance posterior; y itself is Gaussian with mean A mu and covariance
// evidence.
//
// Let x = mu + L u with u standard normal and L = V diag(lambda), and take the
// singular value decomposition A L / beta = P diag(t) Q^T. Along the columns of Q,
// u has the deviations 1/sqrt(1+t^2) given y; along those of P, y has the
// deviations beta sqrt(1+t^2); the gain is L Q diag(t/(1+t^2)) P^T / beta. Nothing
// is inverted and no covariances are subtracted, so that rank, repeated rows and
// the size of beta do not matter.
type update struct {
	posterior *covariance // on R^d
	evidence  *covariance // on R^m
	gain      *mat.Dense  // d x m; nil for coordinates
	kept      []int       // coordinates: those that are measured,
	along     []float64   // and the gain in each; nil for a matrix
}

// shift adds the gain times row i of residual (n x m) to row i of means (n x d).
func (u *update) shift(means, residual blas64.General) {
	if u.along == nil {
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, residual, u.gain.RawMatrix(), 1, means)
		return
	}
	for i := range means.Rows {
		to := row(means, i)
		for k, v := range row(residual, i) {
			to[u.kept[k]] += u.along[k] * v
		}
	}
}

// linearOn returns a measurement of R^d as the linear one that it must be.
func linearOn(m Measurement, d int) (Linear, error) {
	if m.Dim() != d {
		return Linear{}, fmt.Errorf("condition: the measurement is of R^%d, the prior lives on R^%d", m.Dim(), d)
	}
	linear, ok := m.(Linear)
	if !ok {
		return Linear{}, fmt.Errorf("condition: posteriors are known for linear measurements, not for a %T", m)
	}
	return linear, nil
}

// updater makes the updates of one measurement of at least one row.
type updater struct {
	measurement Linear
	a           *mat.Dense // nil until it is needed
	beta        float64
	axes        *frame    // the coordinates of x, of updates that stay there
	identity    *spectrum // of the identity, which serves all isotropic covariances
}

func newUpdater(m Linear) *updater { return &updater{measurement: m, beta: m.beta} }

// spectrum is the decomposition A L = P diag(values) Q^T, L = V diag(lambda).
type spectrum struct {
	v      *mat.Dense // d x r, orthonormal columns; nil for the coordinate axes
	lambda []float64  // r of them, all positive
	p, q   mat.Dense  // m x min(m,r) and r x r
	values []float64  // min(m,r) of them, descending
	left   *frame     // of the columns of P
	right  *frame     // of the columns of V Q; of the identity only
}

// of returns the update of a law of covariance c. Isotropic covariances of
// different deviations share the frames of their updates.
func (u *updater) of(c *covariance) (*update, error) {
	if seen, ok := u.measurement.op.(*mask); ok && c.basis == nil {
		return u.coordinates(seen, c)
	}
	if u.a == nil {
		u.a = u.measurement.A()
	}
	m, d := u.a.Dims()
	if _, widest := c.scale(); widest == 0 { // the law is a point: nothing is learnt
		return &update{posterior: c, evidence: isotropicCovariance(m, u.beta), gain: mat.NewDense(d, m, nil)}, nil
	}
	if !c.isotropic() {
		v, lambda, rest := c.reach(u.a)
		s, err := u.decompose(v, lambda)
		if err != nil {
			return nil, err
		}
		return u.update(s, 1, rest)
	}
	if u.identity == nil {
		v := complete(nil, u.a)
		_, r := v.Dims()
		ones := make([]float64, r)
		for j := range ones {
			ones[j] = 1
		}
		s, err := u.decompose(v, ones)
		if err != nil {
			return nil, err
		}
		var basis mat.Dense
		basis.Mul(s.v, &s.q)
		s.right = &frame{dim: d, basis: &basis}
		u.identity = s
	}
	return u.update(u.identity, c.dev[0], c.dev[0])
}

// coordinates is of where some coordinates are measured, each by itself, of a law whose
// coordinates are independent. Nothing is decomposed, and no matrix is made.
func (u *updater) coordinates(seen *mask, c *covariance) (*update, error) {
	if u.axes == nil {
		u.axes = &frame{dim: seen.dim}
	}
	posterior := &covariance{frame: u.axes, dev: slices.Clone(c.dev)}
	up := &update{posterior: posterior, kept: seen.kept, along: make([]float64, len(seen.kept))}
	grown := make([]float64, len(seen.kept))
	for k, j := range seen.kept {
		t := c.dev[j] / u.beta
		if math.IsInf(t, 1) {
			return nil, fmt.Errorf("condition: A times the deviations of the prior over beta = %v overflows", u.beta)
		}
		posterior.dev[j] = c.dev[j] / math.Hypot(1, t)
		grown[k] = u.beta * math.Hypot(1, t)
		if t > 0 {
			up.along[k] = 1 / (t + 1/t) * t
		}
	}
	up.evidence = &covariance{frame: &frame{dim: len(grown)}, dev: grown}
	return up, nil
}

// reach returns the orthonormal columns v (nil for the coordinate axes) that span
// all that the rows of a tell about a law of covariance c, the deviations lambda
// along them, all positive, and the deviation rest along what is left.
func (c *covariance) reach(a *mat.Dense) (v *mat.Dense, lambda []float64, rest float64) {
	r := c.rank()
	if r < c.dim {
		rest = c.dev[r]
	}
	if rest > 0 {
		v = complete(c.basis, a)
		_, n := v.Dims()
		return v, spiked(&frame{dim: c.dim, basis: v}, c.dev[:r], rest).dev[:n], rest
	}
	var moving []int
	for j, dev := range c.dev[:r] {
		if dev > 0 {
			moving = append(moving, j)
			lambda = append(lambda, dev)
		}
	}
	if len(moving) == r {
		return c.basis, lambda, 0
	}
	v = mat.NewDense(c.dim, len(moving), nil)
	for k, j := range moving {
		if c.basis == nil {
			v.Set(j, k, 1)
			continue
		}
		for i := range c.dim {
			v.Set(i, k, c.basis.At(i, j))
		}
	}
	return v, lambda, 0
}

func (u *updater) decompose(v *mat.Dense, lambda []float64) (*spectrum, error) {
	m, _ := u.a.Dims()
	var b mat.Dense
	if v == nil {
		b.CloneFrom(u.a)
	} else {
		b.Mul(u.a, v)
	}
	for i := range m {
		for j, scale := range lambda {
			b.Set(i, j, b.At(i, j)*scale)
		}
	}
	if norm := mat.Norm(&b, 1); math.IsInf(norm, 1) || math.IsNaN(norm) {
		return nil, fmt.Errorf("condition: A times the deviations of the prior overflows")
	}
	var svd mat.SVD
	if !svd.Factorize(&b, mat.SVDThinU|mat.SVDFullV) {
		return nil, fmt.Errorf("condition: the singular values of A cannot be found")
	}
	s := &spectrum{v: v, lambda: lambda, values: svd.Values(nil)}
	svd.UTo(&s.p)
	svd.VTo(&s.q)
	s.left = &frame{dim: m, basis: &s.p}
	return s, nil
}

// update returns the update of the law with scale times the deviations of s, and
// rest along what s does not reach.
func (u *updater) update(s *spectrum, scale, rest float64) (*update, error) {
	m, d := u.a.Dims()
	r, q := len(s.lambda), len(s.values)
	shrink := make([]float64, r) // the posterior deviations of u
	gain := make([]float64, q)
	grown := make([]float64, q) // the deviations of P^T y
	for j := range shrink {
		shrink[j] = 1
	}
	for j, value := range s.values {
		t := value / u.beta * scale
		if math.IsInf(t, 1) {
			return nil, fmt.Errorf("condition: A times the deviations of the prior over beta = %v overflows", u.beta)
		}
		shrink[j] = 1 / math.Hypot(1, t)
		gain[j] = 1 / (t + 1/t) * (scale / u.beta)
		grown[j] = u.beta * math.Hypot(1, t)
	}
	up := &update{evidence: spiked(s.left, grown, u.beta)}

	l := mat.NewDense(r, r, nil) // L Q in the coordinates of V, but for scale
	for i, lambda := range s.lambda {
		for j := range r {
			l.Set(i, j, lambda*s.q.At(i, j))
		}
	}
	var lq mat.Dense
	if s.v == nil {
		lq.CloneFrom(l)
	} else {
		lq.Mul(s.v, l)
	}
	for i := range d {
		for j, g := range gain {
			lq.Set(i, j, lq.At(i, j)*g)
		}
	}
	up.gain = mat.NewDense(d, m, nil)
	up.gain.Mul(lq.Slice(0, d, 0, q), s.p.T())

	if s.right != nil { // all deviations equal: L Q diag(shrink) is its own decomposition
		for j := range shrink {
			shrink[j] *= scale
		}
		up.posterior = spiked(s.right, shrink, rest)
		return up, nil
	}
	for i := range r {
		for j, c := range shrink {
			l.Set(i, j, l.At(i, j)*c)
		}
	}
	var svd mat.SVD
	if !svd.Factorize(l, mat.SVDThinU) {
		return nil, fmt.Errorf("condition: the deviations of the posterior cannot be found")
	}
	basis := new(mat.Dense)
	svd.UTo(basis)
	if s.v != nil {
		var full mat.Dense
		full.Mul(s.v, basis)
		basis = &full
	}
	up.posterior = spiked(&frame{dim: d, basis: basis}, svd.Values(nil), rest)
	return up, nil
}
