package reduction

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/spec"
)

// RandomImage returns f(s) for a uniform secret s.
func (in *Instance) RandomImage(rng *rand.Rand) []bool {
	return in.function.Circuit.Eval(circuit.RandomBits(in.function.N, rng))
}

// Target draws the measurement y (length m, scaled) of an image z of f: each output
// coordinate from the law of its bit, plus noise. If z = f(s) for a uniform s, y has
// exactly the law of a measurement of the prior.
func (in *Instance) Target(z []bool, rng *rand.Rand) (y []float64) {
	y = make([]float64, len(z))
	for j, bit := range z {
		y[j] = (in.laws[index(bit)].draw(rng) + in.dials.Beta*rng.NormFloat64()) / in.dials.R
	}
	return y
}

// IsPreimage reports whether f(secret) = z.
func (in *Instance) IsPreimage(secret, z []bool) bool {
	return slices.Equal(in.function.Circuit.Eval(secret), z)
}

// attempt is what a posterior sampler's draws come to for one image.
type attempt struct {
	Secrets [][]bool // the signs of each draw
	Found   int      // how many of them are preimages
}

// Read reads a secret off the signs of each row of draws and compares f of it with z.
func (in *Instance) Read(draws *mat.Dense, z []bool) attempt {
	var a attempt
	rows, _ := draws.Dims()
	for row := range rows {
		secret := in.Secret(draws.RawRowView(row))
		a.Secrets = append(a.Secrets, secret)
		if in.IsPreimage(secret, z) {
			a.Found++
		}
	}
	return a
}

// Invert is the inverter that a posterior sampler becomes (Theorem 1.7): it writes
// z into a measurement, asks the sampler for draws given it, and reads a secret off
// the signs of each. problem is the instance's own, see [Instance.Problem]. For z the
// image of a uniform secret, each draw of a (tau, delta)-posterior sampler is a
// preimage with probability at least (1 - delta)^2 - [Instance.Slack].
func Invert(ctx context.Context, sampler spec.Sampler, in *Instance, problem *spec.Problem, z []bool, draws int, rng *rand.Rand) (attempt, error) {
	if len(z) != in.function.M {
		return attempt{}, fmt.Errorf("invert %s: the image has %d bits, want %d", in.function.Name, len(z), in.function.M)
	}
	y := in.Target(z, spec.Split(rng))
	x := mat.NewDense(draws, in.Dim(), nil)
	if err := sampler.Sample(ctx, x, problem, y, spec.Split(rng)); err != nil {
		return attempt{}, err
	}
	return in.Read(x, z), nil
}
