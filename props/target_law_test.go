package props_test

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"

	"assay/internal/tractable"
	"assay/samplers"
)

// reversal is the reverse diffusion of package samplers as its documentation has it, on
// the line: noise of deviation levels[0] round the mode of the smoothed law is brought
// down level by level. It shares no code with the sampler.
type reversal struct {
	method samplers.Method
	levels []float64 // the last is 0
}

// reversalOf returns the reversal for a prior of the given scale.
func reversalOf(s samplers.Diffusion, narrowest, widest float64) reversal {
	beyond := min(100, max(10, float64(s.Steps)/2))
	top, bottom := math.Exp(math.Log(beyond*widest)/7), math.Exp(math.Log(narrowest/beyond)/7)
	levels := make([]float64, s.Steps+1)
	for i := range s.Steps {
		share := 0.0
		if i > 0 {
			share = float64(i) / float64(s.Steps-1)
		}
		levels[i] = math.Pow(top+share*(bottom-top), 7)
	}
	return reversal{s.Method, levels}
}

// noise returns the deviation of the noise of the step from t to s: for the ancestral
// one that of the bridge of Brownian motion in the variance, whose precision is that
// given one end plus that given the other.
func (r reversal) noise(t, s float64) float64 {
	switch {
	case s == 0 || r.method == samplers.Heun:
		return 0
	case r.method == samplers.Euler:
		return math.Sqrt(t*t - s*s)
	}
	return 1 / math.Sqrt(1/(s*s)+1/(t*t-s*s))
}

// moved returns where the step from t to s takes x before noise is added, and the
// derivative of that by x. at is the law smoothed by t, next by s.
func (r reversal) moved(at, next *smoothed, x float64) (to, slope float64) {
	t, s := at.sigma, next.sigma
	clean, dclean := at.denoised(x)
	switch {
	case s == 0:
		return clean, dclean
	case r.method == samplers.Heun:
		v, dv := (x-clean)/t, (1-dclean)/t
		end, dend := x+(s-t)*v, 1+(s-t)*dv
		clean, dclean = next.denoised(end)
		return x + (s-t)*(v+(end-clean)/s)/2, 1 + (s-t)*(dv+dend*(1-dclean)/s)/2
	}
	keep := s * s / (t * t)
	return clean + keep*(x-clean), dclean + keep*(1-dclean)
}

// smoothed is a law on the line plus noise of deviation sigma, prepared.
type smoothed struct {
	sigma float64
	parts []part
	terms []float64 // scratch
}

// part is one component: log of the factor before the exponential, half its precision, and
// the share of x - mean that the denoiser keeps.
type part struct{ log, mean, half, keep float64 }

func smooth(l tractable.Line, sigma float64) *smoothed {
	s := &smoothed{sigma: sigma, terms: make([]float64, len(l.Weight))}
	for k, w := range l.Weight {
		v := l.SD[k]*l.SD[k] + sigma*sigma
		s.parts = append(s.parts, part{math.Log(w / math.Sqrt(2*math.Pi*v)), l.Mean[k], 1 / (2 * v), l.SD[k] * l.SD[k] / v})
	}
	return s
}

// weigh stores the densities of the components at x, up to the factor exp(top), and returns
// top and their sum.
func (s *smoothed) weigh(x float64) (top, sum float64) {
	top = math.Inf(-1)
	for k, p := range s.parts {
		s.terms[k] = p.log - (x-p.mean)*(x-p.mean)*p.half
		top = max(top, s.terms[k])
	}
	for k, v := range s.terms {
		s.terms[k] = math.Exp(v - top)
		sum += s.terms[k]
	}
	return top, sum
}

// logDensity returns the logarithm of the density at x.
func (s *smoothed) logDensity(x float64) float64 {
	top, sum := s.weigh(x)
	return top + math.Log(sum)
}

// denoised returns the mean D of u given u + sigma z = x and the derivative of D by x, which
// is the variance over sigma^2 (Tweedie).
func (s *smoothed) denoised(x float64) (mean, slope float64) {
	_, sum := s.weigh(x)
	var first, second float64 // moments about x, which is near: those about 0 would cancel
	for k, p := range s.parts {
		move := (1 - p.keep) * (p.mean - x)
		first += s.terms[k] / sum * move
		second += s.terms[k] / sum * (move*move + p.keep*s.sigma*s.sigma)
	}
	return x + first, (second - first*first) / (s.sigma * s.sigma)
}

