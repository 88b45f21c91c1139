package theorems

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/internal/planted"
	"assay/reduction"
	"assay/spec"
)

// spoilt returns the exact posterior sampler of the instance, spoilt on purpose as far
// as a (tau, delta)-sampler may be, joint form, tau in unscaled units: with probability
// delta a draw is replaced by the prior's given that its secret is wrong, and otherwise
// it is moved by tau where that does the most harm, one secret coordinate to the other side
// of zero.
func spoilt(in *reduction.Instance, tau, delta float64) spec.Sampler {
	name := fmt.Sprintf("exact, tau %v and delta %v planted", tau, delta)
	return spec.NewSampler(name, true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		posterior, err := p.Posterior()
		if err != nil {
			return err
		}
		law, err := spec.Given(ctx, posterior, y)
		if err != nil {
			return err
		}
		law.Sample(dst, rng)
		z := in.Decode(y)
		planted.Rows(dst, &planted.Setting{Y: y}, planted.Either(delta, fail(in, z), shift(in, z, tau)), rng)
		return nil
	})
}

// fail gives the secret of a draw signs that are not a preimage of z, if there are any to be
// found in a hundred tries.
func fail(in *reduction.Instance, z []bool) planted.Error {
	return func(x []float64, _ *planted.Setting, rng *rand.Rand) {
		for range 100 {
			for i := range in.Function().N {
				if rng.Uint64()&1 == 1 {
					x[i] = -x[i]
				}
			}
			if !in.IsPreimage(in.Secret(x), z) {
				return
			}
		}
	}
}

// shift moves one secret coordinate that lies within tau of zero by tau, to the other
// side, choosing one that makes the secret no longer a preimage of z, if there is one.
func shift(in *reduction.Instance, z []bool, tau float64) planted.Error {
	tau /= in.Dials().R
	return func(x []float64, s *planted.Setting, rng *rand.Rand) {
		order := make([]int, in.Function().N)
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int { return cmp.Compare(math.Abs(x[i]), math.Abs(x[j])) })
		for _, i := range order {
			before := x[i]
			if math.Abs(before) >= tau {
				return
			}
			planted.Across(i, tau)(x, s, rng)
			if !in.IsPreimage(in.Secret(x), z) {
				return
			}
			x[i] = before
		}
	}
}

// failures counts the targets, images of uniform secrets, of which the one draw of the
// sampler asked for is not a preimage.
func failures(ctx context.Context, sampler spec.Sampler, in *reduction.Instance, targets int, rng *rand.Rand) (failed int, err error) {
	problem, err := in.Problem("hard")
	if err != nil {
		return 0, err
	}
	for range targets {
		a, err := reduction.Invert(ctx, sampler, in, problem, in.RandomImage(rng), 1, rng)
		if err != nil {
			return 0, err
		}
		failed += 1 - a.Found
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
	return failed, nil
}
