package circuit

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Shape groups the input and output bits of a circuit into values, as Bristol
// Fashion does: the widths of the values, in order. Bit 0 of a value is the least
// significant.
type Shape struct {
	Inputs, Outputs []int
}

// maxBristolWires bounds what a file may claim before it has shown it.
const maxBristolWires = 1 << 26

// ReadBristol reads a circuit in Bristol Fashion: a line "gates wires", a line
// with the number of input values and their widths, one for the output values,
// and then one gate a line,
//
//	nin nout in.. out.. OP
//
// with OP one of XOR, AND, INV, EQ (its input is the constant 0 or 1), EQW (a
// copy) and MAND (nout ANDs at once: the left operands, then the right ones).
// Wires are numbered from 0, the inputs first and the outputs last; every gate
// comes after those that it reads. Blank lines are ignored. An error names the
// line.
//
// The gates are hashed and folded on the way in, and those that no output needs
// disappear.
func ReadBristol(r io.Reader) (*Circuit, Shape, error) {
	b := &bristolReader{scanner: bufio.NewScanner(r)}
	b.scanner.Buffer(nil, 1<<26)
	c, shape, err := b.read()
	if err != nil {
		return nil, Shape{}, fmt.Errorf("bristol: line %d: %w", b.line, err)
	}
	return c, shape, nil
}

type bristolReader struct {
	scanner *bufio.Scanner
	line    int
	builder *Builder
	value   map[int]Lit // of the wires that gates drive
	wires   int
	inputs  int
}

// next returns the fields of the next line that is not blank, io.EOF if there is
// none.
func (r *bristolReader) next() ([]string, error) {
	for r.scanner.Scan() {
		r.line++
		if fields := strings.Fields(r.scanner.Text()); len(fields) > 0 {
			return fields, nil
		}
	}
	if err := r.scanner.Err(); err != nil {
		r.line++
		return nil, err
	}
	return nil, io.EOF
}

func (r *bristolReader) read() (*Circuit, Shape, error) {
	gates, shape, err := r.header()
	if err != nil {
		return nil, Shape{}, err
	}
	r.builder = NewBuilder(r.inputs)
	r.value = make(map[int]Lit)
	for done := range gates {
		fields, err := r.next()
		if err == io.EOF {
			return nil, Shape{}, fmt.Errorf("the file ends after %d gates, but claims %d", done, gates)
		}
		if err == nil {
			err = r.gate(fields)
		}
		if err != nil {
			return nil, Shape{}, err
		}
	}
	if fields, err := r.next(); err == nil {
		return nil, Shape{}, fmt.Errorf("%q after the last of the %d gates that the file claims", strings.Join(fields, " "), gates)
	} else if err != io.EOF {
		return nil, Shape{}, err
	}
	var lits []Lit
	for wire := r.wires - sum(shape.Outputs); wire < r.wires; wire++ {
		l, ok := r.driven(wire)
		if !ok {
			return nil, Shape{}, fmt.Errorf("the file ends, but no gate drives output wire %d", wire)
		}
		lits = append(lits, l)
	}
	return r.builder.Build(lits...), shape, nil
}

// header reads the first three lines.
func (r *bristolReader) header() (gates int, shape Shape, err error) {
	fields, err := r.headerLine(`"gates wires"`)
	if err != nil {
		return 0, shape, err
	}
	counts, err := integers(fields, maxBristolWires)
	if err != nil {
		return 0, shape, err
	}
	if len(counts) != 2 {
		return 0, shape, fmt.Errorf(`%d numbers, want "gates wires"`, len(counts))
	}
	gates, r.wires = counts[0], counts[1]
	for _, side := range []struct {
		name   string
		widths *[]int
	}{{"input", &shape.Inputs}, {"output", &shape.Outputs}} {
		fields, err := r.headerLine("the number of " + side.name + " values and their widths")
		if err != nil {
			return 0, shape, err
		}
		numbers, err := integers(fields, maxBristolWires)
		if err != nil {
			return 0, shape, err
		}
		if numbers[0] != len(numbers)-1 {
			return 0, shape, fmt.Errorf("%d %s values, but %d widths", numbers[0], side.name, len(numbers)-1)
		}
		*side.widths = numbers[1:]
		if total := sum(numbers[1:]); total > r.wires {
			return 0, shape, fmt.Errorf("%d %s bits, but only %d wires", total, side.name, r.wires)
		}
	}
	r.inputs = sum(shape.Inputs)
	return gates, shape, nil
}

