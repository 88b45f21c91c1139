package theorems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"assay/samplers"
	"assay/spec"
)

// scheme is a way to integrate the reverse diffusion, as a program and as what it is said
// to do.
type scheme struct {
	name    string
	sampler func(steps int) spec.Sampler
	// order is the power of 1/steps to which the law is right.
	order float64
	// noise is the deviation of what a step from t to s adds to D + (s^2/t^2)(x - D); nil for
	// a deterministic scheme, whose steps are taken from the program.
	noise func(t, s float64) float64
}

func schemeOf(method samplers.Method, order float64, noise func(t, s float64) float64) scheme {
	return scheme{string(method), func(steps int) spec.Sampler { return samplers.Diffusion{Method: method, Steps: steps} }, order, noise}
}

// The schemes of package samplers.
var (
	heunScheme  = schemeOf(samplers.Heun, 2, nil)
	eulerScheme = schemeOf(samplers.Euler, 1, func(t, s float64) float64 { return math.Sqrt((t - s) * (t + s)) })
	// The noise of the exact bridge between x and the denoised point.
	ancestralScheme = schemeOf(samplers.Ancestral, 1, func(t, s float64) float64 { return s / t * math.Sqrt((t-s)*(t+s)) })
)

// trace runs the program on a law, with as many levels of noise as steps, which go beyond the
// law's scale by reach or what it chooses, whichever is more, from the given nodes or, if they are nil, from where it starts.
func (s scheme) trace(ctx context.Context, law spec.Denoiser, steps int, reach float64, nodes []float64, watch func(x, clean []float64, sigma float64), rng *rand.Rand) (*trace, error) {
	sampler := s.sampler(steps)
	own, err := rangeOf(ctx, sampler, rng)
	if err != nil {
		return nil, err
	}
	seen, err := look(ctx, sampler, &probe{Denoiser: law, widen: max(1, reach/own), nodes: nodes, watch: watch}, rng)
	if err == nil && len(seen.levels) != steps {
		err = fmt.Errorf("%s asks for %d levels of noise, want %d", sampler.Name(), len(seen.levels), steps)
	}
	return seen, err
}

// variances returns those of the draws from the centred Gaussian whose coordinates have the given
// deviations, for that many steps, and what they tend to as the steps grow, the range
// of the noise staying.
//
// A deterministic scheme is linear: one draw shows its factor. A step of the others takes
// the variance v to (D' + (s/t)^2 (1 - D'))^2 v + noise^2, D' = c/(c + t^2). In the limit
// the flow keeps the ratio to the law smoothed by sigma, and the equation brings the ratio
// from rho to 1 + R (rho - 1), R = (c + s^2)/(c + t^2): it is
// dx = -x/(c + tau) dtau + dB in tau = t^2 - sigma^2. The last step denoises, times D'.
func (s scheme) variances(ctx context.Context, deviations []float64, steps int, reach float64, rng *rand.Rand) (actual, limit []float64, err error) {
	law, err := spec.NewDiagonal(make([]float64, len(deviations)), deviations)
	if err != nil {
		return nil, nil, err
	}
	nodes := make([]float64, probeRows*len(deviations))
	for i := range nodes {
		nodes[i] = 1
	}
	seen, err := s.trace(ctx, law, steps, reach, nodes, nil, rng)
	if err != nil {
		return nil, nil, err
	}
	first, last := seen.levels[0], seen.levels[steps-1]
	for i, deviation := range deviations {
		c := deviation * deviation
		shrink, smoothed := c/(c+last*last), c+last*last
		contraction, ratio := smoothed/(c+first*first), first*first/(c+first*first)
		if s.noise == nil {
			actual = append(actual, seen.end[i]*seen.end[i])
			limit = append(limit, shrink*shrink*smoothed*ratio)
			continue
		}
		actual = append(actual, shrink*shrink*s.propagate(seen.levels, c))
		limit = append(limit, shrink*shrink*smoothed*(1+contraction*(ratio-1)))
	}
	return actual, limit, nil
}

// propagate returns the variance at the last level, from that of the noise at the first, where
// the law has the variance c.
func (s scheme) propagate(levels []float64, c float64) float64 {
	v := levels[0] * levels[0]
	for i, to := range levels[1:] {
		from := levels[i]
		shrink, keep := c/(c+from*from), to/from*(to/from)
		factor, noise := shrink+keep*(1-shrink), s.noise(from, to)
		v = factor*factor*v + noise*noise
	}
	return v
}
