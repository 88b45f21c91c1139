package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

const magic = "\x93NUMPY"

// longest is how many bytes of header are read: NumPy itself evaluates no more than
// 10,000 unless it is told to.
const longest = 1 << 16

// Header says what an array is.
type Header struct {
	Kind    string // a NumPy type such as <f8
	Fortran bool   // column by column, the first index running fastest
	Shape   []int
}

// Size returns the number of entries; an error if no machine could count them.
func (h Header) Size() (int, error) {
	size := 1
	for _, n := range h.Shape {
		if n != 0 && size > math.MaxInt/n {
			return 0, fmt.Errorf("the shape %v is of more entries than can be counted", h.Shape)
		}
		size *= n
	}
	return size, nil
}

// errDamaged is what a file that is not in the format is.
var errDamaged = errors.New("not a NumPy array file, or its header is damaged")

// ReadHeader reads up to the first entry.
func ReadHeader(r io.Reader) (Header, error) {
	start := make([]byte, 8)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:6]) != magic {
		return Header{}, errDamaged
	}
	var length int
	switch version := start[6]; version {
	case 1:
		var short [2]byte
		if _, err := io.ReadFull(r, short[:]); err != nil {
			return Header{}, errDamaged
		}
		length = int(binary.LittleEndian.Uint16(short[:]))
	case 2, 3:
		var long [4]byte
		if _, err := io.ReadFull(r, long[:]); err != nil {
			return Header{}, errDamaged
		}
		length = int(binary.LittleEndian.Uint32(long[:]))
	default:
		return Header{}, fmt.Errorf("a NumPy array file of version %d.%d; want version 1, 2 or 3", version, start[7])
	}
	if length > longest {
		return Header{}, fmt.Errorf("%w: it is of %d bytes", errDamaged, length)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return Header{}, errDamaged
	}
	h, err := parseHeader(string(text))
	if err != nil {
		return Header{}, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return h, nil
}

// parseHeader reads the literal of a Python dictionary. It has these three keys, each
// once, in any order; a reader must not depend on blanks, quotes or a comma at the end.
func parseHeader(text string) (Header, error) {
	var h Header
	s := scanner{rest: strings.TrimRight(text, " \n\t\x00")}
	seen := map[string]bool{}
	if err := s.want('{'); err != nil {
		return h, err
	}
	for !s.take('}') {
		key, err := s.quoted()
		if err != nil {
			return h, err
		}
		if seen[key] {
			return h, fmt.Errorf("key %q stands there twice", key)
		}
		seen[key] = true
		if err := s.want(':'); err != nil {
			return h, err
		}
		switch key {
		case "descr":
			h.Kind, err = s.quoted()
		case "fortran_order":
			h.Fortran, err = s.truth()
		case "shape":
			h.Shape, err = s.shape()
		default:
			err = fmt.Errorf("key %.40q; want descr, fortran_order and shape", key)
		}
		if err != nil {
			return h, err
		}
		if !s.take(',') {
			if err := s.want('}'); err != nil {
				return h, err
			}
			break
		}
	}
	if s.rest = strings.TrimLeft(s.rest, blanks); s.rest != "" {
		return h, fmt.Errorf("%.20q after the end of the dictionary", s.rest)
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("there is no key %s", key)
		}
	}
	return h, nil
}

const blanks = " \t\r\n"

// scanner reads the parts of a literal, with blanks before each.
type scanner struct{ rest string }

func (s *scanner) take(c byte) bool {
	s.rest = strings.TrimLeft(s.rest, blanks)
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) want(c byte) error {
	if !s.take(c) {
		return fmt.Errorf("%.20q where %q is expected", s.rest, c)
	}
	return nil
}

// quoted reads a string. Types and keys have no escapes.
func (s *scanner) quoted() (string, error) {
	s.rest = strings.TrimLeft(s.rest, blanks)
	if s.rest == "" || s.rest[0] != '\'' && s.rest[0] != '"' {
		if strings.HasPrefix(s.rest, "[") {
			return "", errors.New("it is a structured array, with named fields; want one of numbers")
		}
		return "", fmt.Errorf("%.20q where a string in quotes is expected", s.rest)
	}
	text, rest, ok := strings.Cut(s.rest[1:], s.rest[:1])
	if !ok || strings.ContainsAny(text, "\\\n") {
		return "", fmt.Errorf("%.20q is not a string in quotes", s.rest)
	}
	s.rest = rest
	return text, nil
}

func (s *scanner) truth() (bool, error) {
	s.rest = strings.TrimLeft(s.rest, blanks)
	for word, value := range map[string]bool{"True": true, "False": false} {
		if rest, ok := strings.CutPrefix(s.rest, word); ok {
			s.rest = rest
			return value, nil
		}
	}
	return false, fmt.Errorf("%.20q where True or False is expected", s.rest)
}

// shape reads a tuple; Python 2 wrote an L after large numbers.
func (s *scanner) shape() ([]int, error) {
	if err := s.want('('); err != nil {
		return nil, err
	}
	shape := []int{}
	for !s.take(')') {
		s.rest = strings.TrimLeft(s.rest, blanks)
		digits := s.rest[:len(s.rest)-len(strings.TrimLeft(s.rest, "0123456789"))]
		n, err := strconv.Atoi(digits)
		if err != nil {
			return nil, fmt.Errorf("%.20q where a length is expected", s.rest)
		}
		s.rest = strings.TrimPrefix(s.rest[len(digits):], "L")
		shape = append(shape, n)
		if !s.take(',') {
			if err := s.want(')'); err != nil {
				return nil, err
			}
			break
		}
	}
	return shape, nil
}
