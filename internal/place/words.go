package place

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

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
