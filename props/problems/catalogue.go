package problems

import (
	"iter"
	"strings"

	"assay/internal/catalogue"
	"assay/internal/registry"
	"assay/spec"
)

// family makes the problem of a canonical name; it is called only if the arguments
// are free of mistakes.
type family func(name string) (*spec.Problem, error)

var families = catalogue.New[family]("problem").
	Add("gauss", "Gaussian prior with a random full covariance, m random rows measured; seed chooses the problem", gauss).
	Add("gmm", "25-component Gaussian mixture, dy random rows measured (the MCGDiff benchmark); seed chooses the problem", gmm).
	Add("digits/inpaint", "8x8 handwritten digits, lower half hidden", digits("inpaint", 0.1)).
	Add("digits/superres", "8x8 handwritten digits, seen as 4x4 (means of 2x2 blocks)", digits("superres", 0.1)).
	Add("digits/blur", "8x8 handwritten digits, blurred by a 3x3 binomial kernel", digits("blur", 0.1)).
	Add("digits/denoise", "8x8 handwritten digits, every pixel seen with noise", digits("identity", 0.5)).
	Add("digits/prior", "8x8 handwritten digits, nothing measured: judges an unconditional sampler", digitsPrior)

// Parse returns the problem of that name, "gauss" or "gmm:d=8,dy=1". Arguments
// that are left out take their defaults; the name of the problem returned spells
// out all of them. A mistake in the name is one error that says what would be
// right.
func Parse(name string) (*spec.Problem, error) {
	for _, f := range registry.Families() {
		if argument, ok := strings.CutPrefix(name, f.Prefix); ok {
			return f.Problem(argument)
		}
	}
	var others []string
	for _, f := range registry.Families() {
		others = append(others, f.Base())
	}
	build, canonical, err := families.Parse(name, others...)
	if err != nil {
		return nil, err
	}
	return build(canonical)
}

// List returns the canonical name of one problem of each kind, with every argument at its
// default, and says in one line what it is.
func List() iter.Seq2[string, string] {
	return func(yield func(name, description string) bool) {
		for name, description := range families.Names() {
			if !yield(name, description) {
				return
			}
		}
		for _, f := range registry.Families() {
			if !yield(f.Default(), f.Description) {
				return
			}
		}
	}
}
