package external

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// float64s is the one type of number in arrays: IEEE double, little endian.
const float64s = "<f8"

// array is an array as it is sent: rows after each other, in base64.
type array struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Data  string `json:"data"` // base64, or the name of what the frames keep
}

// pack returns the array of the given shape with the given numbers.
func (f *frames) pack(numbers []float64, shape ...int) array {
	raw := make([]byte, 8*len(numbers))
	for i, v := range numbers {
		binary.LittleEndian.PutUint64(raw[8*i:], math.Float64bits(v))
	}
	return array{float64s, shape, f.keep(raw)}
}

// packRows returns the array of the rows of a.
func (f *frames) packRows(a *mat.Dense) array {
	n, d := a.Dims()
	if raw := a.RawMatrix(); raw.Stride == d {
		return f.pack(raw.Data[:n*d], n, d)
	}
	return f.pack(mat.DenseCopyOf(a).RawMatrix().Data, n, d)
}

// unpack returns the bytes of the numbers of an array, which must hold as many as its
// shape says. An error says what is wrong with the array in words.
func (f *frames) unpack(a *array) ([]byte, error) {
	raw, kept := f.take(a.Data)
	if a.DType != float64s {
		return nil, fmt.Errorf("dtype is %q, want %q", a.DType, float64s)
	}
	want := 1
	for _, n := range a.Shape {
		if n < 0 || n > 0 && want > maxFrame/n {
			return nil, fmt.Errorf("shape is %v, want counts that are not negative and not too many", a.Shape)
		}
		want *= n
	}
	if !kept {
		var err error
		if raw, err = base64.StdEncoding.DecodeString(a.Data); err != nil {
			return nil, fmt.Errorf("data is not base64: %w", err)
		}
	}
	if len(raw) != 8*want {
		return nil, fmt.Errorf("data holds %d bytes, but shape %v needs %d", len(raw), a.Shape, 8*want)
	}
	return raw, nil
}

// store sets dst to the numbers of raw, which holds as many. An error is a [*notFinite],
// the first one.
func store(dst *mat.Dense, raw []byte) error {
	n, d := dst.Dims()
	for i := range n {
		row := dst.RawRowView(i)
		for j := range row {
			row[j] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*(i*d+j):]))
			if math.IsNaN(row[j]) || math.IsInf(row[j], 0) {
				return &notFinite{i, j, row[j]}
			}
		}
	}
	return nil
}

// notFinite is a number that must be finite and is not.
type notFinite struct {
	row, column int
	value       float64
}

func (e *notFinite) Error() string {
	return fmt.Sprintf("it has %v in row %d, column %d", e.value, e.row, e.column)
}
