package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/internal/place"
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
		return nil, place.InJSON(err, text)
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
