package spec

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/mat"
)

// The names of what a [Metered] problem counts: the rows handed to [Denoiser.Denoise] and
// [Denoiser.Linearize], and those handed to the Jacobians that the latter returns.
const (
	PointsDenoised   = "points denoised"
	JacobianProducts = "Jacobian products"
)

// Tally adds up what a call of a sampler takes, by names such as [PointsDenoised]. It is for
// people who compare costs, and evidence of nothing. The zero value is an empty one. It is safe
// for concurrent use, but counts one call at a time; it must not be copied once used.
type Tally struct {
	denoised, products atomic.Int64

	mu      sync.Mutex
	other   map[string]float64
	wrong   error
	metered map[*Problem]*Problem
}

type tallyKey struct{}

// In returns a context in which [Spend] and [Metered] count on the tally.
func (t *Tally) In(ctx context.Context) context.Context {
	return context.WithValue(ctx, tallyKey{}, t)
}

// Take returns what was counted since it was last taken, nil for nothing, and an error if an amount
// was none; the tally is empty then.
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

// Spend adds an amount to what the call under way has taken, by a name such as "proposals", which
// reads well after a number. A sampler that has something to report calls it, as often as it
// likes, with the context of its Sample; if nobody counts, nothing happens. An amount that is negative
// or not finite is an error of the call. What a denoiser is asked counts by itself if it is that of
// a [Metered] problem.
func Spend(ctx context.Context, name string, amount float64) {
	t, ok := ctx.Value(tallyKey{}).(*Tally)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := CheckSpent(name, amount); err != nil {
		t.wrong = err
		return
	}
	if t.other == nil {
		t.other = map[string]float64{}
	}
	t.other[name] += amount
}

// CheckSpent is an error if nothing has a name like that, or no call takes such an amount.
func CheckSpent(name string, amount float64) error {
	switch {
	case name == "":
		return fmt.Errorf("%v of something without a name was spent; want a name such as %q", amount, PointsDenoised)
	case !(amount >= 0) || math.IsInf(amount, 1):
		return fmt.Errorf("%v %s were spent; want a finite number that is not negative", amount, name)
	}
	return nil
}

// Metered returns the problem with a denoiser that counts on the tally of the context; the problem
// itself if there is no tally. A sampler begins with p = spec.Metered(ctx, p) to have counted what it
// asks: it is not handed such a problem, since it may know its problems by their pointers.
// The metered one differs in nothing else, its digest included, and is the same pointer whenever
// the tally is.
func Metered(ctx context.Context, p *Problem) *Problem {
	t, ok := ctx.Value(tallyKey{}).(*Tally)
	if !ok || p.tally == t {
		return p
	}
	p = p.Unmetered()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.metered[p] == nil {
		if t.metered == nil {
			t.metered = map[*Problem]*Problem{}
		}
		t.metered[p] = p.meteredBy(t)
	}
	return t.metered[p]
}

func (p *Problem) meteredBy(t *Tally) *Problem {
	metered := *p
	metered.tally, metered.plain = t, p
	return &metered
}

// Unmetered returns the problem that [Metered] was given, which is one for all calls; the
// problem itself if it is not metered.
func (p *Problem) Unmetered() *Problem {
	if p.plain != nil {
		return p.plain
	}
	return p
}

// Remeasured returns the problem of the same name and prior with another measurement, metered if
// this one is. It is an error if the dimensions differ.
func (p *Problem) Remeasured(m Measurement) (*Problem, error) {
	other, err := NewProblem(p.name, p.prior, m)
	if err == nil && p.tally != nil {
		other = other.meteredBy(p.tally)
	}
	return other, err
}

// metered is a denoiser that counts rows.
type metered struct {
	Denoiser
	tally *Tally
}

func (m metered) Denoise(dst, x *mat.Dense, sigma float64) {
	m.tally.denoised.Add(int64(x.RawMatrix().Rows))
	m.Denoiser.Denoise(dst, x, sigma)
}

func (m metered) Linearize(dst, x *mat.Dense, sigma float64) func(dst, v *mat.Dense) {
	m.tally.denoised.Add(int64(x.RawMatrix().Rows))
	product := m.Denoiser.Linearize(dst, x, sigma)
	return func(dst, v *mat.Dense) {
		m.tally.products.Add(int64(v.RawMatrix().Rows))
		product(dst, v)
	}
}
