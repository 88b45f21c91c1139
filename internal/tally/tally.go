// Package tally counts what a call of a sampler takes.
package tally

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
)

// The names of what a metered problem counts: the rows handed to a denoiser, and those handed
// to its Jacobians.
const (
	PointsDenoised   = "points denoised"
	JacobianProducts = "Jacobian products"
)

// Tally adds up what a call takes, by names such as [PointsDenoised]. It is for people who
// compare costs, and evidence of nothing. The zero value is an empty one. It is safe for
// concurrent use, but counts one call at a time; it must not be copied once used.
type Tally struct {
	denoised, products atomic.Int64

	mu    sync.Mutex
	other map[string]float64
	wrong error
	kept  map[any]any
}

type key struct{}

// In returns a context whose tally it is.
func (t *Tally) In(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, t) }

// Of returns the tally of the context, if it has one.
func Of(ctx context.Context) (*Tally, bool) {
	t, ok := ctx.Value(key{}).(*Tally)
	return t, ok
}

// Denoised counts rows handed to a denoiser.
func (t *Tally) Denoised(rows int) { t.denoised.Add(int64(rows)) }

// Multiplied counts rows handed to a Jacobian.
func (t *Tally) Multiplied(rows int) { t.products.Add(int64(rows)) }

// Add counts an amount of something else. One that [Check] refuses is an error of the call.
func (t *Tally) Add(name string, amount float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := Check(name, amount); err != nil {
		t.wrong = err
		return
	}
	if t.other == nil {
		t.other = map[string]float64{}
	}
	t.other[name] += amount
}

// Take returns what was counted since it was last taken, nil for nothing, and an error if an
// amount was refused; the tally is empty then.
func (t *Tally) Take() (map[string]float64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	spent, err := t.other, t.wrong
	t.other, t.wrong = nil, nil
	for name, rows := range map[string]int64{PointsDenoised: t.denoised.Swap(0), JacobianProducts: t.products.Swap(0)} {
		if rows > 0 {
			if spent == nil {
				spent = map[string]float64{}
			}
			spent[name] += float64(rows)
		}
	}
	return spent, err
}

// Keep returns what was made for a key on this tally, and makes it the first time.
func (t *Tally) Keep(key any, made func() any) any {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept[key] == nil {
		if t.kept == nil {
			t.kept = map[any]any{}
		}
		t.kept[key] = made()
	}
	return t.kept[key]
}

// Check returns an error if nothing has a name like that, or no call takes such an amount.
func Check(name string, amount float64) error {
	switch {
	case name == "":
		return fmt.Errorf("%v of something without a name was spent; want a name such as %q", amount, PointsDenoised)
	case !(amount >= 0) || math.IsInf(amount, 1):
		return fmt.Errorf("%v %s were spent; want a finite number that is not negative", amount, name)
	}
	return nil
}

// Costs are amounts by what they are of, none of them negative.
type Costs map[string]float64

// Add adds other costs.
func (c *Costs) Add(other Costs) {
	for name, amount := range other {
		if *c == nil {
			*c = Costs{}
		}
		(*c)[name] += amount
	}
}
