package spec

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// frame is an isometry of R^dim into R^size in which a covariance is diagonal. It
// is the idea that all families here share: in its frame every smoothing, every
// conditional mean and every density is a computation coordinate by coordinate.
//
// With an orthonormal basis U of rank columns, x has the coordinates U^T x,
// followed, if rank < dim, by the dim coordinates of what is left, x - U U^T x,
// along all directions of which the covariance is the same. Keeping what is left
// as a vector rather than as the difference |x|^2 - |U^T x|^2 avoids cancellation.
// Without a basis the coordinates are those of x.
//
// Frames are compared by address: families share one where they share a basis.
type frame struct {
	dim   int
	basis *mat.Dense // dim x rank; nil for the coordinate axes
}

// rank returns the number of directions along which deviations differ.
func (f *frame) rank() int {
	if f.basis == nil {
		return f.dim
	}
	_, r := f.basis.Dims()
	return r
}

// size returns the number of coordinates.
func (f *frame) size() int {
	if r := f.rank(); r < f.dim {
		return r + f.dim
	}
	return f.dim
}

// to stores in dst (n x size) the coordinates of the rows of x (n x dim).
func (f *frame) to(dst, x blas64.General) {
	if f.basis == nil {
		copyRows(dst, x)
		return
	}
	r := f.rank()
	head := columns(dst, 0, r)
	multiply(head, 1, x, blas.NoTrans, f.basis.RawMatrix(), 0)
	if r < f.dim {
		tail := columns(dst, r, r+f.dim)
		copyRows(tail, x)
		multiply(tail, -1, head, blas.Trans, f.basis.RawMatrix(), 1)
	}
}

// from stores in dst (n x dim) the points whose coordinates are the rows of z
// (n x size), plus add times what dst holds.
func (f *frame) from(dst, z blas64.General, add float64) {
	r := f.rank()
	if r < f.dim || f.basis == nil {
		tail := columns(z, z.Cols-f.dim, z.Cols)
		for i := range dst.Rows {
			to, from := row(dst, i), row(tail, i)
			if add == 0 {
				copy(to, from)
				continue
			}
			for j, v := range from {
				to[j] = add*to[j] + v
			}
		}
		add = 1
	}
	if f.basis != nil {
		multiply(dst, 1, columns(z, 0, r), blas.Trans, f.basis.RawMatrix(), add)
	}
}

// sumOver returns the sum over the dim directions of R^dim of value, given by
// coordinate: the last coordinates stand for dim - rank directions only.
func (f *frame) sumOver(value func(j int) float64) float64 {
	var sum float64
	r := f.rank()
	for j := range r {
		sum += value(j)
	}
	if r < f.dim {
		sum += float64(f.dim-r) * value(r)
	}
	return sum
}

// complete returns orthonormal columns that begin with those of u (d x k, nil if
// k = 0), up to sign, and span the rows of a (m x d) as well: k+m columns, or all
// d of them where that is at least d/2, when a full basis is the cheaper frame. No
// rank is decided: dependent rows add arbitrary orthogonal directions.
func complete(u *mat.Dense, a *mat.Dense) *mat.Dense {
	m, d := a.Dims()
	k := 0
	if u != nil {
		_, k = u.Dims()
	}
	r := k + m
	if 2*r >= d {
		r = d
	}
	q := mat.NewDense(d, r, nil)
	if k > 0 {
		q.Slice(0, d, 0, k).(*mat.Dense).Copy(u)
	}
	for i := range min(m, r-k) {
		// A direction is all that counts: scaling the row avoids overflow.
		v := a.RawRowView(i)
		if norm := length(v); norm > 0 && !math.IsInf(norm, 1) {
			for j := range d {
				q.Set(j, k+i, v[j]/norm)
			}
		}
	}
	tau := make([]float64, r)
	work := []float64{0}
	lapack64.Geqrf(q.RawMatrix(), tau, work, -1)
	work = make([]float64, max(int(work[0]), r))
	lapack64.Geqrf(q.RawMatrix(), tau, work, len(work))
	query := []float64{0}
	lapack64.Orgqr(q.RawMatrix(), tau, query, -1)
	if n := int(query[0]); n > len(work) {
		work = make([]float64, n)
	}
	lapack64.Orgqr(q.RawMatrix(), tau, work, len(work))
	return q
}
