package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"

	"assay/spec"
)

// Runner answers calls. It must be safe for concurrent use, and may answer in any order. Once
// ctx is done it may answer with a fault.
type Runner interface {
	Answer(ctx context.Context, c Call) Answer
}

// atOnce returns how many calls keep a sampler or a runner busy, as [spec.Concurrent] says, or
// zeros if it does not say.
func atOnce(of any, numbers int) (now, most int) {
	if c, ok := of.(interface {
		AtOnce(numbers int) (now, most int)
	}); ok {
		return c.AtOnce(numbers)
	}
	return 0, 0
}

// Width returns how many calls, each for this many numbers, to make of a runner at a time,
// from now on and at most: as many as its sampler says that keep it busy, and otherwise as
// many as there are processors.
func Width(r Runner, numbers int) (now func() int, most int) {
	if _, most = atOnce(r, numbers); most == 0 {
		return Fixed(runtime.GOMAXPROCS(0))
	}
	return func() int {
		now, _ := atOnce(r, numbers)
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
		return spec.InWords(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows the value")
	}
	return nil
}
