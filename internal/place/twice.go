package place

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Twice returns an error with the place where the first key ends in a JSON text that is the second of its
// object, in whatever case, as package json does not mind that and takes the last; nil if there is none,
// or the text is not JSON.
func Twice(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	type level struct {
		keys map[string]bool // nil for an array
		key  bool            // the next token is a key
	}
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return nil
		}
		value := true // the token ends a value
		switch top := len(levels) - 1; token {
		case json.Delim('{'):
			levels, value = append(levels, level{map[string]bool{}, true}), false
		case json.Delim('['):
			levels, value = append(levels, level{}), false
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:top]
		default:
			if top < 0 || !levels[top].key {
				break
			}
			name := token.(string)
			folded := strings.ToLower(strings.ToUpper(name))
			if levels[top].keys[folded] {
				return at(text, int(d.InputOffset())-1, fmt.Errorf("key %q is given twice", name))
			}
			levels[top].keys[folded], levels[top].key, value = true, false, false
		}
		if top := len(levels) - 1; value && top >= 0 && levels[top].keys != nil {
			levels[top].key = true
		}
	}
}
