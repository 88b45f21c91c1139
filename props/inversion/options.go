package inversion

import (
	"cmp"
	"time"

	"assay/internal/defaults"
	"assay/props"
	"assay/spec"
)

// Options are those of an inversion.
type Options struct {
	Alpha   float64 // bounds the probability that a sampler within the tolerance is rejected; 0 is 1e-6
	Targets int     // images to invert; 0 is 20
	Draws   int     // asked for each target; 0 is 1
	Seed    uint64  // root seed of all randomness
	// For stops after the given time, whatever is left of the targets; 0 is no limit.
	For time.Duration
	// Watch, if not nil, is called after every target; its calls are the targets.
	Watch func(props.Progress)

	opened func(purpose string, digest []byte, replicate uint64) // told of every stream, in tests
}

// complete puts defaults in the place of zeros. It is an error if an option is out of range.
func (o *Options) complete() error {
	if o.Alpha == 0 {
		o.Alpha = defaults.Alpha
	}
	if o.Targets == 0 {
		o.Targets = defaults.Targets
	}
	if o.Draws == 0 {
		o.Draws = 1
	}
	return cmp.Or(defaults.CheckAlpha(o.Alpha), defaults.CheckCount("targets", o.Targets), defaults.CheckCount("draws", o.Draws), defaults.CheckLimit(o.For))
}

// key returns the key of the stream of one purpose; see package props, which has others.
func (o *Options) key(purpose string, digest []byte, replicate uint64) spec.Key {
	if o.opened != nil {
		o.opened(purpose, digest, replicate)
	}
	return spec.StreamKey(o.Seed, purpose, digest, replicate)
}
