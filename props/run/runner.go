package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
)

// Runner answers calls. It must be safe for concurrent use, and may answer in any order. Once
// ctx is done it may answer with a fault.
type Runner interface {
	Answer(ctx context.Context, c Call) Answer
}

// concurrent is a runner that knows how many calls keep it busy; see [spec.Concurrent].
type concurrent interface {
	AtOnce(numbers int) (now, most int)
}

// Width returns how many calls, each for this many numbers, to make of a runner at a time,
// from now on and at most: as many as its sampler says that keep it busy, and otherwise as
// many as there are processors.
func Width(r Runner, numbers int) (now func() int, most int) {
	c, ok := r.(concurrent)
	if !ok {
		return Fixed(runtime.GOMAXPROCS(0))
	}
	if _, most = c.AtOnce(numbers); most == 0 {
		return Fixed(runtime.GOMAXPROCS(0))
	}
	return func() int {
		now, _ := c.AtOnce(numbers)
		return now
	}, most
}

// Fixed is the width of n calls at a time.
func Fixed(n int) (now func() int, most int) { return func() int { return n }, n }

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
