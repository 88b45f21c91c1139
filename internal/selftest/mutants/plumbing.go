package mutants

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/samplers"
	"assay/spec"
)

// normals draws from the posterior of a Gaussian prior by way of standard normal numbers.
func normals(name string, normal func(*rand.Rand) float64) spec.Sampler {
	return independent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		g, err := gaussianOf(p)
		if err != nil {
			return err
		}
		g.exact().sample(dst, y, func() float64 { return normal(rng) })
		return nil
	})
}

// afterwards draws exactly and then does something to the rows.
func afterwards(name string, claims bool, spoil func(dst *mat.Dense)) spec.Sampler {
	return newSampler(name, claims, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if err := exactly(dst, p, y, rng); err != nil {
			return err
		}
		spoil(dst)
		return nil
	})
}

func exactly(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	c, err := p.Posterior()
	if err != nil {
		return spec.Refuse("%v", err)
	}
	c.Given(y).Sample(dst, rng)
	return nil
}

// rejection proposes from the prior and accepts by the likelihood over its maximum. A row
// for which tries(t) proposals do not suffice is what giveUp makes of the last.
func rejection(name string, tries func(t target) int, giveUp func(last float64) float64) spec.Sampler {
	return independent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		t, err := targetOf(p, y)
		if err != nil {
			return err
		}
		most := tries(t)
		// The likelihood is at most that of a residual of 0.
		top := logNormal(0, 0, t.beta)
		n, _ := dst.Dims()
		for i := range n {
			x := t.draw(rng)
			for k := 1; !accept(t.logLikelihood(x)-top, rng); k++ {
				if k == most {
					x = giveUp(x)
					break
				}
				x = t.draw(rng)
			}
			dst.Set(i, 0, x)
		}
		return nil
	})
}

// acceptance returns the mean share of prior draws that are accepted, for a Gaussian
// prior: the evidence at y over the largest value of the likelihood.
func (t target) acceptance() float64 {
	m, s := t.prior.means[0], t.prior.deviations[0]
	return math.Exp(logNormal(t.y, t.a*m, math.Hypot(t.a*s, t.beta)) - logNormal(0, 0, t.beta))
}

// patient tries as often as it takes: with 40 times the expected number a row fails with
// probability e^-40.
func patient(t target) int { return int(min(40/t.acceptance(), 1e6)) }

// sharedTries is twice the number of tries that a draw takes on average at the mean y.
func sharedTries(t target) int {
	t.y = t.a * t.prior.means[0]
	return int(math.Ceil(2 / t.acceptance()))
}

// givenUp is the law of the draws when the last of sharedTries proposals is kept though
// it was not accepted.
func givenUp(t target) func(float64) float64 {
	rate, top := t.acceptance(), logNormal(0, 0, t.beta)
	failed := math.Pow(1-rate, float64(sharedTries(t)))
	posterior := t.posterior()
	return func(x float64) float64 {
		rejected := math.Exp(t.logPrior(x)) * -math.Expm1(t.logLikelihood(x)-top) / (1 - rate)
		return math.Log((1-failed)*math.Exp(posterior.logDensity(x)) + failed*rejected)
	}
}

const (
	tailFrom  = 3.442619855899 // where the tail of a ziggurat of 128 layers begins
	tailShare = 1. / 128
)

// layeredTail is a ziggurat that goes to its tail from the wrong layer, once in 128 draws.
func layeredTail(rng *rand.Rand) float64 {
	if rng.Float64() >= tailShare {
		return rng.NormFloat64()
	}
	for { // Marsaglia 1964
		x := rng.ExpFloat64() / tailFrom
		if 2*rng.ExpFloat64() > x*x {
			return math.Copysign(tailFrom+x, rng.Float64()-0.5)
		}
	}
}

// truncated draws normal numbers within two deviations.
func truncated(rng *rand.Rand) float64 {
	lo, hi := distuv.UnitNormal.CDF(-2), distuv.UnitNormal.CDF(2)
	return distuv.UnitNormal.Quantile(lo + (hi-lo)*rng.Float64())
}

func plumbingMutants() []Mutant {
	exact := samplers.Exact()
	normal := normals("normals", (*rand.Rand).NormFloat64)
	control := rejection("rejection", patient, identity)
	return []Mutant{
		{
			Name: "first-row-unwritten", Mechanism: "begins to write at the second row; the first is what the memory held",
			Report: "econ-ark/HARK#1809", Problem: correlated(), Control: exact,
			Sampler: afterwards("first-row-unwritten", true, func(dst *mat.Dense) { zeroRow(dst, 0) }),
		},
		{
			Name: "last-row-zero", Mechanism: "leaves the last row of a preallocated array at zero",
			Report: "pymc-devs/pymc#636", Problem: correlated(), Control: exact,
			Sampler: afterwards("last-row-zero", true, func(dst *mat.Dense) {
				n, _ := dst.Dims()
				zeroRow(dst, n-1)
			}),
		},
		{
			Name: "same-seed-every-call", Mechanism: "seeds its generator alike in every call",
			Report: "meelgroup/barbarik#4, snap-stanford/snap-python#78", Problem: correlated(), Control: exact,
			Sampler: independent("same-seed-every-call", func(dst *mat.Dense, p *spec.Problem, y []float64, _ *rand.Rand) error {
				return exactly(dst, p, y, spec.Stream(0, "the same in every call", nil, 0))
			}),
		},
		{
			Name: "nan-to-zero", Mechanism: "returns 0 where no draw was found and the row is NaN",
			Report: "devindg/pybuc#1, flo-schu/pymob#181", Problem: line(), Control: control,
			Sampler: rejection("nan-to-zero", func(target) int { return 4 }, func(float64) float64 { return 0 }),
		},
		{
			Name: "acceptance-shared", Mechanism: "expects for every measurement the acceptance rate of the mean one, and gives up after twice the tries it takes",
			Report: "sbi-dev/sbi#1350", Problem: line(), Control: control,
			Sampler: rejection("acceptance-shared", sharedTries, identity),
			law:     givenUp,
		},
		{
			Name: "tail-from-the-wrong-layer", Mechanism: "goes to the tail of a ziggurat from the wrong layer: 14 times too many draws beyond 3.44 deviations",
			Report: "bmad-sim/bmad-ecosystem#2075", Problem: long(), Control: normal,
			Sampler: normals("tail-from-the-wrong-layer", layeredTail),
			Error:   fmt.Sprintf("total variation %.3g in each normal number (exact)", tailShare*(1-2*distuv.UnitNormal.CDF(-tailFrom))),
		},
		{
			Name: "tail-truncated", Mechanism: "draws within two deviations only",
			Report: "SALib/SALib#515 (which proposes to cut off 5 percent on either side)", Problem: correlated(), Control: normal,
			Sampler: normals("tail-truncated", truncated),
			Error:   fmt.Sprintf("total variation %.3g in each normal number (exact)", 2*distuv.UnitNormal.CDF(-2)),
		},
	}
}

func zeroRow(dst *mat.Dense, i int) {
	row := dst.RawRowView(i)
	clear(row)
}
