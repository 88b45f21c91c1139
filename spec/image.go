package spec

import (
	"encoding/json"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// The operators of this file see a point as an image, row by row; a signal has height 1.

// weighted is an operator each row of which is a weighted mean over a block of the image.
type weighted struct {
	height, width int
	rows          int
	// block returns the block of a row, ends excluded.
	block func(row int) (top, bottom, left, right int)
	// weight returns the weight in a row of a pixel of its block, positive in one at least.
	weight func(row, y, x int) float64
	text   any
}

func (a *weighted) Dims() (m, d int) { return a.rows, a.height * a.width }

// each calls visit for the pixels j of each row, with their weights divided by the sum.
func (a *weighted) each(visit func(row, j int, weight float64)) {
	for row := range a.rows {
		top, bottom, left, right := a.block(row)
		var total float64
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				total += a.weight(row, y, x)
			}
		}
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				visit(row, y*a.width+x, a.weight(row, y, x)/total)
			}
		}
	}
}

func (a *weighted) Apply(dst, x *mat.Dense) {
	dst.Zero()
	to, from := dst.RawMatrix(), x.RawMatrix()
	a.each(func(row, j int, weight float64) {
		for i := range to.Rows {
			to.Data[i*to.Stride+row] += weight * from.Data[i*from.Stride+j]
		}
	})
}

func (a *weighted) ApplyAdjoint(dst, r *mat.Dense) {
	dst.Zero()
	to, from := dst.RawMatrix(), r.RawMatrix()
	a.each(func(row, j int, weight float64) {
		for i := range to.Rows {
			to.Data[i*to.Stride+j] += weight * from.Data[i*from.Stride+row]
		}
	})
}

// MarshalJSON returns the canonical text form.
func (a *weighted) MarshalJSON() ([]byte, error) { return json.Marshal(a.text) }

func checkImage(what string, height, width int) error {
	if height < 1 || width < 1 || height > math.MaxInt32/width {
		return fmt.Errorf("%s: an image of %d x %d, want positive numbers", what, height, width)
	}
	return nil
}

// Pooling returns the operator that sees the means of blocks of block x block pixels of an
// image; where block does not divide evenly, the last ones are smaller.
func Pooling(height, width, block int) (Operator, error) {
	if err := checkImage("pooling", height, width); err != nil {
		return nil, err
	}
	if block < 1 {
		return nil, fmt.Errorf("pooling: blocks of %d pixels, want at least 1", block)
	}
	block = min(block, max(height, width)) // more is the same, and could overflow
	down, across := (height+block-1)/block, (width+block-1)/block
	return &weighted{
		height, width, down * across,
		func(row int) (top, bottom, left, right int) {
			top, left = row/across*block, row%across*block
			return top, min(top+block, height), left, min(left+block, width)
		},
		func(int, int, int) float64 { return 1 },
		poolingText{"pooling", height, width, block},
	}, nil
}

type poolingText struct {
	Kind   string `json:"kind"`
	Height int    `json:"height"`
	Width  int    `json:"width"`
	Block  int    `json:"block"`
}

// Convolution returns the operator that mixes every pixel of an image with its neighbours:
// row i is the mean, weighted by the kernel centred there, of what lies within the image.
// The kernel has odd height and width, no negative weight, and a positive one in the
// middle.
func Convolution(height, width int, kernel mat.Matrix) (Operator, error) {
	if err := checkImage("convolution", height, width); err != nil {
		return nil, err
	}
	r, c := kernel.Dims()
	if r%2 == 0 || c%2 == 0 {
		return nil, fmt.Errorf("convolution: a kernel of %d x %d, want odd numbers", r, c)
	}
	k := mat.DenseCopyOf(kernel)
	for i := range r {
		for j, v := range k.RawRowView(i) {
			if !(v >= 0) || math.IsInf(v, 1) {
				return nil, fmt.Errorf("convolution: kernel[%d][%d] is %v, want a finite number from 0", i, j, v)
			}
		}
	}
	if !(k.At(r/2, c/2) > 0) || math.IsInf(mat.Sum(k), 1) {
		return nil, fmt.Errorf("convolution: the kernel has %v in the middle and the sum %v, want positive finite numbers", k.At(r/2, c/2), mat.Sum(k))
	}
	return &weighted{
		height, width, height * width,
		func(row int) (top, bottom, left, right int) {
			y, x := row/width, row%width
			return max(y-r/2, 0), min(y+r/2+1, height), max(x-c/2, 0), min(x+c/2+1, width)
		},
		func(row, y, x int) float64 { return k.At(y-row/width+r/2, x-row%width+c/2) },
		convolutionText{"convolution", height, width, rowsOf(k)},
	}, nil
}

type convolutionText struct {
	Kind   string      `json:"kind"`
	Height int         `json:"height"`
	Width  int         `json:"width"`
	Kernel [][]float64 `json:"kernel"`
}
