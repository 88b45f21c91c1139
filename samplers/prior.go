package samplers

import (
	"context"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// Prior returns the sampler that ignores y and draws from the prior: right where
// nothing is measured, and a negative control everywhere else.
func Prior() spec.Sampler { return priorSampler{} }

// priorSampler is a type of its own so that [Rejection] can tell it by its value.
type priorSampler struct{}

func (priorSampler) Name() string      { return "prior" }
func (priorSampler) Independent() bool { return true }

func (priorSampler) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, _ []float64, rng *rand.Rand) error {
	if err := ctx.Err(); err != nil || dst.IsEmpty() {
		return err
	}
	p.Prior().Sample(dst, rng)
	return nil
}
