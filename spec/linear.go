package spec

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Linear is the measurement y = A x + beta n, n standard normal in R^m. Any A will do: of
// one row, with more rows than columns, rank-deficient, with rows that repeat or vanish,
// or with no rows at all (m = 0, nothing is measured). A is a matrix or an [Operator].
type Linear struct {
	op   Operator // nil if m = 0
	all  *written // of an operator that is not a matrix
	dim  int
	beta float64
}

var (
	_ Measurement = Linear{}
	_ Likelihood  = Linear{}
	_ Forward     = Linear{}
)

// NewLinear returns the measurement by a copy of the matrix a (m x d) with noise of
// standard deviation beta. Every entry must be finite, beta positive and finite.
func NewLinear(a mat.Matrix, beta float64) (Linear, error) {
	if err := checkBeta(beta); err != nil {
		return Linear{}, err
	}
	m, d := a.Dims()
	if m == 0 || d == 0 {
		return Linear{}, fmt.Errorf("measurement: A is %d x %d; use Unmeasured(d) to measure nothing", m, d)
	}
	for i := range m {
		for j := range d {
			if v := a.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return Linear{}, fmt.Errorf("measurement: A[%d][%d] is %v, want a finite number", i, j, v)
			}
		}
	}
	return Linear{op: matrix{mat.DenseCopyOf(a)}, dim: d, beta: beta}, nil
}

// NewLinearBy returns the measurement by an operator with noise of standard deviation
// beta, positive and finite. The operator must have rows and columns.
func NewLinearBy(op Operator, beta float64) (Linear, error) {
	if err := checkBeta(beta); err != nil {
		return Linear{}, err
	}
	m, d := op.Dims()
	if m < 1 || d < 1 {
		return Linear{}, fmt.Errorf("measurement: A is %d x %d; use Unmeasured(d) to measure nothing", m, d)
	}
	return Linear{op: op, all: &written{op: op}, dim: d, beta: beta}, nil
}

// WithNoise returns the measurement by the same A with noise of standard deviation beta,
// positive and finite. Where nothing is measured, beta must be 1.
func (m Linear) WithNoise(beta float64) (Linear, error) {
	if m.op == nil && beta != 1 {
		return Linear{}, fmt.Errorf("measurement: beta is %v, want 1 where nothing is measured", beta)
	}
	if err := checkBeta(beta); err != nil {
		return Linear{}, err
	}
	m.beta = beta
	return m, nil
}

func checkBeta(beta float64) error {
	if !(beta > 0) || math.IsInf(beta, 1) {
		return fmt.Errorf("measurement: beta is %v, want a positive finite standard deviation", beta)
	}
	return nil
}

// Unmeasured returns the measurement with no rows on R^d: its posterior is the
// prior, and a sampler judged on it is judged as an unconditional one. It panics
// if d < 1.
func Unmeasured(d int) Linear {
	if d < 1 {
		panic(fmt.Sprintf("spec: Unmeasured(%d): dimension below 1", d))
	}
	return Linear{dim: d, beta: 1}
}

// Rows returns m, the length of y.
func (m Linear) Rows() int {
	if m.op == nil {
		return 0
	}
	rows, _ := m.op.Dims()
	return rows
}

// Dim returns d, the length of x.
func (m Linear) Dim() int { return m.dim }

// Beta returns the standard deviation of the noise.
func (m Linear) Beta() float64 { return m.beta }

// Operator returns A; nil if m = 0.
func (m Linear) Operator() Operator { return m.op }

// A returns the matrix (m x d), which the caller must not change; nil if m = 0. That of an
// operator is written out, once: it is for callers that need all entries, such as a
// decomposition.
func (m Linear) A() *mat.Dense {
	if m.op == nil {
		return nil
	}
	if a, ok := m.op.(matrix); ok {
		return a.dense
	}
	return m.all.matrix()
}

// Forward stores A x_i in row i of dst (n x m) for the rows of x (n x d). It does
// nothing if m = 0, when dst may be nil.
func (m Linear) Forward(dst, x *mat.Dense) {
	if m.op != nil {
		m.op.Apply(dst, x)
	}
}

// Adjoint stores A^T r_i in row i of dst (n x d) for the rows of r (n x m); zero if
// m = 0, when r may be nil.
func (m Linear) Adjoint(dst, r *mat.Dense) {
	if m.op == nil {
		dst.Zero()
		return
	}
	m.op.ApplyAdjoint(dst, r)
}

// Residual stores y - A x_i in row i of dst (n x m) for the rows of x (n x d).
// It does nothing if m = 0, when dst may be nil.
func (m Linear) Residual(dst, x *mat.Dense, y []float64) {
	if m.op == nil {
		return
	}
	n, _ := dst.Dims()
	if a, ok := m.op.(matrix); ok {
		for i := range n {
			copy(dst.RawRowView(i), y)
		}
		blas64.Gemm(blas.NoTrans, blas.Trans, -1, x.RawMatrix(), a.dense.RawMatrix(), 1, dst.RawMatrix())
		return
	}
	m.op.Apply(dst, x)
	for i := range n {
		row := dst.RawRowView(i)
		for j, v := range row {
			row[j] = y[j] - v
		}
	}
}

// Measure stores in y (length m) a measurement of x (length d).
func (m Linear) Measure(y, x []float64, rng *rand.Rand) {
	for i := range y {
		y[i] = m.beta * rng.NormFloat64()
	}
	switch op := m.op.(type) {
	case nil:
	case matrix:
		blas64.Gemv(blas.NoTrans, 1, op.dense.RawMatrix(), blas64.Vector{N: m.dim, Data: x, Inc: 1},
			1, blas64.Vector{N: len(y), Data: y, Inc: 1})
	default:
		ax := mat.NewDense(1, len(y), nil)
		op.Apply(ax, mat.NewDense(1, m.dim, x))
		axpy(1, ax.RawRowView(0), y)
	}
}

// LogLikelihood stores in dst (length n) log p(y | x_i), the log density of y
// (length m) at the rows of x (n x d); 0 if m = 0.
func (m Linear) LogLikelihood(dst []float64, x *mat.Dense, y []float64) {
	if m.op == nil {
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
