package reduction

import (
	"fmt"
	"math/rand/v2"

	"assay/spec"
)

// Completion returns the function that fills x (length d) with a draw of the law of x
// given its secret (n bits) and y (length m), measured by the given measurement: what
// is left of posterior sampling once a secret is found. It is an error unless the
// measurement is the instance's own (see [Instance.Measurement]), with any noise.
func (in *Instance) Completion(m spec.Linear) (fill func(x []float64, secret []bool, y []float64, rng *rand.Rand), err error) {
	if !in.isOwn(m) {
		return nil, fmt.Errorf("hard instance: a secret completes only the measurement of the %d output coordinates", in.function.M)
	}
	beta := m.Beta() * in.dials.R
	return func(x []float64, secret []bool, y []float64, rng *rand.Rand) {
		in.fill(x, secret, y, beta, rng)
	}, nil
}
