package mutants

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// particles is a sequential Monte Carlo sampler on the line: particles from the prior,
// weighted by half of the log likelihood, resampled, moved by a random walk that leaves
// that tempered law as it is, weighted by the other half, and drawn from by weight. It is
// exact for many particles; 300 leave an error of a few in a thousand.
type particles struct {
	// temper returns the log weight of a particle in each of the two stages.
	temper func(logLikelihood float64) float64
	// normalise turns log weights into weights that sum to 1.
	normalise func(weights []float64)
	// carry returns the log weight that a particle keeps from before a resampling.
	carry func(log float64) float64
	// uniforms returns the places at which the running sums are read for n draws.
	uniforms func(n int, rng *rand.Rand) []float64
	// sorted sorts the particles first, which makes systematic draws less noisy.
	sorted bool
	// rotate shifts the weights against the particles.
	rotate int
	// final says whether the last weights are used.
	final bool
}

const particleCount = 300

func particlesWithoutBug() particles {
	return particles{
		temper:    func(l float64) float64 { return l / 2 },
		normalise: softmax,
		carry:     func(float64) float64 { return 0 },
		uniforms:  multinomial,
		final:     true,
	}
}

// softmax exponentiates log weights and normalises them, the largest shifted to 0.
func softmax(logs []float64) {
	log := floats.LogSumExp(logs)
	for k, l := range logs {
		logs[k] = math.Exp(l - log)
	}
}

// chooseAll returns choose(weights, u) for many u, by one pass and a search for each.
func chooseAll(weights, us []float64) []int {
	sums := make([]float64, len(weights))
	floats.CumSum(sums, weights)
	chosen := make([]int, len(us))
	for i, u := range us {
		k, exactly := slices.BinarySearch(sums, u)
		if exactly { // u is the end of interval k, which does not hold it
			k++
		}
		chosen[i] = min(k, len(weights)-1)
	}
	return chosen
}

func multinomial(n int, rng *rand.Rand) []float64 {
	u := make([]float64, n)
	for i := range u {
		u[i] = rng.Float64()
	}
	return u
}

// systematic returns n places 1/n apart from one random offset, in random order: each
// row by itself is uniform.
func systematic(n int, rng *rand.Rand) []float64 {
	return spread(n, rng.Float64(), rng)
}

func spread(n int, offset float64, rng *rand.Rand) []float64 {
	u := make([]float64, n)
	for i, k := range rng.Perm(n) {
		u[i] = (float64(k) + offset) / float64(n)
	}
	return u
}

// sample stores draws in dst (n x 1).
func (s particles) sample(dst *mat.Dense, t target, rng *rand.Rand) {
	x, logs := make([]float64, particleCount), make([]float64, particleCount)
	for k := range x {
		x[k] = t.prior.draw(rng)
		logs[k] = s.temper(t.logLikelihood(x[k]))
	}
	n, _ := dst.Dims()
	if s.sorted { // importance sampling in one stage
		slices.Sort(x)
		for k := range x {
			logs[k] = 2 * s.temper(t.logLikelihood(x[k]))
		}
		s.normalise(logs)
		for i, k := range chooseAll(logs, s.uniforms(n, rng)) {
			dst.Set(i, 0, x[k])
		}
		return
	}
	weights := slices.Clone(logs)
	s.normalise(weights)
	next, kept := make([]float64, particleCount), make([]float64, particleCount)
	for i, k := range chooseAll(weights, s.uniforms(particleCount, rng)) {
		next[i], kept[i] = x[k], s.carry(logs[k])
	}
	for i, v := range next {
		prior, likelihood := t.logPrior(v), s.temper(t.logLikelihood(v))
		for range 2 {
			proposal := v + rng.NormFloat64()
			p, l := t.logPrior(proposal), s.temper(t.logLikelihood(proposal))
			if accept(p+l-prior-likelihood, rng) {
				v, prior, likelihood = proposal, p, l
			}
		}
		x[i] = v
		logs[i] = kept[i] + likelihood
	}
	if !s.final {
		clear(logs)
	}
	s.normalise(logs)
	for i, k := range chooseAll(logs, s.uniforms(n, rng)) {
		dst.Set(i, 0, x[(k+s.rotate)%particleCount])
	}
}

func smcSampler(name string, bug func(*particles)) spec.Sampler {
	s := particlesWithoutBug()
	bug(&s)
	return dependent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		t, err := targetOf(p, y)
		if err != nil {
			return err
		}
		s.sample(dst, t, rng)
		return nil
	})
}

