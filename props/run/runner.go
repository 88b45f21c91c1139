package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"slices"
)

// Runner answers calls. It must be safe for concurrent use, and may answer in any order. Once
// ctx is done it may answer with a fault.
type Runner interface {
	Answer(ctx context.Context, c Call) Answer
}

// Checked returns the runner with its answers checked as those to the calls: draws of the right shape
// that are finite, or a fault, to this call if an answer says to which. What is none is a
// fault, and so is a panic. It is for runners from elsewhere; those of this package check
// themselves.
func Checked(r Runner) Runner { return checked{r} }

type checked struct{ Runner }

// AtOnce is that of the runner behind, or zeros if it does not say.
func (r checked) AtOnce(numbers int) (now, most int) { return atOnce(r.Runner, numbers) }

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
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows the value")
	}
	return nil
}
