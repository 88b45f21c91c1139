package spec

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Operator is a linear map A of R^d to R^m that need not be a matrix. It is immutable and
// safe for concurrent use. Those of this package are [Identity], [Mask], [Pooling],
// [Convolution] and [Fourier]; none of them holds or makes a matrix to apply itself. An
// operator that implements json.Marshaler is written so in the text form of a problem,
// and any other as the matrix that it is.
type Operator interface {
	// Dims returns m and d.
	Dims() (m, d int)
	// Apply stores A x_i in row i of dst (n x m) for the rows of x (n x d). dst must not
	// be x.
	Apply(dst, x *mat.Dense)
	// ApplyAdjoint stores A^T r_i in row i of dst (n x d) for the rows of r (n x m). dst
	// must not be r.
	ApplyAdjoint(dst, r *mat.Dense)
}

// matrix is the operator of a matrix.
type matrix struct{ dense *mat.Dense }

func (a matrix) Dims() (m, d int) { return a.dense.Dims() }

func (a matrix) Apply(dst, x *mat.Dense) {
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, x.RawMatrix(), a.dense.RawMatrix(), 0, dst.RawMatrix())
}

func (a matrix) ApplyAdjoint(dst, r *mat.Dense) {
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, r.RawMatrix(), a.dense.RawMatrix(), 0, dst.RawMatrix())
}

// written is the matrix of an operator, made when it is first asked for.
type written struct {
	op    Operator
	once  sync.Once
	dense *mat.Dense
}

func (w *written) matrix() *mat.Dense {
	w.once.Do(func() {
		m, d := w.op.Dims()
		w.dense = mat.NewDense(m, d, nil)
		const batch = 64 // unit vectors of R^m at a time
		for lo := 0; lo < m; lo += batch {
			n := min(batch, m-lo)
			units := mat.NewDense(n, m, nil)
			for i := range n {
				units.Set(i, lo+i, 1)
			}
			w.op.ApplyAdjoint(w.dense.Slice(lo, lo+n, 0, d).(*mat.Dense), units)
		}
	})
	return w.dense
}

// mask sees some coordinates, each once.
type mask struct {
	dim  int
	kept []int
}

// Identity returns the operator that sees all coordinates of R^d. It panics if d < 1.
func Identity(d int) Operator {
	if d < 1 {
		panic(fmt.Sprintf("spec: Identity(%d): dimension below 1", d))
	}
	kept := make([]int, d)
	for j := range kept {
		kept[j] = j
	}
	return &mask{d, kept}
}

// Mask returns the operator that sees the given coordinates of R^d, in that order. It is
// an error if there are none, one is outside 0 to d-1, or one is given twice.
func Mask(d int, kept []int) (Operator, error) {
	if len(kept) == 0 {
		return nil, fmt.Errorf("mask: no coordinates are kept, want at least one")
	}
	seen := make(map[int]bool, len(kept))
	for i, j := range kept {
		if j < 0 || j >= d {
			return nil, fmt.Errorf("mask: kept[%d] is %d, want a coordinate from 0 to %d", i, j, d-1)
		}
		if seen[j] {
			return nil, fmt.Errorf("mask: coordinate %d is kept twice", j)
		}
		seen[j] = true
	}
	return &mask{d, slices.Clone(kept)}, nil
}

func (a *mask) Dims() (m, d int) { return len(a.kept), a.dim }

func (a *mask) Apply(dst, x *mat.Dense) {
	for i := range dst.RawMatrix().Rows {
		to, from := dst.RawRowView(i), x.RawRowView(i)
		for k, j := range a.kept {
			to[k] = from[j]
		}
	}
}

func (a *mask) ApplyAdjoint(dst, r *mat.Dense) {
	for i := range dst.RawMatrix().Rows {
		to := dst.RawRowView(i)
		clear(to)
		for k, v := range r.RawRowView(i) {
			to[a.kept[k]] = v
		}
	}
}

// MarshalJSON returns the canonical text form.
func (a *mask) MarshalJSON() ([]byte, error) {
	if len(a.kept) == a.dim && slices.IsSorted(a.kept) {
		return json.Marshal(struct {
			Kind string `json:"kind"`
			Dim  int    `json:"dim"`
		}{"identity", a.dim})
	}
	return json.Marshal(struct {
		Kind string `json:"kind"`
		Dim  int    `json:"dim"`
		Kept []int  `json:"kept"`
	}{"mask", a.dim, a.kept})
}