func (r *bristolReader) headerLine(want string) ([]string, error) {
	fields, err := r.next()
	if err == io.EOF {
		r.line++
		return nil, fmt.Errorf("the file ends where %s should be", want)
	}
	return fields, err
}

// gate reads one gate line.
func (r *bristolReader) gate(fields []string) error {
	op := fields[len(fields)-1]
	numbers, err := integers(fields[:len(fields)-1], maxBristolWires)
	if err != nil {
		return err
	}
	if len(numbers) < 2 || len(numbers) != 2+numbers[0]+numbers[1] {
		return fmt.Errorf(`%q, want "nin nout in.. out.. OP"`, strings.Join(fields, " "))
	}
	in, out := numbers[2:2+numbers[0]], numbers[2+numbers[0]:]
	nin, nout := len(in), len(out)
	switch op {
	case "XOR", "AND":
		if nin != 2 || nout != 1 {
			return fmt.Errorf("%s with %d inputs and %d outputs, want 2 and 1", op, nin, nout)
		}
	case "INV", "EQ", "EQW":
		if nin != 1 || nout != 1 {
			return fmt.Errorf("%s with %d inputs and %d outputs, want 1 and 1", op, nin, nout)
		}
	case "MAND":
		if nout == 0 || nin != 2*nout {
			return fmt.Errorf("%s with %d inputs and %d outputs, want twice as many inputs as outputs", op, nin, nout)
		}
	default:
		return fmt.Errorf("unknown gate %q, want XOR, AND, INV, EQ, EQW or MAND", op)
	}
	if op == "EQ" {
		if in[0] > 1 {
			return fmt.Errorf("EQ of %d, want the constant 0 or 1", in[0])
		}
		return r.drive(out[0], Const(in[0] == 1))
	}
	lits := make([]Lit, nin)
	for i, wire := range in {
		l, ok := r.driven(wire)
		if !ok {
			return fmt.Errorf("wire %d is read before any gate drives it", wire)
		}
		lits[i] = l
	}
	switch op {
	case "XOR":
		return r.drive(out[0], r.builder.Xor(lits[0], lits[1]))
	case "INV":
		return r.drive(out[0], lits[0].Not())
	case "EQW":
		return r.drive(out[0], lits[0])
	}
	for i, wire := range out { // AND and MAND
		if err := r.drive(wire, r.builder.And(lits[i], lits[nout+i])); err != nil {
			return err
		}
	}
	return nil
}

// driven returns what drives a wire: an input, or a gate already read.
func (r *bristolReader) driven(wire int) (Lit, bool) {
	if wire < r.inputs {
		return r.builder.Input(wire), true
	}
	l, ok := r.value[wire]
	return l, ok
}

func (r *bristolReader) drive(wire int, l Lit) error {
	if wire >= r.wires {
		return fmt.Errorf("wire %d, but the file claims %d wires", wire, r.wires)
	}
	if _, ok := r.driven(wire); ok {
		return fmt.Errorf("wire %d is driven twice", wire)
	}
	r.value[wire] = l
	return nil
}

// integers parses decimal numbers from 0 to limit.
func integers(fields []string, limit int) ([]int, error) {
	numbers := make([]int, len(fields))
	for i, f := range fields {
		v, err := strconv.Atoi(f)
		if err != nil || v < 0 || v > limit {
			return nil, fmt.Errorf("%q, want an integer from 0 to %d", f, limit)
		}
		numbers[i] = v
	}
	return numbers, nil
}

func sum(widths []int) int {
	total := 0
	for _, w := range widths {
		total += w
	}
	return total
}
