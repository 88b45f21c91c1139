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
	return at(text, int(syntax.Offset)-1, err)
}

// at adds to an error the line and column of a byte of the text, the last if there is none there.
func at(text []byte, offset int, err error) error {
	before := text[:min(max(offset, 0), len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}