// smoothings returns the law smoothed by each level.
func (r reversal) smoothings(l tractable.Line) []*smoothed {
	all := make([]*smoothed, len(r.levels))
	for i, sigma := range r.levels {
		all[i] = smooth(l, sigma)
	}
	return all
}

// start returns the mode of the law smoothed by the first level.
func (r reversal) start(l tractable.Line) (x float64) {
	first := smooth(l, r.levels[0])
	for range 40 {
		x, _ = first.denoised(x)
	}
	return x
}

// distance returns the total variation between l and what the reversal draws from it.
func (r reversal) distance(l tractable.Line) float64 {
	switch {
	case len(l.Weight) == 1:
		return ofDeviations(r.factor(l.SD[0]))
	case r.method == samplers.Heun:
		return r.distanceOfFlow(l, pieceOfFlow)
	}
	return r.distanceOfChain(l, stepOfNodes)
}

// factor returns the deviation of what the reversal draws from N(mu, sd^2) over sd: start,
// steps and end are linear there, so that a variance is all there is to follow.
func (r reversal) factor(sd float64) float64 {
	l := tractable.Line{Weight: []float64{1}, Mean: []float64{0}, SD: []float64{sd}}
	laws := r.smoothings(l)
	variance := r.levels[0] * r.levels[0]
	for i, s := range r.levels[1:] {
		_, slope := r.moved(laws[i], laws[i+1], 0)
		noise := r.noise(r.levels[i], s)
		variance = slope*slope*variance + noise*noise
	}
	return math.Sqrt(variance) / sd
}

// ofDeviations returns the total variation between N(0, 1) and N(0, f^2): the densities
// cross at +-x, x^2 (1 - 1/f^2) = 2 log f, so that it is the difference of the
// probabilities of lying within.
func ofDeviations(f float64) float64 {
	if math.Abs(f-1) < 1e-9 {
		return math.Abs(f-1) / 2 // 2 phi(1) = 0.484 of it
	}
	x := math.Sqrt(2 * math.Log(f) / ((1 - 1/f) * (1 + 1/f)))
	return math.Abs(math.Erf(x/math.Sqrt2) - math.Erf(x/(f*math.Sqrt2)))
}

// distanceOfFlow integrates over the start, whose law is normal: all else is a function T
// of it. If T is increasing the total variation is half the integral of |phi - p(T) T'|,
// what is left out having mass 1e-10. A T that is not increasing is as bad as can be.
// tolerance is the error of a piece of the integral, of which there are some hundreds.
func (r reversal) distanceOfFlow(l tractable.Line, tolerance float64) float64 {
	const reach, pieces = 6.5, 100
	centre, laws, monotone := r.start(l), r.smoothings(l), true
	excess := func(z float64) float64 {
		x, slope := centre+r.levels[0]*z, r.levels[0]
		for i := range r.levels[1:] {
			to, by := r.moved(laws[i], laws[i+1], x)
			x, slope = to, slope*by
		}
		monotone = monotone && slope > 0
		return math.Abs(math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) - math.Exp(laws[len(laws)-1].logDensity(x))*slope)
	}
	sum, from, at := 0.0, -reach, excess(-reach)
	for k := range pieces {
		to := reach * (2*float64(k+1)/pieces - 1)
		next := excess(to)
		sum += integral(excess, from, at, to, next, tolerance, 20)
		from, at = to, next
	}
	if !monotone {
		return 1
	}
	return sum / 2
}

// integral returns the integral of f from a to b by Simpson's rule, halving intervals on
// which the chord and the middle differ, at most the given number of times.
func integral(f func(float64) float64, a, fa, b, fb, tolerance float64, halvings int) float64 {
	m := (a + b) / 2
	fm := f(m)
	if halvings == 0 || math.Abs((fa+fb)/2-fm)*(b-a) < tolerance {
		return (fa + 4*fm + fb) / 6 * (b - a)
	}
	return integral(f, a, fa, m, fm, tolerance, halvings-1) + integral(f, m, fm, b, fb, tolerance, halvings-1)
}

