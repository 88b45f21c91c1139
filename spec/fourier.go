package spec

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/mat"
)

// spectral is some rows of the discrete Fourier transform, computed by the fast
// transform.
type spectral struct {
	height, width int
	frequencies   [][2]int
}

// Fourier returns the operator that sees coefficients of the discrete Fourier transform of
// an image, row by row (a signal has height 1). For the frequency (u, v) that is two rows,
// the real and the imaginary part of
//
//	sum over y, x of image[y][x] exp(-2 pi i (u y/height + v x/width)) / sqrt(height width),
//
// of which the second is 0 where the coefficient is always real. It is an error if no
// frequencies are given, or one is not in 0 <= u < height, 0 <= v < width.
func Fourier(height, width int, frequencies [][2]int) (Operator, error) {
	if err := checkImage("fourier", height, width); err != nil {
		return nil, err
	}
	if len(frequencies) == 0 {
		return nil, fmt.Errorf("fourier: no frequencies are given, want at least one")
	}
	for i, f := range frequencies {
		if f[0] < 0 || f[0] >= height || f[1] < 0 || f[1] >= width {
			return nil, fmt.Errorf("fourier: frequencies[%d] is (%d, %d), want from (0, 0) to (%d, %d)", i, f[0], f[1], height-1, width-1)
		}
	}
	return &spectral{height, width, slices.Clone(frequencies)}, nil
}

func (a *spectral) Dims() (m, d int) { return 2 * len(a.frequencies), a.height * a.width }

func (a *spectral) scale() float64 { return 1 / math.Sqrt(float64(a.height*a.width)) }

func (a *spectral) Apply(dst, x *mat.Dense) {
	grid := make([]complex128, a.height*a.width)
	across, down := fourier.NewCmplxFFT(a.width), fourier.NewCmplxFFT(a.height)
	for i := range dst.RawMatrix().Rows {
		for j, v := range x.RawRowView(i) {
			grid[j] = complex(v, 0)
		}
		a.transform(grid, across.Coefficients, down.Coefficients)
		to := dst.RawRowView(i)
		for k, f := range a.frequencies {
			c := grid[f[0]*a.width+f[1]]
			to[2*k], to[2*k+1] = a.scale()*real(c), a.scale()*imag(c)
			if a.alwaysReal(f) {
				to[2*k+1] = 0
			}
		}
	}
}

func (a *spectral) ApplyAdjoint(dst, r *mat.Dense) {
	grid := make([]complex128, a.height*a.width)
	across, down := fourier.NewCmplxFFT(a.width), fourier.NewCmplxFFT(a.height)
	for i := range dst.RawMatrix().Rows {
		clear(grid)
		from := r.RawRowView(i)
		for k, f := range a.frequencies {
			imaginary := from[2*k+1]
			if a.alwaysReal(f) {
				imaginary = 0
			}
			grid[f[0]*a.width+f[1]] += complex(from[2*k], imaginary)
		}
		a.transform(grid, across.Sequence, down.Sequence)
		to := dst.RawRowView(i)
		for j, c := range grid {
			to[j] = a.scale() * real(c)
		}
	}
}

// alwaysReal reports whether the coefficient is its own conjugate, for real images.
func (a *spectral) alwaysReal(f [2]int) bool { return 2*f[0]%a.height == 0 && 2*f[1]%a.width == 0 }

// transform transforms the rows of the grid and then its columns, in place.
func (a *spectral) transform(grid []complex128, across, down func(dst, seq []complex128) []complex128) {
	for y := range a.height {
		row := grid[y*a.width:][:a.width]
		across(row, row)
	}
	if a.height == 1 {
		return
	}
	column := make([]complex128, a.height)
	for x := range a.width {
		for y := range column {
			column[y] = grid[y*a.width+x]
		}
		down(column, column)
		for y, c := range column {
			grid[y*a.width+x] = c
		}
	}
}

// MarshalJSON returns the canonical text form.
func (a *spectral) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Kind        string   `json:"kind"`
		Height      int      `json:"height"`
		Width       int      `json:"width"`
		Frequencies [][2]int `json:"frequencies"`
	}{"fourier", a.height, a.width, a.frequencies})
}
