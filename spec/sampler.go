package spec

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Sampler is a candidate: it claims to draw from p(x | y).
type Sampler interface {
	// Name returns the canonical name, arguments included: "dps:zeta=0.5".
	Name() string
	// Independent reports whether the draws of one call are independent given
	// y. Chains and particle methods, whose draws are not, say false and are
	// judged pair by pair. It is about one call: different calls must be
	// independent of each other given their y whatever it says, and a sampler
	// that carries state from call to call may be rejected for that alone.
	Independent() bool
	// Sample fills the rows of dst (L x d) with draws from p(x | y), y of length
	// m. It never sees x nor the stream that made x; rng is its only source of
	// randomness, so that the same stream gives the same draws. It returns
	// early with ctx.Err() when ctx is done. It must be safe for
	// concurrent use. It may report what it spends, see [Spend] and [Metered].
	Sample(ctx context.Context, dst *mat.Dense, p *Problem, y []float64, rng *rand.Rand) error
}

// Concurrent is a sampler that knows how many calls it can serve at a time.
type Concurrent interface {
	Sampler
	// AtOnce returns how many calls, each for this many numbers, keep it busy, as far as
	// it knows by now, and how many that will be at most: both are at least 1. Calls
	// beyond what it can serve would be served in any order, perhaps those wanted first
	// last.
	AtOnce(numbers int) (now, most int)
}

// Stepwise is a sampler that takes steps, and could take fewer.
type Stepwise interface {
	Sampler
	// Fewer returns the sampler that takes half as many steps, rounded down; false if
	// it takes one.
	Fewer() (Sampler, bool)
}

// Refusal is the error of a sampler that declines a problem, or one y of it,
// rather than answer wrongly or run for ever. A refusal is not a fault, but it
// leaves nothing to judge.
type Refusal struct {
	Reason string
}

// Refuse returns a [Refusal] with the formatted reason.
func Refuse(format string, args ...any) error {
	return &Refusal{Reason: fmt.Sprintf(format, args...)}
}

func (r *Refusal) Error() string { return r.Reason }

// NewSampler returns the candidate whose Sample is fill, under the given name.
func NewSampler(name string, independent bool, fill func(ctx context.Context, dst *mat.Dense, p *Problem, y []float64, rng *rand.Rand) error) Sampler {
	return &samplerFunc{name, independent, fill}
}

type samplerFunc struct {
	name        string
	independent bool
	fill        func(context.Context, *mat.Dense, *Problem, []float64, *rand.Rand) error
}

func (s *samplerFunc) Name() string      { return s.name }
func (s *samplerFunc) Independent() bool { return s.independent }
func (s *samplerFunc) Sample(ctx context.Context, dst *mat.Dense, p *Problem, y []float64, rng *rand.Rand) error {
	return s.fill(ctx, dst, p, y, rng)
}
