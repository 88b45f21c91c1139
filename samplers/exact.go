package samplers

import (
	"context"
	"math/rand/v2"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// Exact returns the sampler that draws from the posterior itself, independently.
// It declines a prior that is not a [spec.Conditioner].
func Exact() spec.Sampler {
	return spec.NewSampler("exact", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		posterior, err := p.Posterior()
		if err != nil {
			return spec.Refuse("exact: %v", err)
		}
		if dst.IsEmpty() {
			return ctx.Err()
		}
		law, err := spec.Given(ctx, posterior, y)
		if err != nil {
			return err
		}
		law.Sample(dst, rng)
		return nil
	})
}