// resampler draws from particles of the prior weighted by a likelihood of many
// measurements: importance resampling in one stage.
func resampler(name string, normalise func(logs []float64)) spec.Sampler {
	return dependent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		likelihood, ok := p.Likelihood()
		if !ok {
			return spec.Refuse("want a likelihood, which %s has not", p.Name())
		}
		x := mat.NewDense(particleCount, p.Dim(), nil)
		p.Prior().Sample(x, rng)
		logs := make([]float64, particleCount)
		likelihood.LogLikelihood(logs, x, y)
		normalise(logs)
		n, _ := dst.Dims()
		for i := range n {
			dst.SetRow(i, x.RawRowView(choose(logs, rng.Float64())))
		}
		return nil
	})
}

func smcMutants() (all []Mutant) {
	control := smcSampler("smc", func(*particles) {})
	for _, m := range []struct {
		name, mechanism, report string
		law                     wrongLaw
		bug                     func(*particles)
	}{
		{
			"final-weights-ignored", "returns particles without regard to their last weights",
			"TuringLang/Turing.jl#405",
			powers(1, 0.5),
			func(s *particles) { s.final = false },
		},
		{
			"weights-kept", "keeps the weights of before resampling, which then count twice",
			"stan-dev/posterior#100",
			nil,
			func(s *particles) { s.carry = func(log float64) float64 { return log } },
		},
		{
			"weights-of-the-neighbour", "lets particles and weights get out of step",
			"johnhw/pfilter#8",
			powers(1, 0.5),
			func(s *particles) { s.rotate = 1 },
		},
		{
			"log-weights-clamped", "clamps log weights below, so that hopeless particles survive",
			"openturns/openturns#1532",
			nil,
			func(s *particles) {
				s.normalise = func(logs []float64) {
					for k := range logs {
						logs[k] = max(logs[k], -2)
					}
					softmax(logs)
				}
			},
		},
		{
			"logs-taken-for-weights", "uses log weights, shifted to be positive, where weights are due",
			"probml/pmtk3#61",
			nil,
			func(s *particles) {
				s.normalise = func(logs []float64) {
					floats.AddConst(1e-12-floats.Min(logs), logs)
					floats.Scale(1/floats.Sum(logs), logs)
				}
			},
		},
		{
			"first-particle-kept", "reads the running sums at 0 for the first draw: the first particle is never dropped",
			"at-wat/mcl_3dl#232",
			nil,
			func(s *particles) {
				s.uniforms = func(n int, rng *rand.Rand) []float64 {
					u := multinomial(n, rng)
					u[0] = 0
					return u
				}
			},
		},
		{
			"tempering-sign-flipped", "divides by the likelihood where it should multiply",
			"blackjax-devs/blackjax#914",
			nil,
			func(s *particles) { s.temper = func(l float64) float64 { return -l / 2 } },
		},
	} {
		all = append(all, Mutant{
			Name: m.name, Mechanism: m.mechanism, Report: m.report,
			Problem: modes(), Control: control, Sampler: smcSampler(m.name, m.bug), law: m.law,
		})
	}
	return append(all,
		Mutant{
			Name: "systematic-offset-fixed", Mechanism: "resamples systematically from sorted particles, from one offset that is always 1/2",
			Report: unreported, Problem: modes(),
			Control: smcSampler("smc-systematic", func(s *particles) { s.sorted, s.uniforms = true, systematic }),
			Sampler: smcSampler("systematic-offset-fixed", func(s *particles) {
				s.sorted = true
				s.uniforms = func(n int, rng *rand.Rand) []float64 { return spread(n, 0.5, rng) }
			}),
		},
		Mutant{
			Confined: "all weights underflow where there are several measurements; where one alone does that, its few particles fail without the bug too",
			Name:     "exponent-not-shifted", Mechanism: "exponentiates log weights as they are: all underflow, and the fallback is equal weights",
			Report: "OnlinePhylo/sts#30, llnl/SSAPy#127, charles-river-analytics/figaro#175", Problem: many(),
			Control: resampler("resampler", softmax),
			Sampler: resampler("exponent-not-shifted", func(logs []float64) {
				for k, l := range logs {
					logs[k] = math.Exp(l)
				}
				if sum := floats.Sum(logs); sum > 0 {
					floats.Scale(1/sum, logs)
					return
				}
				for k := range logs {
					logs[k] = 1. / particleCount
				}
			}),
		},
	)
}
