package problems

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// readTable reads a matrix of finite numbers from a .csv, .csv.gz or .npy file. An
// error names the file and, where there is one, the line or row and the column,
// counted from 1.
func readTable(path string) (*mat.Dense, error) {
	file, err := os.Open(path)
	var table *mat.Dense
	if err == nil {
		defer file.Close()
		table, err = decodeTable(path, file)
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

// decodeTable reads a file of the kind that its name says.
func decodeTable(name string, r io.Reader) (*mat.Dense, error) {
	switch name = strings.ToLower(name); {
	case strings.HasSuffix(name, ".npy"):
		return readNPY(r)
	case strings.HasSuffix(name, ".csv"):
		return readCSV(r)
	case strings.HasSuffix(name, ".csv.gz"):
		unzipped, err := gzip.NewReader(r)
		if err != nil {
			return nil, readError(err)
		}
		return readCSV(unzipped)
	}
	return nil, errors.New("unknown kind of file; want a name that ends in .csv, .csv.gz or .npy")
}

// readCSV reads comma-separated numbers, every line a row. There is no header:
// a first line that is not of numbers is a mistake like any other, since a silent
// guess would one day drop a row of data.
func readCSV(r io.Reader) (*mat.Dense, error) {
	buffered := bufio.NewReader(r)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3) // the byte-order mark that spreadsheets write
	}
	records := csv.NewReader(buffered)
	records.ReuseRecord = true
	records.TrimLeadingSpace = true
	records.FieldsPerRecord = -1 // checked below, with a better message

	var data []float64
	columns := 0
	for {
		record, err := records.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, readError(err)
		}
		line, _ := records.FieldPos(0)
		if columns == 0 {
			columns = len(record)
		}
		if len(record) != columns {
			return nil, fmt.Errorf("line %d has %d columns, the lines before it have %d; want as many in every line", line, len(record), columns)
		}
		for j, cell := range record {
			v, err := parseCell(cell)
			if err != nil {
				if len(data) < columns {
					err = fmt.Errorf("%w (is it a header? delete it: every line is a point)", err)
				}
				return nil, fmt.Errorf("line %d, column %d: %w", line, j+1, err)
			}
			data = append(data, v)
		}
	}
	if len(data) == 0 {
		return nil, errors.New("the file is empty; want one point a line, numbers separated by commas")
	}
	return mat.NewDense(len(data)/columns, columns, data), nil
}

func parseCell(cell string) (float64, error) {
	text := strings.TrimSpace(cell)
	if text == "" {
		return 0, errors.New("the cell is empty; want a number")
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		if strings.ContainsAny(text, "; \t") {
			return 0, fmt.Errorf("%.40q is not a number; columns are separated by commas", text)
		}
		return 0, fmt.Errorf("%.40q is not a number", text)
	}
	return v, checkFinite(v)
}

func checkFinite(v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%v; want a finite number", v)
	}
	return nil
}

// readError restates an error of package csv or gzip for who wrote the file.
func readError(err error) error {
	var parse *csv.ParseError
	switch {
	case errors.As(err, &parse):
		return fmt.Errorf("line %d, byte %d: %w", parse.Line, parse.Column, parse.Err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("the compressed file ends too early")
	case errors.Is(err, gzip.ErrHeader):
		return errors.New("not compressed by gzip, though its name says so")
	}
	return err
}
