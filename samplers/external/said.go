package external

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// said is a JSON value that a program wrote, and where it stands, such as draws.shape[1]. What is
// wrong with it is said in the words of the protocol.
type said struct {
	where string
	value any // of the kinds of encoding/json, with json.Number for numbers; absent if there is none
}

// absent stands for a value that is not there.
type absent struct{}

// hear reads a JSON value.
func hear(text []byte) (said, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	s := said{}
	if err := d.Decode(&s.value); err != nil {
		return s, err
	}
	if _, err := d.Token(); err != io.EOF {
		return s, errors.New("something follows it")
	}
	return s, nil
}

// wrong returns the error of a value that should be another.
func (s said) wrong(want string) error {
	where := s.where
	if where == "" {
		where = "it"
	}
	return fmt.Errorf("%s is %s, want %s", where, s.kind(), want)
}

// kind says what a value is: short ones themselves.
func (s said) kind() string {
	switch v := s.value.(type) {
	case absent:
		return "missing"
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		if len(v) > 40 {
			return "a long number"
		}
		return v.String()
	case string:
		if len(v) > 40 {
			return "a string"
		}
		return "the string " + strconv.Quote(v)
	case []any:
		return "a list"
	}
	return "an object"
}

// at returns the value of a key. It is an error if s is no object. The case of a key does not matter.
func (s said) at(key string) (said, error) {
	object, ok := s.value.(map[string]any)
	if !ok {
		return said{}, s.wrong("an object")
	}
	where := key
	if s.where != "" {
		where = s.where + "." + key
	}
	if v, ok := object[key]; ok {
		return said{where, v}, nil
	}
	for other, v := range object {
		if strings.EqualFold(other, key) {
			return said{where, v}, nil
		}
	}
	return said{where, absent{}}, nil
}

// given reports whether there is a value other than null.
func (s said) given() bool {
	_, missing := s.value.(absent)
	return !missing && s.value != nil
}

// whole returns a whole number, which may be written as 4, 4.0 or 4e0.
func (s said) whole() (int, error) {
	const want = "a whole number"
	number, ok := s.value.(json.Number)
	if !ok {
		return 0, s.wrong(want)
	}
	if n, err := strconv.Atoi(number.String()); err == nil {
		return n, nil
	}
	v, err := number.Float64()
	if err != nil || v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, s.wrong(want)
	}
	return int(v), nil
}

// real returns a number.
func (s said) real() (float64, error) {
	number, ok := s.value.(json.Number)
	if !ok {
		return 0, s.wrong("a number")
	}
	v, err := number.Float64()
	if err != nil {
		return 0, s.wrong("a number in the range of doubles")
	}
	return v, nil
}

func (s said) text() (string, error) {
	text, ok := s.value.(string)
	if !ok {
		return "", s.wrong("a string")
	}
	return text, nil
}

func (s said) truth() (bool, error) {
	truth, ok := s.value.(bool)
	if !ok {
		return false, s.wrong("true or false")
	}
	return truth, nil
}

// list returns the values of a list.
func (s said) list() ([]said, error) {
	values, ok := s.value.([]any)
	if !ok {
		return nil, s.wrong("a list")
	}
	list := make([]said, len(values))
	for i, v := range values {
		list[i] = said{fmt.Sprintf("%s[%d]", s.where, i), v}
	}
	return list, nil
}

// listener gathers the first error of several values of an object, so that they can be read in a
// row.
type listener struct {
	of  said
	err error
}

// hearKey stores what read makes of the value of a key. One that is not there, or is null, leaves it
// as it is.
func hearKey[T any](l *listener, key string, to *T, read func(said) (T, error)) {
	if l.err != nil {
		return
	}
	s, err := l.of.at(key)
	if err == nil && s.given() {
		*to, err = read(s)
	}
	if l.err = err; err != nil {
		var zero T
		*to = zero
	}
}

// array returns the array that a value is.
func (s said) array() (*array, error) {
	if _, ok := s.value.(map[string]any); !ok {
		return nil, s.wrong(`an array, as {"dtype":"<f8","shape":[3,2],"data":"..."} with base64 for data`)
	}
	a, l := new(array), &listener{of: s}
	hearKey(l, "dtype", &a.DType, said.text)
	hearKey(l, "data", &a.Data, said.text)
	hearKey(l, "shape", &a.Shape, said.wholes)
	return a, l.err
}

func (s said) wholes() ([]int, error)   { return hearEach(s, said.whole) }
func (s said) texts() ([]string, error) { return hearEach(s, said.text) }

// hearEach returns what read makes of the values of a list.
func hearEach[T any](s said, read func(said) (T, error)) ([]T, error) {
	list, err := s.list()
	if err != nil {
		return nil, err
	}
	values := make([]T, len(list))
	for i, each := range list {
		if values[i], err = read(each); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// raw returns a value as JSON, whatever it is, the keys of objects in order.
func (s said) raw() (json.RawMessage, error) { return json.Marshal(s.value) }

// named returns the strings that an object holds.
func (s said) named() (map[string]string, error) {
	object, ok := s.value.(map[string]any)
	if !ok {
		return nil, s.wrong("an object")
	}
	named := map[string]string{}
	for key, v := range object {
		text, err := said{fmt.Sprintf("%s[%q]", s.where, key), v}.text()
		if err != nil {
			return nil, err
		}
		named[key] = text
	}
	return named, nil
}

// hello returns what a program says of itself.
func (s said) hello() (h hello, err error) {
	l := &listener{of: s}
	hearKey(l, "protocol", &h.Protocol, said.whole)
	hearKey(l, "name", &h.Name, said.text)
	hearKey(l, "version", &h.Version, said.text)
	hearKey(l, "independent", &h.Independent, said.truth)
	hearKey(l, "batch", &h.Batch, said.whole)
	hearKey(l, "witnesses", &h.Witnesses, said.texts)
	hearKey(l, "language", &h.Language, said.raw)
	hearKey(l, "files", &h.Files, said.named)
	return h, l.err
}

// question returns the parameters of a callback.
func (s said) question() (q question, err error) {
	l := &listener{of: s}
	hearKey(l, "problem", &q.Problem, said.whole)
	hearKey(l, "x", &q.X, said.array)
	hearKey(l, "v", &q.V, said.array)
	hearKey(l, "sigma", &q.Sigma, said.real)
	hearKey(l, "n", &q.N, said.whole)
	hearKey(l, "call", &q.Call, said.whole)
	return q, l.err
}

// arrayAt returns the array of a key, nil if there is none.
func (s said) arrayAt(key string) (a *array, err error) {
	l := &listener{of: s}
	hearKey(l, key, &a, said.array)
	return a, l.err
}
