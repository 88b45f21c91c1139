package samplers

import (
	"fmt"
	"math"

	"assay/spec"
)

// The ratio of the deviations of a prior above which a diffusion checks whether its
// steps are enough, and the relative error of a deviation that it then accepts. Below
// that ratio it checks nothing: the error is then that of the number of steps, which the
// caller has chosen, perhaps to measure it. At that ratio 50 steps of Heun's method are
// off by 0.032 and 500 of the others by 0.034, all on the right side.
const (
	manyScales    = 1e3
	largestError  = 0.05
	probesADecade = 2
	mostAdvised   = 10_000 // steps; the search for more would take longer than a draw
)

// resolves refuses a prior over whose scales the steps are too long: they are spread over
// the logarithm of the noise, from far above the widest deviation to far below the
// narrowest.
func (s Diffusion) resolves(narrowest, widest float64) error {
	if widest/narrowest <= manyScales {
		return nil
	}
	off := s.deviationError(narrowest, widest)
	if off <= largestError {
		return nil
	}
	advice := fmt.Sprintf("no steps up to %d would leave less than %v", mostAdvised, largestError)
	if steps, found := s.enough(narrowest, widest); found {
		advice = fmt.Sprintf("steps=%d would leave less than %v", steps, largestError)
	}
	return spec.Refuse("%s: the deviations of the prior are from %.3g to %.3g, and with steps this long some come out wrong by %.2g of their size; %s",
		s.Name(), narrowest, widest, off, advice)
}

// enough returns a number of steps that leaves the error at largestError or below: the
// number at hand doubled as often as it takes, or three quarters of that; false if that
// is more than mostAdvised.
func (s Diffusion) enough(narrowest, widest float64) (steps int, found bool) {
	suffice := func(steps int) bool {
		return Diffusion{s.Method, steps}.deviationError(narrowest, widest) <= largestError
	}
	for steps = 2 * s.Steps; steps <= mostAdvised; steps *= 2 {
		switch {
		case !suffice(steps):
		case suffice(steps * 3 / 4):
			return steps * 3 / 4, true
		default:
			return steps, true
		}
	}
	return 0, false
}

// deviationError returns the largest relative error of the deviation of the draws from a
// Gaussian prior, over deviations from the narrowest to the widest, a few in each
// decade.
func (s Diffusion) deviationError(narrowest, widest float64) (largest float64) {
	sigmas := levelsBeyond(narrowest, widest, s.Steps)
	ratio := widest / narrowest
	probes := 1 + int(math.Ceil(probesADecade*math.Log10(ratio)))
	for i := range probes + 1 {
		sd := narrowest * math.Pow(ratio, float64(i)/float64(probes))
		off := math.Abs(drawnDeviation(s.Method, sd, sigmas)/sd - 1)
		if math.IsNaN(off) { // a deviation beyond float64
			return math.Inf(1)
		}
		largest = max(largest, off)
	}
	return largest
}

// drawnDeviation returns the deviation of the draws from N(mu, sd^2): start, steps and end
// are linear there, so that a variance is all there is to follow.
func drawnDeviation(method Method, sd float64, sigmas []float64) float64 {
	keep := func(sigma float64) float64 { return 1 / (1 + sigma/sd*(sigma/sd)) } // of x - mu, by the denoiser
	variance := sigmas[0] * sigmas[0]
	kept := keep(sigmas[0])
	for i, s := range sigmas[1:] {
		t, next := sigmas[i], keep(s)
		factor, noise := kept, 0.0
		switch {
		case s == 0:
		case method == Heun:
			slope := (1 - kept) / t
			factor = 1 + (s-t)/2*(slope+(1+(s-t)*slope)*(1-next)/s)
		default:
			factor, noise = kept+s/t*(s/t)*(1-kept), noiseOf[method](t, s)
		}
		variance, kept = factor*factor*variance+noise*noise, next
	}
	return math.Sqrt(variance)
}
