package problems

import (
	archive "archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// write puts content in a file of that name in a folder of its own.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func zip(content string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(content)) // to memory
	_ = w.Close()
	return b.Bytes()
}

// npyFile returns a NumPy file of version 1 by the format's description, not by
// the library that reads it: magic, version, length and dictionary, the whole of a
// length divisible by 64, then the numbers.
func npyFile(descr string, fortran string, shape string, data any) []byte {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, fortran, shape)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	var b bytes.Buffer
	b.WriteString("\x93NUMPY\x01\x00")
	order := binary.ByteOrder(binary.LittleEndian)
	_ = binary.Write(&b, order, uint16(len(header)))
	b.WriteString(header)
	if strings.HasPrefix(descr, ">") {
		order = binary.BigEndian
	}
	_ = binary.Write(&b, order, data)
	return b.Bytes()
}

// npzFile returns an archive of one array.
func npzFile(array []byte) []byte {
	var b bytes.Buffer
	w := archive.NewWriter(&b)
	f, _ := w.Create("points.npy")
	_, _ = f.Write(array) // to memory
	_ = w.Close()
	return b.Bytes()
}

func TestReadTable(t *testing.T) {
	want := [][]float64{{1, 2, 3}, {4, 5, 6}}
	for name, content := range map[string][]byte{
		"plain.csv":    []byte("1,2,3\n4,5,6\n"),
		"no end.csv":   []byte("1,2,3\n4,5,6"),
		"windows.csv":  []byte("\ufeff1,2,3\r\n4,5,6\r\n"),
		"spaces.CSV":   []byte("1, 2 ,3\n\n 4,5,6\n\n"),
		"quotes.csv":   []byte("\"1\",2e0,3.0\n+4,0x5p0,6\n"),
		"small.csv.gz": zip("1,2,3\n4,5,6\n"),
		"f8.npy":       npyFile("<f8", "False", "(2, 3)", []float64{1, 2, 3, 4, 5, 6}),
		"f8big.npy":    npyFile(">f8", "False", "(2, 3)", []float64{1, 2, 3, 4, 5, 6}),
		"f4.npy":       npyFile("<f4", "False", "(2, 3)", []float32{1, 2, 3, 4, 5, 6}),
		"fortran.npy":  npyFile("<f8", "True", "(2, 3)", []float64{1, 4, 2, 5, 3, 6}),
		"i8.npy":       npyFile("<i8", "False", "(2, 3)", []int64{1, 2, 3, 4, 5, 6}),
		"i4.npy":       npyFile("<i4", "False", "(2, 3)", []int32{1, 2, 3, 4, 5, 6}),
		"i2.npy":       npyFile("<i2", "False", "(2, 3)", []int16{1, 2, 3, 4, 5, 6}),
		"i1.npy":       npyFile("|i1", "False", "(2, 3)", []int8{1, 2, 3, 4, 5, 6}),
		"u8.npy":       npyFile("<u8", "False", "(2, 3)", []uint64{1, 2, 3, 4, 5, 6}),
		"u4.npy":       npyFile("<u4", "False", "(2, 3)", []uint32{1, 2, 3, 4, 5, 6}),
		"u2.npy":       npyFile("<u2", "False", "(2, 3)", []uint16{1, 2, 3, 4, 5, 6}),
		"f2.npy":       npyFile("<f2", "False", "(2, 3)", []uint16{0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600}),
		"one.npz":      npzFile(npyFile("<f8", "False", "(2, 3)", []float64{1, 2, 3, 4, 5, 6})),
		"u1.npy":       npyFile("|u1", "False", "(2, 3)", []uint8{1, 2, 3, 4, 5, 6}),
	} {
		table, err := readTable(write(t, name, content), false)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, rows(table)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestReadTableMistakes(t *testing.T) {
	for _, c := range []struct {
		name    string
		content []byte
		want    string // after the path and a colon
	}{
		{"a.csv", nil, "the file is empty; want one point a line, numbers separated by commas"},
		{"a.csv", []byte("\n\n"), "the file is empty; want one point a line, numbers separated by commas"},
		{"a.csv", []byte("x1,x2\n1,2\n"), `line 1, column 1: "x1" is not a number (is it a header? delete it: every line is a point)`},
		{"a.csv", []byte("1,x2\n1,2\n"), `line 1, column 2: "x2" is not a number (is it a header? delete it: every line is a point)`},
		{"a.csv", []byte("1,2\n3,4\n\n5,six\n"), `line 4, column 2: "six" is not a number`},
		{"a.csv", []byte("1,2\n3\n"), "line 2 has 1 columns, the lines before it have 2; want as many in every line"},
		{"a.csv", []byte("1,2\n3,4,5\n"), "line 2 has 3 columns, the lines before it have 2; want as many in every line"},
		{"a.csv", []byte("1,2\n3,\n"), "line 2, column 2: the cell is empty; want a number"},
		{"a.csv", []byte("1,2\nNaN,4\n"), "line 2, column 1: NaN; want a finite number"},
		{"a.csv", []byte("1,2\n3,-inf\n"), "line 2, column 2: -Inf; want a finite number"},
		{"a.csv", []byte("1,1e999\n"), "line 1, column 2: +Inf; want a finite number (is it a header? delete it: every line is a point)"},
		{"a.csv", []byte("1,2\n3;4,5\n"), `line 2, column 1: "3;4" is not a number; columns are separated by commas`},
		{"a.csv", []byte("1 2\n3 4\n"), `line 1, column 1: "1 2" is not a number; columns are separated by commas (is it a header? delete it: every line is a point)`},
		{"a.csv", []byte("1,\"2\n3,4\n"), "line 2, byte 5: extraneous or missing \" in quoted-field"},
		{"a.csv", []byte("1,2\n3,4\n5"), "line 3, the last, has 1 columns instead of 2 and no line feed: the file was cut short"},
		{"a.csv", []byte("1,2\n3,4\n  \n"), "line 3 holds no numbers, only blanks and commas; delete it"},
		{"a.csv", []byte("1,2\n3,4\n,\n"), "line 3 holds no numbers, only blanks and commas; delete it"},
		{"a.csv", []byte("1,2\r3,4\r"), `line 1, column 2: "2\r3" holds a carriage return; lines end in a line feed (is it a header? delete it: every line is a point)`},
		{"a.csv", []byte("\xff\xfe1\x00,\x002\x00\n\x00"), "the file is in UTF-16, or not text; save it as UTF-8"},
		{"a.csv", []byte("\xfe\xff\x001\x00\n"), "the file is in UTF-16, or not text; save it as UTF-8"},
		{"a.csv", []byte("1\x00,\x002\x00\n\x00"), "the file is in UTF-16, or not text; save it as UTF-8"},
		{"a.csv.gz", nil, "the compressed file ends too early"},
		{"a.csv.gz", []byte("1,2\n3,4\n5,6\n"), "not compressed by gzip, though its name says so"},
		{"a.csv.gz", zip("1,2\n3,4\n")[:20], "the compressed file ends too early"},
		{"a.txt", []byte("1,2\n"), "unknown kind of file; want a name that ends in .csv, .csv.gz, .npy or .npz"},
		{"a.npy", nil, "not a NumPy array file, or its header is damaged"},
		{"a.npy", []byte("1,2\n3,4\n5,6\n"), "not a NumPy array file, or its header is damaged"},
		{"a.npy", npyFile("<f8", "False", "(2, 3)", []float64{1})[:40], "not a NumPy array file, or its header is damaged"},
		{"a.npy", npyFile("<f8", "False", "(6,)", []float64{1, 2, 3, 4, 5, 6}), "the array has 1 dimensions, shape [6]; want 2: rows are points"},
		{"a.npy", npyFile("<f8", "False", "(1, 2, 3)", []float64{1, 2, 3, 4, 5, 6}), "the array has 3 dimensions, shape [1 2 3]; want 2: rows are points"},
		{"a.npy", npyFile("<f8", "False", "()", []float64{1}), "the array has 0 dimensions, shape []; want 2: rows are points"},
		{"a.npy", npyFile("<f8", "False", "(0, 3)", []float64{}), "the array is empty: shape 0 x 3"},
		{"a.npy", npyFile("<c16", "False", "(1, 1)", []float64{1, 2}), "the array is of type <c16, complex numbers; want booleans, integers or floats of 16, 32 or 64 bits"},
		{"a.npy", npyFile("<U3", "False", "(1, 1)", []uint32{1, 2, 3}), "the array is of type <U3, text; want booleans, integers or floats of 16, 32 or 64 bits"},
		{"a.npy", npyFile("<f8", "False", "(2, 3)", []float64{1, 2, 3, 4, 5}), "an array of type <f8 and shape [2 3]: it ends after 40 of 48 bytes"},
		{"a.npy", npyFile("<f8", "False", "(4611686018427387904, 4)", []float64{}), "the shape [4611686018427387904 4] is of more entries than can be counted"},
		{"a.npy", npyFile("<f8", "True", "(2, 2)", []float64{1, 2, math.NaN(), 4}), "row 1, column 2: NaN; want a finite number"},
	} {
		path := write(t, c.name, c.content)
		_, err := readTable(path, false)
		if want := path + ": " + c.want; err == nil || err.Error() != want {
			t.Errorf("%s of %.30q:\ngot  %v\nwant %s", c.name, c.content, err, want)
		}
	}
}

func TestReadTableNoFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "folder.csv")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"missing.csv": "missing.csv: no such file or directory",
		folder:        folder + ": is a directory",
	} {
		if _, err := readTable(path, false); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Whatever the bytes, the answer is a table or an error of one line.
func FuzzDecodeTable(f *testing.F) {
	f.Add([]byte("1,2\n3,4\n"))
	f.Add(zip("1,2\n3,4\n"))
	f.Add(npyFile("<f8", "True", "(2, 2)", []float64{1, 2, 3, 4}))
	f.Add(npyFile("<i2", "False", "(1, 1)", []int16{1}))
	f.Add([]byte("\x93NUMPY\x01\x00\x02\x00{}\n\n\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, name := range []string{"a.csv", "a.csv.gz", "a.npy", "a.npz"} {
			table, err := decodeTable(name, "", bytes.NewReader(content), false)
			if err != nil {
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("%s: error of more than one line: %q", name, err)
				}
				continue
			}
			for i, row := range rows(table) {
				for j, v := range row {
					if checkFinite(v) != nil {
						t.Errorf("%s: entry %d, %d is %v", name, i, j, v)
					}
				}
			}
		}
	})
}
