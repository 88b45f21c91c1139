package mutants

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
	"assay/spec"
)

// Mutant is a wrong sampler.
type Mutant struct {
	Name      string
	Mechanism string // one line: what the code does for what it should do
	// Report is the public thread that the bug is modelled on, as owner/name#number or
	// arXiv:number, or "no public report verified".
	Report string
	// Problem is one on which the sampler is wrong.
	Problem *spec.Problem
	Sampler spec.Sampler
	// Control is the sampler without the bug.
	Control spec.Sampler
	// Error is how far off the sampler is where that is computed in closed form, or
	// empty: see [Mutant.Measure].
	Error string
	// Undetectable is empty, or the reason why a judgement of 20,000 draws at alpha
	// 1e-6 cannot be expected to reject the mutant.
	Undetectable string
	// Confined is empty, or the reason why the mutant is wrong on no small generated
	// problem: one of two coordinates, two components and one measurement at most.
	Confined string

	law wrongLaw // what it samples, if known
}

const unreported = "no public report verified"

// List returns all mutants, family by family. Those on one problem share its value, so
// that what is prepared for a problem is prepared once.
func List() []Mutant { return slices.Clone(list()) }

var list = sync.OnceValue(func() []Mutant {
	var all []Mutant
	for _, family := range []func() []Mutant{gaussianMutants, mixtureMutants, diffusionMutants, guidanceMutants, smcMutants, mcmcMutants, plumbingMutants} {
		all = append(all, family()...)
	}
	for i, m := range all {
		if m.law != nil {
			all[i].Error = m.law.describe(m)
		}
	}
	return all
})

// fill is the body of a sampler: it fills the rows of dst (L x d) given y (length m).
type fill func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error

// independent returns the sampler that claims independent draws.
func independent(name string, f fill) spec.Sampler { return newSampler(name, true, f) }

// dependent returns the sampler that claims no independence: a chain or particles.
func dependent(name string, f fill) spec.Sampler { return newSampler(name, false, f) }

func newSampler(name string, claims bool, f fill) spec.Sampler {
	return spec.NewSampler(name, claims, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if err := ctx.Err(); err != nil || dst.IsEmpty() {
			return err
		}
		return refusing(p, func() error { return f(dst, p, y, rng) })
	})
}

// unsuitable is the value with which the steps of a sampler panic on a problem that the sampler
// is not made for, and which [refusing] turns into a refusal: a mutant is to be judged for its
// bug, not for being written for regular matrices only.
type unsuitable string

// must panics if a step that needs a regular matrix has failed.
func must(err error) {
	if err != nil {
		panic(unsuitable(err.Error()))
	}
}

// refusing returns what f does, or the refusal of a problem that the sampler is not made for.
func refusing(p *spec.Problem, f func() error) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		value, _ := parallel.Recovered(r)
		reason, ok := value.(unsuitable)
		if !ok {
			panic(r)
		}
		err = spec.Refuse("%s: %s", p.Name(), string(reason))
	}()
	return f()
}

// patience is the number of times that a sampler redraws before it gives up on a problem.
const patience = 100_000
