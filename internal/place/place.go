// Package place says where in a text a mistake is.
package place

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// InJSON adds to a syntax error of package json the line and column in text, and leaves
// any other error as it is.
func InJSON(err error, text []byte) error {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	before := text[:min(max(int(syntax.Offset)-1, 0), len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}
