package inversion

import (
	"fmt"
	"time"

	"assay/props"
	"assay/spec"
)

// Option sets one of the things that an inversion depends on.
type Option func(*options)

type options struct {
	alpha    float64
	targets  int
	draws    int
	seed     uint64
	limit    time.Duration
	progress func(props.Progress)

	opened func(purpose string, digest []byte, replicate uint64) // told of every stream, in tests
}

// DefaultTargets is the number of images that a candidate is asked to invert.
const DefaultTargets = 20

func newOptions(given []Option) (*options, error) {
	o := &options{alpha: props.DefaultAlpha, targets: DefaultTargets, draws: 1}
	for i, set := range given {
		if set == nil {
			return nil, fmt.Errorf("option %d of %d is nil: leave it out", i+1, len(given))
		}
		set(o)
	}
	switch {
	case !(o.alpha > 0 && o.alpha < 1):
		return nil, fmt.Errorf("alpha is %v, want a probability above 0 and below 1", o.alpha)
	case o.targets < 1:
		return nil, fmt.Errorf("targets is %d, want at least 1", o.targets)
	case o.draws < 1:
		return nil, fmt.Errorf("draws is %d, want at least 1", o.draws)
	case o.limit < 0:
		return nil, fmt.Errorf("time limit is %v, want a positive duration", o.limit)
	}
	return o, nil
}

// Alpha bounds the probability that a sampler within the tolerance is rejected. Default 1e-6.
func Alpha(alpha float64) Option { return func(o *options) { o.alpha = alpha } }

// Targets is the number of images to invert. Default [DefaultTargets].
func Targets(n int) Option { return func(o *options) { o.targets = n } }

// Draws is the number of draws asked for each target. Default 1.
func Draws(n int) Option { return func(o *options) { o.draws = n } }

// Seed is the root seed of all randomness. Default 0.
func Seed(seed uint64) Option { return func(o *options) { o.seed = seed } }

// For stops after the given time, whatever is left of the targets. Default: no limit.
func For(d time.Duration) Option { return func(o *options) { o.limit = d } }

// Watch calls f after every target; its calls are the targets.
func Watch(f func(props.Progress)) Option { return func(o *options) { o.progress = f } }

// key returns the key of the stream of one purpose; see package props, which has others.
func (o *options) key(purpose string, digest []byte, replicate uint64) spec.Key {
	if o.opened != nil {
		o.opened(purpose, digest, replicate)
	}
	return spec.StreamKey(o.seed, purpose, digest, replicate)
}
