package spec

import (
	"fmt"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
)

// chunkRows is the number of rows that are worked on together. It is fixed, so
// that what is computed does not depend on the number of cores.
const chunkRows = 32

// eachChunk calls work for the rows lo to hi-1 of every chunk of n rows, in
// parallel, each with scratch of its own.
func eachChunk(n int, work func(lo, hi int, s *scratch)) {
	parallel.Do((n+chunkRows-1)/chunkRows, func(c int) {
		s := getScratch()
		work(c*chunkRows, min((c+1)*chunkRows, n), s)
		s.reset()
		scratchPool.Put(s)
	})
}

// scratch is memory that is handed out piece by piece and taken back all at once.
type scratch struct {
	floats   pieces[float64]
	vectors  pieces[[]float64]
	matrices pieces[blas64.General]
	ints     pieces[int]
	bools    pieces[bool]
}

// pieces is the memory for what is of one type.
type pieces[T any] struct {
	all    []T
	used   int
	wanted int
}

// take returns n of any value.
func (p *pieces[T]) take(n int) []T {
	p.wanted += n
	if p.used+n > len(p.all) {
		return make([]T, n)
	}
	v := p.all[p.used : p.used+n : p.used+n]
	p.used += n
	return v
}

// reset takes back all memory and makes room for as much as was wanted since.
func (p *pieces[T]) reset() {
	if p.wanted > len(p.all) {
		p.all = make([]T, p.wanted)
	}
	p.used, p.wanted = 0, 0
}

var scratchPool = sync.Pool{New: func() any { return new(scratch) }}

func getScratch() *scratch { return scratchPool.Get().(*scratch) }

// reset takes back all memory.
func (s *scratch) reset() {
	s.floats.reset()
	s.vectors.reset()
	s.matrices.reset()
	s.ints.reset()
	s.bools.reset()
}

// vector returns n numbers of any value.
func (s *scratch) vector(n int) []float64 { return s.floats.take(n) }

// matrix returns an r x c matrix of any values.
func (s *scratch) matrix(r, c int) blas64.General {
	return blas64.General{Rows: r, Cols: c, Stride: c, Data: s.vector(r * c)}
}

// row returns row i.
func row(a blas64.General, i int) []float64 { return a.Data[i*a.Stride : i*a.Stride+a.Cols] }

// rowRange returns the rows lo to hi-1.
func rowRange(a blas64.General, lo, hi int) blas64.General {
	return blas64.General{Rows: hi - lo, Cols: a.Cols, Stride: a.Stride, Data: a.Data[lo*a.Stride : (hi-1)*a.Stride+a.Cols]}
}

// columns returns the columns lo to hi-1.
func columns(a blas64.General, lo, hi int) blas64.General {
	if a.Rows == 0 || lo == hi {
		return blas64.General{Rows: a.Rows, Cols: hi - lo, Stride: a.Stride}
	}
	return blas64.General{Rows: a.Rows, Cols: hi - lo, Stride: a.Stride, Data: a.Data[lo : (a.Rows-1)*a.Stride+hi]}
}

func copyRows(dst, src blas64.General) {
	for i := range src.Rows {
		copy(row(dst, i), row(src, i))
	}
}

// multiply stores alpha a b + beta c in c, b transposed if tb says so. For a
// transposed b of many rows it goes by blocks that gonum multiplies without
// starting goroutines: callers are parallel over rows already.
func multiply(c blas64.General, alpha float64, a blas64.General, tb blas.Transpose, b blas64.General, beta float64) {
	if a.Rows <= chunkRows && c.Cols <= narrowColumns {
		multiplyNarrow(c, alpha, a, tb, b, beta)
		return
	}
	const block = 3 * 64 // gonum multiplies up to three tiles of 64 x 64 serially
	if tb == blas.NoTrans || a.Rows > chunkRows || b.Rows <= block {
		blas64.Gemm(blas.NoTrans, tb, alpha, a, b, beta, c)
		return
	}
	for lo := 0; lo < b.Rows; lo += block {
		hi := min(lo+block, b.Rows)
		blas64.Gemm(blas.NoTrans, tb, alpha, a, rowRange(b, lo, hi), beta, columns(c, lo, hi))
	}
}

// narrowColumns is the number of columns up to which gonum takes longer to begin than to multiply.
const narrowColumns = 8

// multiplyNarrow is multiply for a c of few columns. It rounds as gonum does: the same products
// are added in the same order.
func multiplyNarrow(c blas64.General, alpha float64, a blas64.General, tb blas.Transpose, b blas64.General, beta float64) {
	for i := range a.Rows {
		to, from := row(c, i), row(a, i)
		switch beta {
		case 0:
			clear(to)
		case 1:
		default:
			for j := range to {
				to[j] *= beta
			}
		}
		switch {
		case tb == blas.NoTrans:
			for l, v := range from {
				if v *= alpha; v == 0 {
					continue
				}
				for j, w := range row(b, l)[:len(to)] {
					to[j] += v * w
				}
			}
		case len(from) < 4: // beyond that gonum's order depends on the processor
			for j := range to {
				var sum float64
				for l, w := range row(b, j)[:len(from)] {
					sum += from[l] * w
				}
				to[j] += alpha * sum
			}
		default:
			for j := range to {
				to[j] += alpha * dot(from, row(b, j))
			}
		}
	}
}

// dot returns the inner product of two vectors of one length.
func dot(a, b []float64) float64 {
	return blas64.Dot(blas64.Vector{N: len(a), Data: a, Inc: 1}, blas64.Vector{N: len(b), Data: b, Inc: 1})
}

// length returns the Euclidean length, without overflow or underflow.
func length(a []float64) float64 {
	return blas64.Nrm2(blas64.Vector{N: len(a), Data: a, Inc: 1})
}

// axpy adds alpha x to y.
func axpy(alpha float64, x, y []float64) {
	blas64.Axpy(alpha, blas64.Vector{N: len(x), Data: x, Inc: 1}, blas64.Vector{N: len(y), Data: y, Inc: 1})
}

// checkBatch panics unless x and all of more are n x dim, and returns n.
func checkBatch(dim int, x *mat.Dense, more ...*mat.Dense) int {
	n, d := x.Dims()
	for _, y := range more {
		if r, c := y.Dims(); r != n || c != d {
			panic(fmt.Sprintf("spec: batches of different shapes: %d x %d and %d x %d", n, d, r, c))
		}
	}
	if n > 0 && d != dim {
		panic(fmt.Sprintf("spec: a batch of points of R^%d where the law lives on R^%d", d, dim))
	}
	return n
}
