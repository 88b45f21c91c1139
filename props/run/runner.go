package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
)

// Runner answers calls. It must be safe for concurrent use, and may answer in any order. Once
// ctx is done it may answer with a fault.
type Runner interface {
	Answer(ctx context.Context, c Call) Answer
}

// strictly reads JSON of one value without unknown names.
func strictly(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows the value")
	}
	return nil
}
