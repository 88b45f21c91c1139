package npy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// file returns an array file of a version whose header is the text given, padded as the
// format description says: to a length divisible by 64, the last byte a line feed.
func file(version byte, header string, data ...any) []byte {
	var b bytes.Buffer
	b.WriteString("\x93NUMPY")
	b.Write([]byte{version, 0})
	start := 10
	if version > 1 {
		start = 12
	}
	header += strings.Repeat(" ", 63-(start+len(header))%64) + "\n"
	if version > 1 {
		_ = binary.Write(&b, binary.LittleEndian, uint32(len(header)))
	} else {
		_ = binary.Write(&b, binary.LittleEndian, uint16(len(header)))
	}
	b.WriteString(header)
	for _, d := range data {
		_ = binary.Write(&b, binary.LittleEndian, d)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	six := []float64{1, 2, 3, 4, 5, 6}
	matrix := []int{2, 3}
	const plain = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"
	for name, c := range map[string]struct {
		content []byte
		want    Array
	}{
		"version 1":        {file(1, plain, six), Array{matrix, six}},
		"version 2":        {file(2, plain, six), Array{matrix, six}},
		"version 3":        {file(3, plain, six), Array{matrix, six}},
		"another order":    {file(1, "{'shape':(2,3),'descr':'<f8','fortran_order':False}", six), Array{matrix, six}},
		"double quotes":    {file(1, `{"descr": "<f8", "fortran_order": False, "shape": (2, 3)}`, six), Array{matrix, six}},
		"blanks":           {file(1, "{ 'descr' :\t'<f8' ,\n'fortran_order': False, 'shape': ( 2 ,3 , ) , }", six), Array{matrix, six}},
		"Python 2":         {file(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 3L), }", six), Array{matrix, six}},
		"vector":           {file(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (6,), }", six), Array{[]int{6}, six}},
		"scalar":           {file(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 7.), Array{[]int{}, []float64{7}}},
		"no entries":       {file(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }"), Array{[]int{0, 3}, nil}},
		"column by column": {file(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", []float64{1, 4, 2, 5, 3, 6}), Array{matrix, six}},
		"three indices": {
			file(1, "{'descr': '|i1', 'fortran_order': True, 'shape': (2, 2, 2), }", []int8{0, 4, 2, 6, 1, 5, 3, 7}),
			Array{[]int{2, 2, 2}, []float64{0, 1, 2, 3, 4, 5, 6, 7}},
		},
		"booleans": {file(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", []byte{0, 1, 2}), Array{[]int{3}, []float64{0, 1, 1}}},
		"halves": {
			file(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (7,), }", []uint16{0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00, 0xfc00}),
			Array{[]int{7}, []float64{1, -2, 65504, math.Pow(2, -24), math.Pow(2, -14), math.Inf(1), math.Inf(-1)}},
		},
		"big-endian": {file(1, "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }", []byte{0xff, 0xfe, 1, 0}), Array{[]int{2}, []float64{-2, 256}}},
	} {
		got, err := Read(bytes.NewReader(c.content), -1, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(&c.want, got); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	if !math.IsNaN(half(0x7e00)) {
		t.Error("a half that is not a number is one")
	}
}

func TestReadMistakes(t *testing.T) {
	head := func(kind, shape string) string {
		return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", kind, shape)
	}
	const damaged = "not a NumPy array file, or its header is damaged"
	for _, c := range []struct {
		content []byte
		want    string
	}{
		{nil, damaged},
		{[]byte("\x93NUMPY\x01\x00\x02"), damaged},
		{[]byte("\x93NUMPZ\x01\x00\x02\x00{}"), damaged},
		{file(1, "{}"), damaged + ": there is no key descr"},
		{file(4, head("<f8", "(1,)"), 1.), "a NumPy array file of version 4.0; want version 1, 2 or 3"},
		{[]byte("\x93NUMPY\x02\x00\xff\xff\xff\x7f{}"), damaged + ": it is of 2147483647 bytes"},
		{file(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}", 1.), damaged + `: key "more"; want descr, fortran_order and shape`},
		{file(1, "{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 1.), damaged + `: key "descr" stands there twice`},
		{file(1, "{'descr': '<f8', 'shape': (1,)}", 1.), damaged + ": there is no key fortran_order"},
		{file(1, "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}", 1.), damaged + `: "0, 'shape': (1,)}" where True or False is expected`},
		{file(1, head("<f8", "(-1,)"), 1.), damaged + `: "-1,), }" where a length is expected`},
		{file(1, head("<f8", "(1,)")+"x", 1.), damaged + `: "x" after the end of the dictionary`},
		{file(1, "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", 1.), damaged + ": it is a structured array, with named fields; want one of numbers"},
		{file(1, head("<f8", "(4611686018427387904, 4)")), "the shape [4611686018427387904 4] is of more entries than can be counted"},
		{file(1, head("<f8", "(3,)"), 1., []byte{1, 2}), "an array of type <f8 and shape [3]: it ends after 10 of 24 bytes"},
		{file(1, head("<f8", "(1,)"), 1., []byte{1, 2}), "an array of type <f8 and shape [1]: 2 bytes follow the last entry"},
		{file(1, head("<i8", "(2,)"), []int64{1 << 53, 1<<53 + 2}), "an array of type <i8 and shape [2]: entry 1, 9007199254740994, is an integer above 2^53, which floats do not tell from its neighbours"},
		{file(1, head("|O", "(1,)"), 1.), "the array is of type |O, Python objects; want booleans, integers or floats of 16, 32 or 64 bits"},
		{file(1, head("<c16", "(1,)"), 1., 1.), "the array is of type <c16, complex numbers; want booleans, integers or floats of 16, 32 or 64 bits"},
		{file(1, head("<U3", "(1,)"), 1.), "the array is of type <U3, text; want booleans, integers or floats of 16, 32 or 64 bits"},
		{file(1, head("<M8[ns]", "(1,)"), 1.), "the array is of type <M8[ns], dates or times; want booleans, integers or floats of 16, 32 or 64 bits"},
		{file(1, head("<f16", "(1,)"), 1., 1.), "the array is of type <f16, floats of another length; want booleans, integers or floats of 16, 32 or 64 bits"},
	} {
		if _, err := Read(bytes.NewReader(c.content), -1, nil); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// TestReadIsBounded: a header that claims 8 terabytes takes no memory for what does not come.
func TestReadIsBounded(t *testing.T) {
	content := file(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }", make([]float64, 10_000))
	if _, err := Read(bytes.NewReader(content), -1, nil); err == nil || !strings.HasSuffix(err.Error(), "it ends after 80000 of 8000000000000 bytes") {
		t.Error(err)
	}
	n := number{8, func([]byte) float64 { return 0 }, 0}
	got, err := n.read(bytes.NewReader(make([]byte, 80_000)), 10_000, func(int) error { return nil })
	if err != nil || len(got) != 10_000 || cap(got) > 20_000 {
		t.Errorf("%d entries of capacity %d: %v", len(got), cap(got), err)
	}
}

func archive(t *testing.T, files map[string][]byte) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	}) {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(files[name]) // to memory
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func TestReadFrom(t *testing.T) {
	const plain = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
	one, two := file(1, plain, 1.), file(1, plain, 2.)
	for _, c := range []struct {
		files map[string][]byte
		name  string
		want  float64
		wrong string
	}{
		{map[string][]byte{"a.npy": one}, "", 1, ""},
		{map[string][]byte{"a.npy": one, "b.npy": two}, "b", 2, ""},
		{map[string][]byte{"a.npy": one, "notes.txt": two}, "", 1, ""},
		{map[string][]byte{"a.npy": one, "b.npy": two}, "", 0, `the archive holds 2 arrays, ["a" "b"]; name one: FILE.npz:NAME`},
		{map[string][]byte{"a.npy": one}, "c", 0, `there is no array "c"; the archive holds ["a"]`},
		{map[string][]byte{"notes.txt": one}, "", 0, "there is no array in the archive"},
		{map[string][]byte{"a.npy": one[:20]}, "", 0, `array "a.npy": ` + errDamaged.Error()},
	} {
		r := archive(t, c.files)
		got, err := ReadFrom(r, r.Size(), c.name, nil)
		switch {
		case c.wrong != "" && (err == nil || err.Error() != c.wrong):
			t.Errorf("got  %v\nwant %s", err, c.wrong)
		case c.wrong == "" && (err != nil || got.Data[0] != c.want):
			t.Errorf("%v %v, want %v", got, err, c.want)
		}
	}
	if _, err := ReadFrom(bytes.NewReader([]byte("PK")), 2, "", nil); err == nil || err.Error() != "not an .npz file: not a valid zip file" {
		t.Error(err)
	}
	damaged := archive(t, map[string][]byte{"a.npy": bytes.Repeat(one, 3)})
	content := make([]byte, damaged.Size())
	if _, err := damaged.ReadAt(content, 0); err != nil {
		t.Fatal(err)
	}
	content[60] ^= 1
	if _, err := ReadFrom(bytes.NewReader(content), int64(len(content)), "", nil); err == nil {
		t.Error("an archive with a changed byte is read")
	}
}

// TestWrite: what is written is read, and NumPy's description of the format holds: the
// entries begin at a multiple of 64.
func TestWrite(t *testing.T) {
	for n := range 40 {
		values := make([]int32, n)
		for i := range values {
			values[i] = int32(i - 20)
		}
		var b bytes.Buffer
		if err := Write(&b, values); err != nil {
			t.Fatal(err)
		}
		if start := b.Len() - 4*n; start%64 != 0 {
			t.Errorf("%d entries begin at byte %d", n, start)
		}
		got, err := Read(&b, -1, nil)
		if err != nil || len(got.Data) != n || n > 0 && (got.Data[0] != -20 || got.Data[n-1] != float64(n-21)) {
			t.Errorf("%d entries: %v %v", n, got, err)
		}
	}
}

// TestReadsNumPy: every type that is read, in both byte orders and both orders of entries, as
// NumPy writes it and as NumPy reads it.
func TestReadsNumPy(t *testing.T) {
	const program = `
import sys
try:
    import numpy as np
except ImportError:
    sys.exit(3)
for kind in "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split():
    for order in "<>":
        for layout in "CF":
            x = np.arange(24).reshape(2, 3, 4) - (0 if kind[0] in "ub" else 7)
            x = np.asarray(x / (3 if kind[0] == "f" else 1), dtype=order + kind, order=layout)
            name = f"{sys.argv[1]}/{kind}{'little' if order == '<' else 'big'}{layout}"
            np.save(name + ".npy", x)
            x.astype("<f8").ravel(order="C").tofile(name + ".raw")
np.savez_compressed(sys.argv[1] + "/two.npz", a=np.eye(2), b=np.arange(3))
`
	folder := t.TempDir()
	if out, err := exec.Command("python3", "-c", program, folder).CombinedOutput(); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) && ended.ExitCode() == 3 || errors.Is(err, exec.ErrNotFound) {
			t.Skip("there is no python3 with numpy")
		}
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.npy"))
	if err != nil || len(files) != 48 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(bytes.NewReader(content), -1, nil)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			continue
		}
		raw, err := os.ReadFile(strings.TrimSuffix(path, ".npy") + ".raw")
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, 24)
		if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, want); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(&Array{[]int{2, 3, 4}, want}, got); d != "" {
			t.Errorf("%s:\n%s", filepath.Base(path), d)
		}
	}
	content, err := os.ReadFile(filepath.Join(folder, "two.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadFrom(bytes.NewReader(content), int64(len(content)), "b", nil); err != nil || !slices.Equal(got.Data, []float64{0, 1, 2}) {
		t.Error(got, err)
	}
}

// FuzzRead: whatever the bytes, the answer is an array of its shape or an error of one line.
func FuzzRead(f *testing.F) {
	f.Add(file(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }", []float64{1, 2, 3, 4}))
	f.Add(file(3, `{"shape": (1,), "descr": "|b1", "fortran_order": False}`, []byte{1}))
	f.Add(file(2, "{'descr': '>f2', 'fortran_order': False, 'shape': (3L,), }", []byte{1, 2, 3, 4, 5, 6}))
	f.Add([]byte("\x93NUMPY\x01\x00\x02\x00{}"))
	f.Fuzz(func(t *testing.T, content []byte) {
		array, err := Read(bytes.NewReader(content), -1, nil)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of more than one line: %q", err)
			}
			return
		}
		size := 1
		for _, n := range array.Shape {
			size *= n
		}
		if size != len(array.Data) {
			t.Errorf("%d entries of shape %v", len(array.Data), array.Shape)
		}
	})
}

// TestReadAsksForRoom: whether there is room is asked before an array is read, about all of it, unless
// the file is too short for that, and again as it grows; no more is held than was agreed to.
func TestReadAsksForRoom(t *testing.T) {
	full := errors.New("full")
	const n = 50_000
	content := file(1, fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }", n), make([]float64, n))
	for _, test := range []struct {
		most        int64
		room, asked int
		want        error
	}{
		{int64(len(content)), n, n, nil},
		{int64(len(content)), n - 1, n, full},
		{-1, n - 1, n, full},
		{100, n, 1 << 13, nil}, // of a length that is not right it is found out as it is read
		{100, 20_000, 1 << 13, full},
	} {
		first, largest := 0, 0
		_, err := Read(bytes.NewReader(content), test.most, func(numbers int) error {
			if first == 0 {
				first = numbers
			}
			if numbers > test.room {
				return full
			}
			largest = max(largest, numbers)
			return nil
		})
		if !errors.Is(err, test.want) || first != test.asked || largest > test.room {
			t.Errorf("%+v: error %v, asked about %d first, %d at most", test, err, first, largest)
		}
	}
}
