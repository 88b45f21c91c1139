package inverter

import (
	"context"
	"errors"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/reduction"
	"assay/reduction/oneway"
	"assay/spec"
)

// instance is what the sampler needs of a hard instance: [reduction.Instance] has
// it, and so do types built on that.
type instance interface {
	Function() *oneway.Function
	Decode(y []float64) []bool
	Completion(m spec.Linear) (func(x []float64, secret []bool, y []float64, rng *rand.Rand), error)
}

var _ instance = (*reduction.Instance)(nil)

// Sampler returns the posterior sampler that an oracle for uniform preimages makes of
// a hard instance, the converse of [reduction.Invert]: it decodes the image from y, asks
// for uniform preimages, and fills in the coordinates, which are independent given the
// secret. Its name is that of the inverter.
//
// Its joint law with y is within m times [reduction.Instance.Misread] plus the bias of
// the oracle of the exact one in total variation. For where the parities are decoded
// rightly, the secret given y and them is a uniform preimage.
//
// It declines problems that are not hard instances, and a y whose decoded image has no
// preimage: some bit was misread.
func Sampler(oracle Inverter) spec.Sampler {
	return spec.NewSampler(oracle.Name(), true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		in, ok := p.Prior().(instance)
		if !ok {
			return spec.Refuse("%s inverts the function of a hard instance, and the prior of problem %s is a %T", oracle.Name(), p.Name(), p.Prior())
		}
		measurement, err := p.NeedLinear(oracle.Name())
		if err != nil {
			return err
		}
		fill, err := in.Completion(measurement)
		if err != nil {
			return spec.Refuse("%s: %v", oracle.Name(), err)
		}
		if dst.IsEmpty() {
			return ctx.Err()
		}
		rows, _ := dst.Dims()
		secrets, _, err := oracle.Sample(ctx, in.Function().Circuit, in.Decode(y), rows, rng)
		if errors.Is(err, ErrNoPreimage) {
			return spec.Refuse("%s: no secret has the bits nearest to y as its image", oracle.Name())
		}
		if err != nil {
			return err
		}
		for row, secret := range secrets {
			fill(dst.RawRowView(row), secret, y, rng)
		}
		return nil
	})
}
