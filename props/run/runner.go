package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"assay/internal/parallel"
	"assay/internal/place"
)

// Runner answers calls. It must be safe for concurrent use, and may answer in any order. Once
// ctx is done it may answer with a fault.
type Runner interface {
	Answer(ctx context.Context, c Call) Answer
}

// checked is a runner from elsewhere, of which nothing is taken on trust; see [Journalled].
type checked struct{ Runner }

// Checked is true, as of all runners here: they check their answers themselves.
func (checked) Checked() bool    { return true }
func (*inProcess) Checked() bool { return true }
func (offline) Checked() bool    { return true }
func (journalled) Checked() bool { return true }

// AtOnce is that of the runner behind, or zeros if it does not say.
func (r checked) AtOnce(numbers int) (now, most int) { return parallel.AtOnce(r.Runner, numbers) }

// Answer implements [Runner].
func (r checked) Answer(ctx context.Context, c Call) (answer Answer) {
	defer func() {
		if v := recover(); v != nil {
			answer = panicked(v)
		}
	}()
	asked := c
	asked.Y = slices.Clone(c.Y)
	return r.Runner.Answer(ctx, asked).checked(c)
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
