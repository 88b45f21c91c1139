package circuit

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBristolRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		shape := Shape{[]int{m.c.Inputs()}, []int{0, m.c.Outputs()}}
		var text bytes.Buffer
		if err := WriteBristol(&text, m.c, shape); err != nil {
			t.Fatal(err)
		}
		written := text.String()
		c, got, err := ReadBristol(&text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, written)
		}
		if diff := cmp.Diff(shape, got); diff != "" {
			t.Fatalf("shape changed:\n%s", diff)
		}
		if c.Counts().Gates() != m.c.Counts().Gates() {
			t.Fatalf("%v became %v", m.c, c)
		}
		if k := m.c.Counts(); strings.Count(written, "INV") != k.Not || strings.Count(written, "AND") != k.And {
			t.Fatalf("counts %+v, but wrote\n%s", k, written)
		}
		if err := m.check(evaluate(c)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadBristol(t *testing.T) {
	const text = `7 13
2 2 2
2 1 3

1 1 1 4 EQ
1 1 0 5 EQW
4 2 0 1 2 3 6 7 MAND
2 1 6 7 10 XOR

1 1 5 11 INV
2 1 4 11 12 AND
2 1 1 3 8 XOR
`
	// Output wires are 9 to 12, and nothing drives 9.
	_, _, err := ReadBristol(strings.NewReader(text))
	if want := "bristol: line 12: the file ends, but no gate drives output wire 9"; err == nil || err.Error() != want {
		t.Fatalf("error %v, want %s", err, want)
	}
	c, shape, err := ReadBristol(strings.NewReader(strings.Replace(text, "3 8 XOR", "3 9 XOR", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Shape{[]int{2, 2}, []int{1, 3}}, shape); diff != "" {
		t.Error(diff)
	}
	for x := range uint64(16) {
		w0, w1, w2, w3 := x&1, x>>1&1, x>>2&1, x>>3&1
		want := (w1 ^ w3) | (w0&w2^w1&w3)<<1 | (w0^1)<<2 | (w0^1)<<3
		if got := Uint(c.Eval(Bits(x, 4))); got != want {
			t.Errorf("input %04b: %04b, want %04b", x, got, want)
		}
	}
}

func TestReadBristolErrors(t *testing.T) {
	const head = "1 3\n1 2\n1 1\n\n"
	for _, c := range []struct{ text, want string }{
		{"", `line 1: the file ends where "gates wires" should be`},
		{"1\n", `line 1: 1 numbers, want "gates wires"`},
		{"x 3\n", `line 1: "x", want an integer from 0 to 67108864`},
		{"1 -3\n", `line 1: "-3", want an integer from 0 to 67108864`},
		{"1 3\n", "line 2: the file ends where the number of input values and their widths should be"},
		{"1 3\n2 2\n", "line 2: 2 input values, but 1 widths"},
		{"1 3\n2 2 2\n1 1\n", "line 2: 4 input bits, but only 3 wires"},
		{"1 3\n1 2\n1 4\n", "line 3: 4 output bits, but only 3 wires"},
		{head, "line 4: the file ends after 0 gates, but claims 1"},
		{head + "2 1 0 1 2\n", `line 5: "2 1 0 1 2", want "nin nout in.. out.. OP"`},
		{head + "2 1 0 1 2 NAND\n", `line 5: unknown gate "NAND", want XOR, AND, INV, EQ, EQW or MAND`},
		{head + "1 1 0 2 AND\n", "line 5: AND with 1 inputs and 1 outputs, want 2 and 1"},
		{head + "2 1 0 1 2 INV\n", "line 5: INV with 2 inputs and 1 outputs, want 1 and 1"},
		{head + "3 1 0 1 1 2 MAND\n", "line 5: MAND with 3 inputs and 1 outputs, want twice as many inputs as outputs"},
		{head + "1 1 2 2 EQ\n", "line 5: EQ of 2, want the constant 0 or 1"},
		{head + "2 1 0 2 2 XOR\n", "line 5: wire 2 is read before any gate drives it"},
		{head + "2 1 0 1 3 XOR\n", "line 5: wire 3, but the file claims 3 wires"},
		{head + "2 1 0 1 1 XOR\n", "line 5: wire 1 is driven twice"},
		{head + "2 1 0 1 2 XOR\n2 1 0 1 2 XOR\n", `line 6: "2 1 0 1 2 XOR" after the last of the 1 gates that the file claims`},
		{head + "AND\n", `line 5: "AND", want "nin nout in.. out.. OP"`},
		{head + "2 999999999999999999999 0 AND\n", `line 5: "999999999999999999999", want an integer from 0 to 67108864`},
	} {
		_, _, err := ReadBristol(strings.NewReader(c.text))
		if err == nil || err.Error() != "bristol: "+c.want {
			t.Errorf("%q: error %v, want bristol: %s", c.text, err, c.want)
		}
	}
}

func TestWriteBristolErrors(t *testing.T) {
	c := NewBuilder(2).Build(True)
	if err := WriteBristol(&bytes.Buffer{}, c, Shape{[]int{1}, []int{1}}); err == nil {
		t.Error("a shape of the wrong width is not an error")
	}
	if err := WriteBristol(failingWriter{}, c, Shape{[]int{2}, []int{1}}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error %v, want that of the writer", err)
	}
}

// FuzzReadBristol: any bytes give an error or a circuit that survives being written
// and read again.
func FuzzReadBristol(f *testing.F) {
	f.Add([]byte("1 3\n1 2\n1 1\n\n2 1 0 1 2 XOR\n"))
	f.Add([]byte("3 7\n2 1 1\n1 3\n\n1 1 1 4 EQ\n1 1 0 5 EQW\n4 2 0 1 0 1 2 6 MAND\n"))
	f.Add([]byte("0 0\n0\n0\n"))
	f.Add([]byte("1 60000000\n1 1\n1 59999999\n1 1 0 1 INV\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, shape, err := ReadBristol(bytes.NewReader(data))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "bristol: line ") {
				t.Fatalf("error without a line: %v", err)
			}
			return
		}
		if c.Inputs() > 1<<12 {
			return
		}
		var text bytes.Buffer
		if err := WriteBristol(&text, c, shape); err != nil {
			t.Fatal(err)
		}
		again, _, err := ReadBristol(&text)
		if err != nil {
			t.Fatal(err)
		}
		for _, fill := range []bool{false, true} {
			input := make([]bool, c.Inputs())
			for i := range input {
				input[i] = fill != (i%3 == 0)
			}
			if diff := cmp.Diff(c.Eval(input), again.Eval(input)); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
