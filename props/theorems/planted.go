package theorems

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/reduction"
	"assay/spec"
)

// planted returns the exact posterior sampler of the instance, spoilt on purpose as far
// as a (tau, delta)-sampler may be, joint form, tau in unscaled units: with probability
// delta a draw is replaced by the prior's given that its secret is wrong, and otherwise
// it is moved by tau where that does the most harm, one secret coordinate to the other side
// of zero.
func planted(in *reduction.Instance, tau, delta float64) spec.Sampler {
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
		rows, _ := dst.Dims()
		for row := range rows {
			x := dst.RawRowView(row)
			if rng.Float64() < delta {
				fail(in, x, z, rng)
			} else {
				shift(in, x, z, tau)
			}
		}
		return nil
	})
}

// fail gives the secret of x signs that are no preimage of z, if there are any to be
// found in a hundred tries.
func fail(in *reduction.Instance, x []float64, z []bool, rng *rand.Rand) {
	n := in.Function().N
	for range 100 {
		for i := range n {
			if rng.Uint64()&1 == 1 {
				x[i] = -x[i]
			}
		}
		if !in.IsPreimage(in.Secret(x), z) {
			return
		}
	}
}

// shift moves by tau one of the secret coordinates that lie within tau of zero, across,
// and such that the secret is then no preimage of z, if there is one.
func shift(in *reduction.Instance, x []float64, z []bool, tau float64) {
	tau /= in.Dials().R
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
		x[i] -= math.Copysign(tau, before)
		if !in.IsPreimage(in.Secret(x), z) {
			return
		}
		x[i] = before
	}
}

// failures counts the targets, images of uniform secrets, of which the one draw of the
// sampler asked for is no preimage.
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
