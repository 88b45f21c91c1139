package problems

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"gonum.org/v1/gonum/mat"

	"assay/internal/memory"
	"assay/internal/npy"
)

// fileKinds are the files that hold a table, in words.
const fileKinds = ".csv, .csv.gz, .npy or .npz"

// readTable reads a matrix of finite numbers from a .csv, .csv.gz, .npy or .npz file; one
// array of several in an archive is FILE.npz:NAME. An error names the file and, where there
// is one, the line or row and the column, counted from 1. With asIs a file of text may end
// within a number.
func readTable(path string, asIs bool) (*mat.Dense, error) {
	name, array := path, ""
	if at := strings.LastIndex(strings.ToLower(path), ".npz:"); at >= 0 {
		name, array = path[:at+len(".npz")], path[at+len(".npz:"):]
	}
	file, err := os.Open(name)
	var table *mat.Dense
	if err == nil {
		defer file.Close()
		table, err = decodeTable(name, array, file, asIs)
	}
	var failed *os.PathError
	if errors.As(err, &failed) {
		err = failed.Err // the path stands before it already
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return table, nil
}

// source is what a table is read from.
type source interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// decodeTable reads a file of the kind that its name says.
func decodeTable(name, array string, r source, asIs bool) (*mat.Dense, error) {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, ".npy"):
		size, err := r.Seek(0, io.SeekEnd)
		if err == nil {
			_, err = r.Seek(0, io.SeekStart)
		}
		if err != nil {
			return nil, err
		}
		return tableOf(npy.Read(r, size, fits))
	case strings.HasSuffix(name, ".npz"):
		size, err := r.Seek(0, io.SeekEnd)
		if err != nil {
			return nil, err
		}
		return tableOf(npy.ReadFrom(r, size, array, fits))
	case strings.HasSuffix(name, ".csv"):
		return readCSV(r, asIs)
	case strings.HasSuffix(name, ".csv.gz"):
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			return nil, readError(err)
		}
		return readCSV(unzipped, asIs)
	}
	return nil, errors.New("unknown kind of file; want a name that ends in " + fileKinds)
}

// fits returns an error if there is no room for a table of so many numbers and what is made of it.
func fits(numbers int) error {
	return memory.Need(fmt.Sprintf("a table of %d numbers", numbers), tableCopies*8*float64(numbers))
}

// tableCopies is how often a table is held at the peak of a judgement: as it is read, as points, and
// as the means of a posterior for every call that is made at a time, with what was not collected yet.
const tableCopies = 25

// tableOf returns an array of two dimensions as a matrix.
func tableOf(array *npy.Array, err error) (*mat.Dense, error) {
	if err != nil {
		return nil, err
	}
	if len(array.Shape) != 2 {
		return nil, fmt.Errorf("the array has %d dimensions, shape %v; want 2: rows are points", len(array.Shape), array.Shape)
	}
	rows, columns := array.Shape[0], array.Shape[1]
	if rows < 1 || columns < 1 {
		return nil, fmt.Errorf("the array is empty: shape %d x %d", rows, columns)
	}
	for i, v := range array.Data {
		if err := checkFinite(v); err != nil {
			return nil, fmt.Errorf("row %d, column %d: %w", i/columns+1, i%columns+1, err)
		}
	}
	return mat.NewDense(rows, columns, array.Data), nil
}

func checkFinite(v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%v; want a finite number", v)
	}
	return nil
}
