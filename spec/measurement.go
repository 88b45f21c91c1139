package spec

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Measurement is y = A x + beta n, n standard normal in R^m. Any A is a
// measurement: of one row, with more rows than columns, rank-deficient, with rows
// that repeat or vanish, or with no rows at all (m = 0, nothing is measured).
type Measurement struct {
	a    *mat.Dense // m x d; nil if m = 0
	dim  int
	beta float64
}

// NewMeasurement returns the measurement by a copy of a (m x d) with noise of
// standard deviation beta. Every entry must be finite, beta positive and finite.
func NewMeasurement(a mat.Matrix, beta float64) (Measurement, error) {
	if !(beta > 0) || math.IsInf(beta, 1) {
		return Measurement{}, fmt.Errorf("measurement: beta is %v, want a positive finite standard deviation", beta)
	}
	m, d := a.Dims()
	if m == 0 || d == 0 {
		return Measurement{}, fmt.Errorf("measurement: A is %d x %d; use Unmeasured(d) to measure nothing", m, d)
	}
	for i := range m {
		for j := range d {
			if v := a.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return Measurement{}, fmt.Errorf("measurement: A[%d][%d] is %v, want a finite number", i, j, v)
			}
		}
	}
	return Measurement{a: mat.DenseCopyOf(a), dim: d, beta: beta}, nil
}

// Unmeasured returns the measurement with no rows on R^d: its posterior is the
// prior, and a sampler judged on it is judged as an unconditional one. It panics
// if d < 1.
func Unmeasured(d int) Measurement {
	if d < 1 {
		panic(fmt.Sprintf("spec: Unmeasured(%d): dimension below 1", d))
	}
	return Measurement{dim: d, beta: 1}
}

// Rows returns m, the length of y.
func (m Measurement) Rows() int {
	if m.a == nil {
		return 0
	}
	rows, _ := m.a.Dims()
	return rows
}

// Dim returns d, the length of x.
func (m Measurement) Dim() int { return m.dim }

// Beta returns the standard deviation of the noise.
func (m Measurement) Beta() float64 { return m.beta }

// A returns the matrix (m x d), which the caller must not change; nil if m = 0.
func (m Measurement) A() *mat.Dense { return m.a }

// Apply stores A x_i in row i of dst (n x m) for the rows of x (n x d). It does
// nothing if m = 0, when dst may be nil.
func (m Measurement) Apply(dst, x *mat.Dense) {
	if m.a != nil {
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, x.RawMatrix(), m.a.RawMatrix(), 0, dst.RawMatrix())
	}
}

// ApplyTranspose stores A^T r_i in row i of dst (n x d) for the rows of r
// (n x m); zero if m = 0, when r may be nil.
func (m Measurement) ApplyTranspose(dst, r *mat.Dense) {
	if m.a == nil {
		dst.Zero()
		return
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, r.RawMatrix(), m.a.RawMatrix(), 0, dst.RawMatrix())
}

// Residual stores y - A x_i in row i of dst (n x m) for the rows of x (n x d).
// It does nothing if m = 0, when dst may be nil.
func (m Measurement) Residual(dst, x *mat.Dense, y []float64) {
	if m.a == nil {
		return
	}
	n, _ := dst.Dims()
	for i := range n {
		copy(dst.RawRowView(i), y)
	}
	blas64.Gemm(blas.NoTrans, blas.Trans, -1, x.RawMatrix(), m.a.RawMatrix(), 1, dst.RawMatrix())
}

// Measure stores in y (length m) a measurement of x (length d).
func (m Measurement) Measure(y, x []float64, rng *rand.Rand) {
	for i := range y {
		y[i] = m.beta * rng.NormFloat64()
	}
	if m.a != nil {
		blas64.Gemv(blas.NoTrans, 1, m.a.RawMatrix(), blas64.Vector{N: m.dim, Data: x, Inc: 1},
			1, blas64.Vector{N: len(y), Data: y, Inc: 1})
	}
}

// LogLikelihood stores in dst (length n) log p(y | x_i), the log density of y
// (length m) at the rows of x (n x d); 0 if m = 0.
func (m Measurement) LogLikelihood(dst []float64, x *mat.Dense, y []float64) {
	if m.a == nil {
		clear(dst)
		return
	}
	residual := mat.NewDense(len(dst), m.Rows(), nil)
	m.Residual(residual, x, y)
	constant := float64(m.Rows()) * (math.Log(m.beta) + logSqrt2Pi)
	for i := range dst {
		r := mat.Norm(residual.RowView(i), 2) / m.beta
		dst[i] = -r*r/2 - constant
	}
}

// logSqrt2Pi is log sqrt(2 pi).
const logSqrt2Pi = 0.91893853320467274178032973640561763986139747363778341281715154048
