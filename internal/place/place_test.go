package place

import (
	"encoding/json"
	"errors"
	"testing"
)

// TestInJSON: the line and the column, both from 1, are those of the byte that does not fit, or of
// the last if the text is cut short; any other error stays as it is.
func TestInJSON(t *testing.T) {
	for text, want := range map[string]string{
		"{\"a\": 1,\n \"b\": x}": "line 2, column 7: invalid character 'x' looking for beginning of value",
		"?":                      "line 1, column 1: invalid character '?' looking for beginning of value",
		"{\n\n":                  "line 2, column 1: unexpected end of JSON input",
		"":                       "line 1, column 1: unexpected end of JSON input",
	} {
		var value any
		err := json.Unmarshal([]byte(text), &value)
		if got := InJSON(err, []byte(text)); got == nil || got.Error() != want || !errors.Is(got, err) {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
	other := errors.New("the disk is full")
	if got := InJSON(other, []byte("{")); got != other {
		t.Errorf("another error becomes %v", got)
	}
}
