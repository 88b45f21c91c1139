package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// object is a JSON object whose keys are asked for one by one. It keeps the first
// mistake.
type object struct {
	fields map[string]json.RawMessage
	asked  []string
	err    error
}

// parseObject reads an object. Unlike the standard library it does not take the
// last of two equal keys.
func parseObject(text []byte) (*object, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, Place(err, text)
	}
	o := &object{fields: map[string]json.RawMessage{}}
	d := json.NewDecoder(bytes.NewReader(text))
	token, err := d.Token()
	if token != json.Delim('{') {
		return nil, fmt.Errorf("want an object {...}, got %.20s", text)
	}
	for err == nil && d.More() {
		var key json.Token
		if key, err = d.Token(); err != nil {
			break
		}
		var value json.RawMessage
		err = d.Decode(&value)
		name := key.(string) // keys of valid JSON are strings
		if _, twice := o.fields[name]; twice {
			return nil, fmt.Errorf("key %q is given twice", name)
		}
		o.fields[name] = value
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// Place adds to a syntax error of package json the line and column in text, and leaves
// any other error as it is.
func Place(err error, text []byte) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	before := text[:min(max(int(syntax.Offset)-1, 0), len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

// InWords says what package json found wrong without the names that values have in Go: which key holds
// what, and what it should hold. Any other error stays as it is.
func InWords(err error) error {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		if unknown, ok := strings.CutPrefix(fmt.Sprint(err), "json: unknown field "); ok && err != nil {
			return fmt.Errorf("unknown key %s", unknown)
		}
		return err
	}
	where := mismatch.Field
	if where == "" {
		where = "it"
	}
	want := "another value"
	switch mismatch.Type.Kind() {
	case reflect.Float64, reflect.Float32:
		want = "a number"
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Uint8:
		want = "a whole number"
	case reflect.String:
		want = "a string"
	case reflect.Bool:
		want = "true or false"
	case reflect.Slice, reflect.Array:
		want = "a list"
	case reflect.Struct, reflect.Map:
		want = "an object"
	}
	got := mismatch.Value
	switch got {
	case "array":
		got = "a list"
	case "object":
		got = "an object"
	case "bool":
		got = "true or false"
	case "string", "number":
		got = "a " + got
	}
	return fmt.Errorf("%s is %s, want %s", where, strings.TrimPrefix(got, "number "), want)
}

func (o *object) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// known marks a key as one that may be there.
func (o *object) known(key string) { o.asked = append(o.asked, key) }

// get stores the value of a key that must be there. want says what it must be.
func (o *object) get(key, want string, dst any) {
	o.known(key)
	text, ok := o.fields[key]
	if !ok {
		o.fail(fmt.Errorf("key %q is missing", key))
		return
	}
	_, raw := dst.(*json.RawMessage)
	_, word := dst.(*string)
	// The standard library takes null for any value and leaves it as it is.
	if !raw && !word && bytes.Contains(text, []byte("null")) || string(text) == "null" {
		o.fail(fmt.Errorf("%s: null, want %s", key, want))
		return
	}
	if err := json.Unmarshal(text, dst); err != nil {
		var mismatch *json.UnmarshalTypeError
		if errors.As(err, &mismatch) {
			err = fmt.Errorf("got a %s", mismatch.Value)
		}
		o.fail(fmt.Errorf("%s: %w, want %s", key, err, want))
	}
}

// done returns the first mistake: a bad value, or a key that was not asked for.
func (o *object) done() error {
	for _, key := range slices.Sorted(maps.Keys(o.fields)) {
		if !slices.Contains(o.asked, key) {
			o.fail(fmt.Errorf("unknown key %q; it takes %s", key, strings.Join(o.asked, ", ")))
		}
	}
	return o.err
}
