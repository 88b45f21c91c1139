package mutants

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/samplers"
	"assay/spec"
)

// picker chooses a component by its weight (they sum to 1).
type picker func(weights []float64, rng *rand.Rand) int

func byWeight(weights []float64, rng *rand.Rand) int { return choose(weights, rng.Float64()) }

// mixtureSampler draws from the posterior mixture: a component, then a point of it, both
// by the caller's means.
func mixtureSampler(name string, draw func(row []float64, weights []float64, parts []*spec.Gaussian, rng *rand.Rand)) spec.Sampler {
	return independent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		c, err := p.Posterior()
		if err != nil {
			return spec.Refuse("%s: %v", name, err)
		}
		law, ok := c.Given(y).(*spec.Mixture)
		if !ok {
			return spec.Refuse("%s: want a posterior that is a mixture", name)
		}
		weights, parts := make([]float64, law.Len()), make([]*spec.Gaussian, law.Len())
		for k := range parts {
			weights[k], parts[k] = law.Component(k)
		}
		n, _ := dst.Dims()
		for i := range n {
			draw(dst.RawRowView(i), weights, parts, rng)
		}
		return nil
	})
}

// jointly draws a whole point of one component.
func jointly(pick picker) func([]float64, []float64, []*spec.Gaussian, *rand.Rand) {
	return func(row, weights []float64, parts []*spec.Gaussian, rng *rand.Rand) {
		parts[pick(weights, rng)].Sample(mat.NewDense(1, len(row), row), rng)
	}
}

func mixtureMutants() []Mutant {
	control := mixtureSampler("mixture", jointly(byWeight))
	return []Mutant{
		{
			Name:      "component-per-coordinate",
			Mechanism: "chooses the component of a mixture anew for every coordinate",
			Report:    "bayespy/bayespy#48, pymc-devs/pymc#3364",
			Problem:   three(), Control: control,
			Sampler: mixtureSampler("component-per-coordinate", func(row, weights []float64, parts []*spec.Gaussian, rng *rand.Rand) {
				x := mat.NewDense(1, len(row), nil)
				for j := range row {
					parts[byWeight(weights, rng)].Sample(x, rng)
					row[j] = x.At(0, j)
				}
			}),
		},
		{
			Name:      "weights-ignored",
			Mechanism: "chooses every component equally often",
			Report:    "rodrigo-arenas/Sklearn-genetic-opt#320",
			Problem:   three(), Control: control,
			Sampler: mixtureSampler("weights-ignored", jointly(func(weights []float64, rng *rand.Rand) int { return rng.IntN(len(weights)) })),
		},
		{
			Name:      "two-components-only",
			Mechanism: "subtracts one weight where it should go on subtracting: right with two components, wrong with three",
			Report:    "udacity/sdc-issue-reports#893, sktime/skpro#337",
			Problem:   three(), Control: control,
			Confined: "with two components it is right",
			Sampler: mixtureSampler("two-components-only", jointly(func(weights []float64, rng *rand.Rand) int {
				if rng.Float64() < weights[0] {
					return 0
				}
				return 1
			})),
		},
		{
			Name:      "last-atom-missing",
			Mechanism: "searches all running sums but the last, so that the last atom is never produced",
			Report:    "smallnest/weighted#9, MozillaSecurity/funfuzz#102, cavalli1234/NeFSAC#1",
			Problem:   atoms(), Control: control,
			// Its weight given y, which by symmetry is its prior weight on average over y; the
			// atoms are 40 deviations apart.
			Error: fmt.Sprintf("total variation %.3g on average over y (exact)", 1./8),
			Sampler: mixtureSampler("last-atom-missing", jointly(func(weights []float64, rng *rand.Rand) int {
				for range patience {
					if k := byWeight(weights, rng); k < len(weights)-1 {
						return k
					}
				}
				panic(unsuitable("no atom but the last has any weight"))
			})),
		},
		{
			Name:      "first-component-broadcast",
			Mechanism: "chooses one component for all rows of a call, which are then not independent",
			Report:    "sktime/skpro#974",
			Problem:   three(), Control: samplers.Exact(),
			Sampler: independent("first-component-broadcast", func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
				c, err := p.Posterior()
				if err != nil {
					return spec.Refuse("%v", err)
				}
				law, ok := c.Given(y).(*spec.Mixture)
				if !ok {
					return spec.Refuse("want a posterior that is a mixture")
				}
				weights := make([]float64, law.Len())
				for k := range weights {
					weights[k], _ = law.Component(k)
				}
				_, part := law.Component(byWeight(weights, rng))
				part.Sample(dst, rng)
				return nil
			}),
		},
	}
}
