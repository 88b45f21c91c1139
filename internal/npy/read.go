package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Array is an array of numbers, row by row: the last index runs fastest.
type Array struct {
	Shape []int
	Data  []float64
}

// Read reads an array of booleans (0 or 1), integers or floats, in either byte order
// and either order of the entries. What it allocates is in proportion to the bytes that
// arrive, whatever the header claims. It is an error if there are more or fewer of them
// than the header says, or an integer is not a float64; or if fits, unless it is nil, says that
// there is no room for so many numbers: it is asked about all, if the file is of that length or of one
// that is not known (most < 0), and then whenever more are to be held.
func Read(r io.Reader, most int64, fits func(numbers int) error) (*Array, error) {
	if fits == nil {
		fits = func(int) error { return nil }
	}
	h, err := ReadHeader(r)
	if err != nil {
		return nil, err
	}
	size, err := h.Size()
	if err != nil {
		return nil, err
	}
	number, err := numberOf(h.Kind)
	if err != nil {
		return nil, err
	}
	if most < 0 || int64(size) <= most/int64(number.bytes) {
		if err := fits(size); err != nil {
			return nil, err
		}
	}
	data, err := number.read(r, size, fits)
	if err != nil {
		return nil, fmt.Errorf("an array of type %s and shape %v: %w", h.Kind, h.Shape, err)
	}
	if h.Fortran {
		data = rowByRow(data, h.Shape)
	}
	return &Array{h.Shape, data}, nil
}

// number is how entries of a type are stored.
type number struct {
	bytes int
	value func(b []byte) float64
	// exact is the largest absolute value up to which every integer is a float64, or 0
	// if all entries are.
	exact float64
}

// numberOf returns how entries of a NumPy type are stored.
func numberOf(kind string) (number, error) {
	order, name := binary.ByteOrder(binary.LittleEndian), strings.TrimLeft(kind, "<>|=")
	switch {
	case strings.HasPrefix(kind, ">"):
		order = binary.BigEndian
	case strings.HasPrefix(kind, "="):
		order = binary.NativeEndian
	}
	const exact = 1 << 53
	switch name {
	case "b1":
		return number{1, func(b []byte) float64 { return float64(min(b[0], 1)) }, 0}, nil
	case "i1":
		return number{1, func(b []byte) float64 { return float64(int8(b[0])) }, 0}, nil
	case "u1":
		return number{1, func(b []byte) float64 { return float64(b[0]) }, 0}, nil
	case "i2":
		return number{2, func(b []byte) float64 { return float64(int16(order.Uint16(b))) }, 0}, nil
	case "u2":
		return number{2, func(b []byte) float64 { return float64(order.Uint16(b)) }, 0}, nil
	case "i4":
		return number{4, func(b []byte) float64 { return float64(int32(order.Uint32(b))) }, 0}, nil
	case "u4":
		return number{4, func(b []byte) float64 { return float64(order.Uint32(b)) }, 0}, nil
	case "i8":
		return number{8, func(b []byte) float64 { return float64(int64(order.Uint64(b))) }, exact}, nil
	case "u8":
		return number{8, func(b []byte) float64 { return float64(order.Uint64(b)) }, exact}, nil
	case "f2":
		return number{2, func(b []byte) float64 { return half(order.Uint16(b)) }, 0}, nil
	case "f4":
		return number{4, func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, 0}, nil
	case "f8":
		return number{8, func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, 0}, nil
	}
	holds := "something else than numbers"
	switch name[:min(1, len(name))] {
	case "O":
		holds = "Python objects"
	case "c":
		holds = "complex numbers"
	case "U", "S", "a":
		holds = "text"
	case "m", "M":
		holds = "dates or times"
	case "V":
		holds = "records"
	case "f", "g":
		holds = "floats of another length"
	}
	return number{}, fmt.Errorf("the array is of type %.40s, %s; want booleans, integers or floats of 16, 32 or 64 bits", kind, holds)
}

// read reads so many entries and then the end.
func (n number) read(r io.Reader, size int, fits func(int) error) ([]float64, error) {
	const entries = 1 << 13
	buffer := make([]byte, entries*n.bytes)
	var data []float64
	for len(data) < size {
		chunk := buffer[:min(entries, size-len(data))*n.bytes]
		got, err := io.ReadFull(r, chunk)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("it ends after %d of %d bytes", len(data)*n.bytes+got, size*n.bytes)
		}
		if err != nil {
			return nil, err
		}
		if cap(data)-len(data) < entries { // at most double what has come, and no more than there will be
			more := min(max(len(data), entries), size-len(data))
			if err := fits(len(data) + more); err != nil {
				return nil, err
			}
			data = slices.Grow(data, more)
		}
		for i := 0; i < len(chunk); i += n.bytes {
			v := n.value(chunk[i:])
			if n.exact > 0 && math.Abs(v) > n.exact {
				return nil, fmt.Errorf("entry %d, %.0f, is an integer above 2^53, which floats do not tell from its neighbours", len(data), v)
			}
			data = append(data, v)
		}
	}
	rest, err := io.Copy(io.Discard, r)
	if err != nil {
		return nil, err
	}
	if rest > 0 {
		return nil, fmt.Errorf("%d bytes follow the last entry", rest)
	}
	return data, nil
}

// half returns the number of a float of 16 bits: sign, 5 bits of exponent, 10 of fraction.
func half(bits uint16) float64 {
	sign, exponent, fraction := 1-2*float64(bits>>15), int(bits>>10&31), float64(bits&1023)
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// rowByRow returns the entries of an array that is stored with the first index running
// fastest in the order in which the last one does.
func rowByRow(data []float64, shape []int) []float64 {
	out := make([]float64, len(data))
	strides, stride := make([]int, len(shape)), 1
	for k, n := range shape {
		strides[k] = stride
		stride *= n
	}
	index, from := make([]int, len(shape)), 0
	for i := range out {
		out[i] = data[from]
		for k := len(shape) - 1; k >= 0; k-- {
			index[k]++
			from += strides[k]
			if index[k] < shape[k] {
				break
			}
			from -= index[k] * strides[k]
			index[k] = 0
		}
	}
	return out
}
