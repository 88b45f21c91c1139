package samplers

import (
	"math"
	"sort"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// onLine is a mixture on the line with a law of y given x, and what particles do there, written out
// from the papers: it shares no code with the samplers but the levels.
type onLine struct {
	name            string
	weights         []float64
	means, sds      []float64
	measurement     spec.Measurement
	y               []float64
	logLikelihood   func(x float64) float64
	gain, deviation float64 // of a linear measurement
}

func (c onLine) problem() *spec.Problem {
	parts := make([]*spec.Gaussian, len(c.weights))
	for k := range parts {
		parts[k] = must(spec.NewIsotropic([]float64{c.means[k]}, c.sds[k]))
	}
	return must(spec.NewProblem(c.name, must(spec.NewMixture(c.weights, parts)), c.measurement))
}

// linearOnLine measures y = gain x + deviation n.
func linearOnLine(name string, weights, means, sds []float64, gain, deviation, y float64) onLine {
	return onLine{
		name, weights, means, sds, must(spec.NewLinear(mat.NewDense(1, 1, []float64{gain}), deviation)), []float64{y},
		func(x float64) float64 { return logNormal(y, gain*x, deviation*deviation) }, gain, deviation,
	}
}

// lines are a Gaussian that is neither centred nor of unit scale, and two modes of which y favours the lighter one.
func lines() []onLine {
	return []onLine{
		linearOnLine("gaussian", []float64{1}, []float64{0.4}, []float64{0.5}, 2, 0.4, 1.6),
		linearOnLine("two modes", []float64{0.8, 0.2}, []float64{-0.6, 0.6}, []float64{0.2, 0.3}, 1, 0.6, 0.9),
	}
}

func logNormal(x, mean, variance float64) float64 {
	return -(x-mean)*(x-mean)/(2*variance) - math.Log(2*math.Pi*variance)/2
}

// clean returns the mean and the variance of x0 given x0 + sigma n = u.
func (c onLine) clean(u, sigma float64) (mean, variance float64) {
	var total, square float64
	for k, w := range c.weights {
		prior, noise := c.sds[k]*c.sds[k], sigma*sigma
		w *= math.Exp(logNormal(u, c.means[k], prior+noise))
		m, v := (noise*c.means[k]+prior*u)/(prior+noise), prior*noise/(prior+noise)
		total, mean, square = total+w, mean+w*m, square+w*(v+m*m)
	}
	mean /= total
	return mean, square/total - mean*mean
}

// next returns the mean of the step of DDPM from x (Ho et al. 2020, equation 7), towards the clean point or,
// if it is twisted, towards that given y, for x0 with the variance v(sigma) about it.
func (c onLine) next(x float64, from, to level, twisted bool, tau float64) (mean, variance float64) {
	bar, before := from.signal*from.signal, to.signal*to.signal
	beta := 1 - bar/before
	sigma2 := (1 - bar) / bar
	x0, spread := c.clean(x/from.signal, math.Sqrt(sigma2))
	if twisted {
		v := sigma2 * tau * tau / (sigma2 + tau*tau)
		x0 += spread * c.gain * (c.y[0] - c.gain*x0) / (v*c.gain*c.gain + c.deviation*c.deviation)
	}
	mean = to.signal*beta/(1-bar)*x0 + math.Sqrt(1-beta)*(1-before)/(1-bar)*x
	return mean, (1 - before) / (1 - bar) * beta
}

// table is a law on the line by its distribution function at points, between which it is linear.
type table struct{ at, cdf []float64 }

func (l table) probability(v float64) float64 {
	i := sort.SearchFloat64s(l.at, v)
	switch {
	case i == 0:
		return 0
	case i == len(l.at):
		return 1
	}
	share := (v - l.at[i-1]) / (l.at[i] - l.at[i-1])
	return l.cdf[i-1] + share*(l.cdf[i]-l.cdf[i-1])
}

// newTable returns the law of these masses, each at a point and half of it to either side.
func newTable(at, mass []float64) table {
	l := table{at, make([]float64, len(at))}
	total, sum := 0.0, 0.0
	for _, m := range mass {
		total += m
	}
	for i, m := range mass {
		l.cdf[i] = (sum + m/2) / total
		sum += m
	}
	return l
}

// laws returns, by quadrature, the law of the end of a path of the model, twisted or not; that law given y, which
// is what particles are to draw from, and the evidence p(y) of the model. Kernels of deviations of 0.1 and more on
// a grid of 0.02 are integrated to rounding; distribution functions are interpolated, with errors below 5e-4.
func (c onLine) laws(steps int, twisted bool, tau float64) (free, given table, evidence float64) {
	const points, width = 601, 0.02
	x, density := make([]float64, points), make([]float64, points)
	for i := range x {
		x[i] = width * float64(i-points/2)
		density[i] = math.Exp(logNormal(x[i], 0, 1))
	}
	levels := downwards(steps)
	for t := range steps - 1 {
		moved := make([]float64, points)
		for i := range x {
			mean, variance := c.next(x[i], levels[t], levels[t+1], twisted, tau)
			reach := 9 * math.Sqrt(variance) / width
			centre := mean/width + points/2
			for j := max(0, int(centre-reach)); j < min(points, int(centre+reach)); j++ {
				moved[j] += width * density[i] * math.Exp(logNormal(x[j], mean, variance))
			}
		}
		density = moved
	}
	ends, weighed := make([]float64, points), make([]float64, points)
	last := levels[steps-1]
	for i := range x {
		ends[i], _ = c.clean(x[i]/last.signal, last.sigma())
		weighed[i] = density[i] * math.Exp(c.logLikelihood(ends[i]))
		evidence += width * weighed[i]
	}
	return newTable(ends, density), newTable(ends, weighed), evidence
}

// TestQuadratureOnTheLine: on a Gaussian the same laws in closed form, a recursion of means and variances: the
// model's paths are affine in their noise. Evidence to 1e-6, and distribution functions to 5e-4.
func TestQuadratureOnTheLine(t *testing.T) {
	const steps, tau = 12, 1.
	c := lines()[0]
	levels := downwards(steps)
	for _, twisted := range []bool{false, true} {
		mean, variance := 0., 1.
		follow := func(f func(x float64) float64) {
			shift, slope := f(0), f(1)-f(0)
			mean, variance = shift+slope*mean, slope*slope*variance
		}
		for i := range steps {
			var fresh float64
			follow(func(x float64) float64 {
				next, v := c.next(x, levels[i], levels[i+1], twisted && i < steps-1, tau)
				fresh = v
				return next
			})
			variance += fresh
		}
		free, given, evidence := c.laws(steps, twisted, tau)
		normal := func(mean, variance float64) func(float64) float64 {
			return func(v float64) float64 { return math.Erfc((mean-v)/math.Sqrt(2*variance)) / 2 }
		}
		marginal := c.gain*c.gain*variance + c.deviation*c.deviation
		k := variance * c.gain / marginal
		gained, left := normal(mean+k*(c.y[0]-c.gain*mean), variance-k*k*marginal), normal(mean, variance)
		if want := math.Exp(logNormal(c.y[0], c.gain*mean, marginal)); !relative(evidence, want, 1e-6) {
			t.Errorf("twisted %t: evidence %v, want %v", twisted, evidence, want)
		}
		for v := -1.; v < 2; v += 0.037 {
			if math.Abs(free.probability(v)-left(v)) > 5e-4 || math.Abs(given.probability(v)-gained(v)) > 5e-4 {
				t.Errorf("twisted %t: below %v %v and given y %v, want %v and %v", twisted, v, free.probability(v), given.probability(v), left(v), gained(v))
			}
		}
	}
}
