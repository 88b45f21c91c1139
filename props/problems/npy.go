package problems

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"codeberg.org/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

// readNPY reads a two-dimensional NumPy array of floats or integers, in C or
// Fortran order.
func readNPY(r io.Reader) (*mat.Dense, error) {
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	body := bytes.NewReader(content)
	array, err := npyHeader(body)
	if err != nil {
		return nil, err
	}
	shape := array.Header.Descr.Shape
	if len(shape) != 2 {
		return nil, fmt.Errorf("the array has %d dimensions, shape %v; want 2: rows are points", len(shape), shape)
	}
	rows, columns := shape[0], shape[1]
	if rows < 1 || columns < 1 {
		return nil, fmt.Errorf("the array is empty: shape %d x %d", rows, columns)
	}
	kind := strings.Trim(array.Header.Descr.Type, `'"`)
	size, read := npyType(kind)
	if read == nil {
		return nil, fmt.Errorf("the array is of type %s; want float32, float64 or an integer type", kind)
	}
	// Checked before reading, for the shape in a damaged header may be anything.
	if got := int64(body.Len()); got%size != 0 || (got/size)/int64(columns) != int64(rows) || (got/size)%int64(columns) != 0 {
		return nil, fmt.Errorf("%d bytes of data follow the header; a %d x %d array of %s has %d bytes an entry", got, rows, columns, kind, size)
	}
	data, err := read(array)
	if err != nil {
		return nil, err
	}
	table := mat.NewDense(rows, columns, data)
	if array.Header.Descr.Fortran { // column by column: the transpose, row by row
		table = mat.DenseCopyOf(mat.NewDense(columns, rows, data).T())
	}
	for i := range rows {
		for j, v := range table.RawRowView(i) {
			if err := checkFinite(v); err != nil {
				return nil, fmt.Errorf("row %d, column %d: %w", i+1, j+1, err)
			}
		}
	}
	return table, nil
}

// npyHeader reads the header. The library slices a header by the positions of its
// keys without checks, so that a damaged one panics: here that is the user's
// mistake, an error.
func npyHeader(body *bytes.Reader) (array *npy.Reader, err error) {
	damaged := errors.New("not a NumPy array file, or its header is damaged")
	defer func() {
		if recover() != nil {
			array, err = nil, damaged
		}
	}()
	start := make([]byte, 12)
	n, _ := body.ReadAt(start, 0)
	if n < len(start) || !bytes.HasPrefix(start, npy.Magic[:]) {
		return nil, damaged
	}
	// The library allocates what the header claims to be long.
	length := int64(start[8]) | int64(start[9])<<8
	if start[6] > 1 {
		length |= int64(start[10])<<16 | int64(start[11])<<24
	}
	if length > body.Size() {
		return nil, damaged
	}
	array, err = npy.NewReader(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", damaged, err)
	}
	return array, nil
}

// npyType returns the size in bytes of a NumPy type and how to read an array of
// it; nil if it is not a real number.
func npyType(kind string) (size int64, read func(*npy.Reader) ([]float64, error)) {
	switch strings.TrimLeft(kind, "<>|=") {
	case "f8":
		return 8, readNumbers[float64]
	case "f4":
		return 4, readNumbers[float32]
	case "i8":
		return 8, readNumbers[int64]
	case "i4":
		return 4, readNumbers[int32]
	case "i2":
		return 2, readNumbers[int16]
	case "i1":
		return 1, readNumbers[int8]
	case "u8":
		return 8, readNumbers[uint64]
	case "u4":
		return 4, readNumbers[uint32]
	case "u2":
		return 2, readNumbers[uint16]
	case "u1":
		return 1, readNumbers[uint8]
	}
	return 0, nil
}

func readNumbers[T float32 | float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](r *npy.Reader) ([]float64, error) {
	var numbers []T
	if err := r.Read(&numbers); err != nil {
		return nil, err
	}
	data := make([]float64, len(numbers))
	for i, v := range numbers {
		data[i] = float64(v)
	}
	return data, nil
}