// distanceOfChain follows the density of the chain, as the logarithm of its ratio to what it
// should be: a law smoothed. That ratio is all but constant, so that cubics through
// few nodes do, which lie where the law has mass. A step carries the density along moved,
// which is increasing, to about the law smoothed by sqrt(s^2 - noise^2), and convolves
// it with the noise. The nodes are step deviations apart.
func (r reversal) distanceOfChain(l tractable.Line, step float64) float64 {
	var z, weight [quadrature]float64
	quad.Hermite{}.FixedLocations(z[:], weight[:], math.Inf(-1), math.Inf(1))
	laws := r.smoothings(l)
	start := smooth(tractable.Line{Weight: []float64{1}, Mean: []float64{r.start(l)}, SD: []float64{0}}, r.levels[0])
	x := nodes(l, r.levels[0], step)
	ratio := make([]float64, len(x))
	for k, v := range x {
		ratio[k] = start.logDensity(v) - laws[0].logDensity(v)
	}
	for i, s := range r.levels[1:] {
		at, next := laws[i], laws[i+1]
		noise := r.noise(at.sigma, s)
		between := smooth(l, math.Sqrt(max(0, s*s-noise*noise)))
		for k, v := range x {
			to, slope := r.moved(at, next, v)
			x[k], ratio[k] = to, ratio[k]+at.logDensity(v)-math.Log(slope)-between.logDensity(to)
		}
		pushed := splineOf(x, ratio)
		x = nodes(l, s, step)
		ratio = make([]float64, len(x))
		for k, v := range x {
			if noise == 0 {
				ratio[k] = pushed.at(v)
				continue
			}
			sum, right := 0.0, next.logDensity(v)
			for j, w := range weight {
				from := v - noise*math.Sqrt2*z[j]
				sum += w * math.Exp(pushed.at(from)+between.logDensity(from)-right)
			}
			ratio[k] = math.Log(sum / math.Sqrt(math.Pi))
		}
	}
	end, target := splineOf(x, ratio), laws[len(laws)-1]
	fine := nodes(l, 0, step/16)
	sum, before := 0.0, 0.0
	for k, v := range fine {
		excess := math.Exp(target.logDensity(v)) * math.Abs(math.Expm1(end.at(v)))
		if k > 0 {
			sum += (v - fine[k-1]) * (excess + before) / 2
		}
		before = excess
	}
	return sum / 2
}

const (
	quadrature  = 5 // points for the noise of a step, far narrower than the law
	pieceOfFlow = 3e-7
	stepOfNodes = 0.5 // in deviations of a component
)

// nodes returns points in order, step deviations apart round each component of l smoothed
// by sigma, and no nearer to each other than half of that for the narrowest.
func nodes(l tractable.Line, sigma, step float64) []float64 {
	const reach = 6.5
	least := math.Inf(1)
	var x []float64
	for k, mean := range l.Mean {
		deviation := math.Hypot(l.SD[k], sigma)
		least = min(least, deviation)
		for z := -reach; z <= reach; z += step {
			x = append(x, mean+z*deviation)
		}
	}
	slices.Sort(x)
	kept := x[:1]
	for _, v := range x[1:] {
		if v-kept[len(kept)-1] >= step*least/2 {
			kept = append(kept, v)
		}
	}
	return kept
}

// spline is a cubic through values and slopes at nodes, exact for parabolas, for
// arguments that mostly grow.
type spline struct {
	x, y, slope []float64
	near        int
}

// splineOf takes the slope at a node from the parabola through it and its neighbours.
func splineOf(x, y []float64) *spline {
	n := len(x)
	s := &spline{x: x, y: y, slope: make([]float64, n)}
	for k := range x {
		j := min(max(k, 1), n-2)
		left, right := (y[j]-y[j-1])/(x[j]-x[j-1]), (y[j+1]-y[j])/(x[j+1]-x[j])
		bend := (right - left) / (x[j+1] - x[j-1])
		s.slope[k] = left + bend*(2*x[k]-x[j]-x[j-1])
	}
	return s
}

// at returns the value at x, beyond the nodes that at the last one.
func (s *spline) at(x float64) float64 {
	x = min(max(x, s.x[0]), s.x[len(s.x)-1])
	for s.near > 0 && x < s.x[s.near] {
		s.near--
	}
	for s.near < len(s.x)-2 && x > s.x[s.near+1] {
		s.near++
	}
	k := s.near
	h := s.x[k+1] - s.x[k]
	t := (x - s.x[k]) / h
	a, b := s.y[k], s.y[k+1]
	ca, cb := s.slope[k]*h-(b-a), (b-a)-s.slope[k+1]*h
	return (1-t)*a + t*b + t*(1-t)*((1-t)*ca+t*cb)
}
