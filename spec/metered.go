package spec

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"assay/internal/tally"
)

// Spend adds an amount to what the call under way has taken, by a name such as "proposals", which
// reads well after a number. A sampler that has something to report calls it, as often as it
// likes, with the context of its Sample; if nobody counts, nothing happens. An amount that is negative
// or not finite is an error of the call. What a denoiser is asked counts by itself if it is that of
// a [Metered] problem, as "points denoised" and "Jacobian products".
func Spend(ctx context.Context, name string, amount float64) {
	if t, ok := tally.Of(ctx); ok {
		t.Add(name, amount)
	}
}

// Metered returns the problem with a denoiser that counts on the tally of the context; the problem
// itself if there is no tally. A sampler begins with p = spec.Metered(ctx, p) to have counted what it
// asks: it is not handed such a problem, since it may know its problems by their pointers.
// The metered one differs in nothing else, its digest included, and is the same pointer whenever
// the tally is.
func Metered(ctx context.Context, p *Problem) *Problem {
	t, ok := tally.Of(ctx)
	if !ok || p.tally == t {
		return p
	}
	p = p.Unmetered()
	return t.Keep(p, func() any { return p.meteredBy(t) }).(*Problem)
}

func (p *Problem) meteredBy(t *tally.Tally) *Problem {
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
	tally *tally.Tally
}

func (m metered) Denoise(dst, x *mat.Dense, sigma float64) {
	m.tally.Denoised(x.RawMatrix().Rows)
	m.Denoiser.Denoise(dst, x, sigma)
}

func (m metered) Linearize(dst, x *mat.Dense, sigma float64) func(dst, v *mat.Dense) {
	m.tally.Denoised(x.RawMatrix().Rows)
	product := m.Denoiser.Linearize(dst, x, sigma)
	return func(dst, v *mat.Dense) {
		m.tally.Multiplied(v.RawMatrix().Rows)
		product(dst, v)
	}
}
