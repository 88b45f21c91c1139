package mutants

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// wrongLaw is the law that a mutant on the line really samples, where it is known: the
// logarithm of a density of x given what the target says, up to a constant.
type wrongLaw func(t target) func(x float64) float64

// powers is the law with the prior and the likelihood to the given powers.
func powers(prior, likelihood float64) wrongLaw {
	return func(t target) func(float64) float64 {
		return func(x float64) (log float64) {
			if prior != 0 {
				log += prior * t.logPrior(x)
			}
			return log + likelihood*t.logLikelihood(x)
		}
	}
}

// grid holds places on the line, a step apart.
type grid struct {
	from, step float64
	n          int
}

func newGrid(from, to float64, n int) grid { return grid{from, (to - from) / float64(n), n} }

// at returns the middle of cell i.
func (g grid) at(i int) float64 { return g.from + (float64(i)+0.5)*g.step }

// density stores the density of the law whose logarithm is given, up to a constant, in
// p, and returns the logarithm of its integral.
func (g grid) density(p []float64, log func(float64) float64) (logIntegral float64) {
	for i := range p {
		p[i] = log(g.at(i))
	}
	logIntegral = floats.LogSumExp(p) + math.Log(g.step)
	for i := range p {
		p[i] = math.Exp(p[i] - logIntegral)
	}
	return logIntegral
}

// support returns a grid that holds all but 1e-14 of the prior and of every law that is
// proportional to a power of it of at least a fifth or so; t needs no y.
func (t target) support(n int) grid {
	if len(t.prior.weights) == 0 {
		return newGrid(0, 1, n)
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for k, m := range t.prior.means {
		lo, hi = min(lo, m-8*t.prior.deviations[k]), max(hi, m+8*t.prior.deviations[k])
	}
	if far := 6 * t.beta / t.a; far > 0 { // where the likelihood alone may lie
		lo, hi = lo-far, hi+far
	}
	return newGrid(lo, hi, n)
}

// totalVariation returns the mean over y of the total variation between the posterior and
// the wrong law given y, by the midpoint rule in x and y. Both densities are smooth at
// the scale of the cells, so the rule is good to about three digits: its error comes from
// the kinks of |p - q|, of the order of the square of the step.
func (t target) totalVariation(law wrongLaw) float64 {
	xs := t.support(500)
	span := 6 * t.beta
	ends := []float64{t.a * xs.at(0), t.a * xs.at(xs.n-1)}
	ys := newGrid(floats.Min(ends)-span, floats.Max(ends)+span, 120)
	right, wrong := make([]float64, xs.n), make([]float64, xs.n)
	var sum, total float64
	for i := range ys.n {
		t.y = ys.at(i)
		mass := math.Exp(xs.density(right, t.log)) * ys.step
		if mass < 1e-9 {
			continue
		}
		xs.density(wrong, law(t))
		total += mass
		for k, p := range right {
			sum += mass * math.Abs(p-wrong[k]) / 2 * xs.step
		}
	}
	return sum / total
}

// describe returns what is known of the error of a mutant on the line.
func (law wrongLaw) describe(m Mutant) string {
	t, err := targetOf(m.Problem, make([]float64, 1))
	must(err)
	return fmt.Sprintf("total variation %.3g on average over y (exact)", t.totalVariation(law))
}
