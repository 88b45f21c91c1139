package problems

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// readCSV reads comma-separated numbers, every line a row. There is no header:
// a first line that is not of numbers is a mistake like any other, since a silent
// guess would one day drop a row of data.
func readCSV(r io.Reader, asIs bool) (*mat.Dense, error) {
	ending := &ending{r: r}
	buffered := bufio.NewReader(ending)
	mark, _ := buffered.Peek(3)
	switch {
	case string(mark) == "\ufeff":
		_, _ = buffered.Discard(3) // the byte-order mark that spreadsheets write
	case strings.HasPrefix(string(mark), "\xff\xfe"), strings.HasPrefix(string(mark), "\xfe\xff"), strings.Contains(string(mark), "\x00"):
		return nil, errors.New("the file is in UTF-16, or not text; save it as UTF-8")
	}
	records := csv.NewReader(buffered)
	records.ReuseRecord = true
	records.TrimLeadingSpace = true
	records.FieldsPerRecord = -1 // checked below, with a better message

	var data []float64
	var last lastCells
	var commas decimalCommas
	columns, line := 0, 0
	for {
		record, err := records.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, readError(err)
		}
		line, _ = records.FieldPos(0)
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			return nil, fmt.Errorf("line %d holds no numbers, only blanks and commas; delete it", line)
		}
		if columns == 0 {
			columns = len(record)
		}
		if len(record) != columns {
			// Only the end of the file tells whether it was cut off there.
			if _, err := buffered.Peek(1); err == io.EOF && len(record) < columns && !ending.whole() {
				return nil, fmt.Errorf("line %d, the last, has %d columns instead of %d and no line feed: the file was cut short", line, len(record), columns)
			}
			return nil, fmt.Errorf("line %d has %d columns, the lines before it have %d; want as many in every line", line, len(record), columns)
		}
		if cap(data)-len(data) < columns {
			more := max(len(data)/2, columns, 1<<13)
			if err := fits(len(data) + more); err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
			data = slices.Grow(data, more)
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
		last.add(record[columns-1])
		commas.add(record)
	}
	switch {
	case len(data) == 0:
		return nil, errors.New("the file is empty; want one point a line, numbers separated by commas")
	case asIs:
	case commas.likely():
		return nil, errors.New("every line reads as numbers with a decimal comma, such as 0,345; write a point for the comma, or 1.0 for whole numbers (or say --as-is)")
	case !ending.whole() && last.cut():
		return nil, fmt.Errorf("line %d, the last, ends in a number that is shorter than the others and has no line feed: was the file cut short? if it is whole, end the line (or say --as-is)", line)
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
		switch {
		case strings.Contains(text, "\r"):
			return 0, fmt.Errorf("%.40q holds a carriage return; lines end in a line feed", text)
		case strings.ContainsAny(text, "; \t"):
			return 0, fmt.Errorf("%.40q is not a number; columns are separated by commas", text)
		}
		return 0, fmt.Errorf("%.40q is not a number", text)
	}
	return v, checkFinite(v)
}

// ending remembers the last byte that was read.
type ending struct {
	r    io.Reader
	last byte
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if n > 0 {
		e.last = p[n-1]
	}
	return n, err
}

// whole reports whether the last line has its end, once all is read.
func (e *ending) whole() bool { return e.last == '\n' || e.last == '\r' }

// lastCells counts the digits of the cells in the last column.
type lastCells struct {
	rows    int
	lengths map[int]int
	digits  int // in the last row
}

func (l *lastCells) add(cell string) {
	if l.lengths == nil {
		l.lengths = map[int]int{}
	}
	if l.rows > 0 {
		l.lengths[l.digits]++
	}
	l.rows++
	l.digits = 0
	for _, c := range cell {
		if c >= '0' && c <= '9' {
			l.digits++
		}
	}
}

// cut reports whether the last cell has fewer digits than nine in ten of the others. Of
// whole files that end without a line feed, that asks one in ten at most.
func (l *lastCells) cut() bool {
	longer := 0
	for digits, count := range l.lengths {
		if digits > l.digits {
			longer += count
		}
	}
	return l.rows > 1 && 10*longer > 9*(l.rows-1)
}

// decimalCommas looks for 0,345 that was meant as .345: every line has an even number of
// cells, alternately a whole number and digits alone. Of the latter some begin with a 0, as
// digits after a comma do and whole numbers do not, or most are longer than what is before
// the comma.
type decimalCommas struct {
	other       bool // there is a cell, or a line, that is not so
	zero, tails int  // cells of digits that begin with a 0; that are of four or more
	cells       int
}

func (d *decimalCommas) add(record []string) {
	if len(record)%2 == 1 {
		d.other = true
	}
	for j := 0; j+1 < len(record) && !d.other; j += 2 {
		before, after := strings.TrimLeft(strings.TrimSpace(record[j]), "+-"), strings.TrimSpace(record[j+1])
		if !areDigits(before) || !areDigits(after) || len(before) > 1 && before[0] == '0' {
			d.other = true
			return
		}
		d.cells++
		if len(after) > 1 && after[0] == '0' {
			d.zero++
		}
		if len(after) >= 4 && len(after) > len(before) {
			d.tails++
		}
	}
}

func (d *decimalCommas) likely() bool {
	return !d.other && (d.zero > 0 || 2*d.tails > d.cells)
}

func areDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
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
