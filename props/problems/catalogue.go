package problems

import (
	"fmt"
	"strings"

	"assay/spec"
)

// family is one line of the catalogue. read asks the arguments for what the
// family knows and returns the function that makes the problem of the given
// canonical name; it is called only if the arguments are free of mistakes.
type family struct {
	base        string
	description string
	read        func(*spec.Args) func(name string) (*spec.Problem, error)
}

var catalogue = []family{
	{"gauss", "Gaussian prior with a random full covariance, m random rows measured; seed chooses the problem", gauss},
	{"gmm", "25-component Gaussian mixture, dy random rows measured (the MCGDiff benchmark); seed chooses the problem", gmm},
	{"digits/inpaint", "8x8 handwritten digits, lower half hidden", digits("inpaint", 0.1)},
	{"digits/superres", "8x8 handwritten digits, seen as 4x4 (means of 2x2 blocks)", digits("superres", 0.1)},
	{"digits/blur", "8x8 handwritten digits, blurred by a 3x3 binomial kernel", digits("blur", 0.1)},
	{"digits/denoise", "8x8 handwritten digits, every pixel seen with noise", digits("identity", 0.5)},
	{"digits/prior", "8x8 handwritten digits, nothing measured: judges an unconditional sampler", digitsPrior},
}

// Parse returns the problem of that name, "gauss" or "gmm:d=8,dy=1". Arguments
// that are left out take their defaults; the name of the problem returned spells
// out all of them. A mistake in the name is one error that says what would be
// right.
func Parse(name string) (*spec.Problem, error) {
	if f, ok := strings.CutPrefix(name, hardPrefix); ok {
		return hard(f)
	}
	base, args, err := spec.ParseName(name)
	if err != nil {
		return nil, fmt.Errorf("problem %w", err)
	}
	var known []string
	for _, f := range catalogue {
		if f.base == base {
			build := f.read(args)
			if err := args.Err(); err != nil {
				return nil, fmt.Errorf("problem %w", err)
			}
			return build(args.Name())
		}
		known = append(known, f.base)
	}
	known = append(known, hardPrefix+"FUNCTION")
	return nil, fmt.Errorf("problem %s: no such problem; there are %s", base, strings.Join(known, ", "))
}

// Entry describes a named problem.
type Entry struct {
	Name        string // canonical, every argument with its default
	Description string // one line
}

// List returns the catalogue.
func List() []Entry {
	entries := make([]Entry, 0, len(catalogue)+1)
	for _, f := range catalogue {
		_, args, err := spec.ParseName(f.base)
		if err != nil {
			panic(err) // a base of our own is a name
		}
		f.read(args)
		entries = append(entries, Entry{args.Name(), f.description})
	}
	_, example, err := Hard(hardExample)
	if err != nil {
		panic(err) // a name of our own is right
	}
	return append(entries, Entry{hardPrefix + example, "posterior as hard as inverting the one-way function that is named after hard:"})
}
