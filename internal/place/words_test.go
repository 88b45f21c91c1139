package place_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"assay/internal/place"
)

// TestInWords: what is wrong in a file is said by its keys, in the words of JSON.
func TestInWords(t *testing.T) {
	type part struct {
		Calls int      `json:"calls"`
		Names []string `json:"names"`
		Right bool     `json:"right"`
		Alpha float64  `json:"alpha"`
	}
	type whole struct {
		Part part   `json:"part"`
		Name string `json:"name"`
	}
	for text, want := range map[string]string{
		`{"part":{"calls":4.5}}`: "part.calls is 4.5, want a whole number",
		`{"part":{"calls":"x"}}`: "part.calls is a string, want a whole number",
		`{"part":{"names":7}}`:   "part.names is a number, want a list",
		`{"part":{"names":[7]}}`: "part.names is a number, want a string",
		`{"part":{"right":"x"}}`: "part.right is a string, want true or false",
		`{"part":{"alpha":[]}}`:  "part.alpha is a list, want a number",
		`{"part":true}`:          "part is true or false, want an object",
		`{"name":{}}`:            "name is an object, want a string",
		`[]`:                     "it is a list, want an object",
		`{"other":1}`:            `unknown key "other"`,
	} {
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		err := place.InWords(d.Decode(new(whole)))
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if other := errors.New("disk full"); place.InWords(other) != other || place.InWords(nil) != nil {
		t.Error("an error of another kind is changed")
	}
}
