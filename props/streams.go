package props

import (
	"math/rand/v2"

	"assay/spec"
)

// key returns the key of the random stream of one purpose, of the problem (and whatever else
// tells calls on it apart) that the digest names. No two uses of randomness have the same one.
func (o *options) key(purpose string, digest []byte, replicate uint64) spec.Key {
	if o.opened != nil {
		o.opened(purpose, digest, replicate)
	}
	return spec.StreamKey(o.seed, purpose, digest, replicate)
}

// stream opens the stream of a key.
func (o *options) stream(purpose string, digest []byte, replicate uint64) *rand.Rand {
	return o.key(purpose, digest, replicate).Stream()
}
