package run

import (
	"assay/internal/place"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// Runner answers calls. It must be safe for concurrent use, and may answer in any order. Once
// ctx is done it may answer with a fault.
type Runner interface {
	Answer(ctx context.Context, c Call) Answer
}

// AnsweredBy asks a runner from elsewhere, of which nothing is taken on trust: the answer is
// draws of the right shape that are finite, or a fault, and to this call if it says to which.
// What is none is a fault, and so is a panic. The runners of this package check their answers
// themselves.
func (c Call) AnsweredBy(ctx context.Context, r Runner) (answer Answer) {
	defer func() {
		if v := recover(); v != nil {
			answer = panicked(v)
		}
	}()
	asked := c
	asked.Y = slices.Clone(c.Y)
	return r.Answer(ctx, asked).checked(c)
}

// checked returns the answer as one to the call, or the fault that it is none.
func (a Answer) checked(c Call) Answer {
	if fault := a.check(c); fault != nil && fault != a.Fault {
		return Answer{Fault: fault}
	} else if fault != nil {
		a.Draws = nil
	}
	a.Call = ""
	return a
}

// strictly reads JSON of one value without unknown names.
func strictly(text []byte, value any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value); err != nil {
		return place.InWords(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows the value")
	}
	return nil
}
