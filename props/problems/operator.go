package problems

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// written is how many entries a named operator may have to be a matrix. Larger ones are
// operators, which are written in another text form and sum in another order: so up to
// here the digests of problems, and what samplers draw on them, are those of the matrix.
const written = 1 << 20

// Measurement returns the measurement by the named linear operator on points of dimension
// d, with noise of standard deviation beta, as a matrix (m x d) if it has at most 2^20
// entries or comes from a file:
//
//	identity    every coordinate
//	inpaint     the first half of the coordinates; the rest is hidden
//	superres    means of blocks of two coordinates (2 x 2 on an image)
//	blur        every coordinate, mixed with its neighbours by the kernel 1 2 1
//	            (in both directions on an image), rescaled at the border
//	file:PATH   the matrix in a .csv, .csv.gz, .npy or .npz file, one row a measurement
//
// Where d is a perfect square, above 1, the point is a square image, row by row,
// and half of it is its upper half; otherwise it is a signal in one dimension. What
// does not divide evenly is rounded in favour of being seen, and the last block of
// superres may be smaller. It is an error if the operator is unknown or the file
// does not hold d columns.
func Measurement(name string, d int, beta float64) (spec.Linear, error) {
	large, err := largeOperator(name, d)
	if err != nil {
		return spec.Linear{}, err
	}
	if large != nil {
		return spec.NewLinearBy(large, beta)
	}
	a, err := matrix(name, d)
	if err != nil {
		return spec.Linear{}, err
	}
	return spec.NewLinear(a, beta)
}

// largeOperator returns nil for an operator that is to be a matrix.
func largeOperator(name string, d int) (spec.Operator, error) {
	height, width := shape(d)
	m := d
	switch name {
	case "inpaint":
		m = seenBy(d)
	case "superres":
		m = (height + 1) / 2 * ((width + 1) / 2)
	}
	if m <= written/d {
		return nil, nil
	}
	switch name {
	case "identity":
		return spec.Identity(d), nil
	case "inpaint":
		kept := make([]int, m)
		for i := range kept {
			kept[i] = i
		}
		return spec.Mask(d, kept)
	case "superres":
		return spec.Pooling(height, width, 2)
	case "blur":
		kernel := mat.NewDense(3, 3, []float64{1, 2, 1, 2, 4, 2, 1, 2, 1})
		if height == 1 {
			kernel = mat.NewDense(1, 3, []float64{1, 2, 1})
		}
		return spec.Convolution(height, width, kernel)
	}
	return nil, nil
}

// seenBy returns how many coordinates inpaint sees.
func seenBy(d int) int {
	height, width := shape(d)
	seen := (d + 1) / 2
	if height > 1 {
		seen = (height + 1) / 2 * width
	}
	return seen
}

// matrix returns the matrix of the named operator.
func matrix(name string, d int) (*mat.Dense, error) {
	if path, ok := strings.CutPrefix(name, "file:"); ok {
		a, err := readTable(path, false)
		if err != nil {
			return nil, err
		}
		if _, columns := a.Dims(); columns != d {
			return nil, fmt.Errorf("%s: A has %d columns, but a point has %d coordinates; want one column for each", path, columns, d)
		}
		return a, nil
	}
	height, width := shape(d)
	switch name {
	case "identity":
		return operator(d, d, func(i int, row []float64) { row[i] = 1 }), nil
	case "inpaint":
		return operator(seenBy(d), d, func(i int, row []float64) { row[i] = 1 }), nil
	case "superres":
		across := (width + 1) / 2
		return operator((height+1)/2*across, d, func(i int, row []float64) {
			top, left := i/across*2, i%across*2
			spread(row, width, top, min(top+2, height), left, min(left+2, width), func(int, int) float64 { return 1 })
		}), nil
	case "blur":
		return operator(d, d, func(i int, row []float64) {
			r, c := i/width, i%width
			spread(row, width, max(r-1, 0), min(r+2, height), max(c-1, 0), min(c+2, width), func(y, x int) float64 {
				return (2 - math.Abs(float64(y-r))) * (2 - math.Abs(float64(x-c)))
			})
		}), nil
	}
	return nil, fmt.Errorf("operator %q: want identity, inpaint, superres, blur or file:A.npy", name)
}

// shape returns the height and width of a point of dimension d; a signal has
// height 1.
func shape(d int) (height, width int) {
	side := int(math.Round(math.Sqrt(float64(d))))
	if side*side == d {
		return side, side
	}
	return 1, d
}

func operator(m, d int, fill func(i int, row []float64)) *mat.Dense {
	a := mat.NewDense(m, d, nil)
	for i := range m {
		fill(i, a.RawRowView(i))
	}
	return a
}

// spread stores in the row of a matrix the average over a block of the image
// (rows top to bottom, columns left to right, ends excluded) with the given weights.
func spread(row []float64, width, top, bottom, left, right int, weight func(y, x int) float64) {
	var total float64
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			row[y*width+x] = weight(y, x)
			total += weight(y, x)
		}
	}
	for y := top; y < bottom; y++ {
		for x := left; x < right; x++ {
			row[y*width+x] /= total
		}
	}
}
