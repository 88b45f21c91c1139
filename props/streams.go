package props

import (
	"math/rand/v2"

	"assay/spec"
)

// stream opens the random stream of one purpose, of the problem (and whatever else tells calls
// on it apart) that the digest names. No two uses of randomness open the same one.
func (o *options) stream(purpose string, digest []byte, replicate uint64) *rand.Rand {
	if o.opened != nil {
		o.opened(purpose, digest, replicate)
	}
	return spec.Stream(o.seed, purpose, digest, replicate)
}
