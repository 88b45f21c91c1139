// Package registry holds the families of named problems that are kept outside package problems,
// since they depend on more than judging does.
package registry

import (
	"fmt"
	"slices"

	"assay/spec"
)

// Family is one of them. The names of its problems are its prefix and a name of its own.
type Family struct {
	Prefix      string // "hard:"
	Argument    string // what stands after the prefix, as usage shows it: "FUNCTION"
	Example     string // an argument, for the catalogue
	Description string // one line

	// Read reads an argument and returns it with all defaults spelled out, and what
	// makes the problem of the name given. A mistake in the argument is one error that
	// says what would be right.
	Read func(argument string) (canonical string, build func(name string) (*spec.Problem, error), err error)
}

// families are those registered. Only initialisation writes it.
var families []Family

// Add adds a family to the names that problems.Parse knows and to problems.List. It is meant
// for the init function of the package that has the family. It panics if there is one
// with that prefix.
func Add(f Family) {
	for _, other := range families {
		if other.Prefix == f.Prefix {
			panic(fmt.Sprintf("registry: family %s is added twice", f.Prefix))
		}
	}
	families = append(families, f)
}

// Families returns the families, in the order in which they were added.
func Families() []Family { return slices.Clone(families) }

// Base is what the family is called where no name is right.
func (f Family) Base() string { return f.Prefix + f.Argument }

// Problem returns the problem whose name is the prefix and the argument.
func (f Family) Problem(argument string) (*spec.Problem, error) {
	canonical, build, err := f.Read(argument)
	if err != nil {
		return nil, fmt.Errorf("problem %s%s: %w", f.Prefix, argument, err)
	}
	return build(f.Prefix + canonical)
}

// Default returns the canonical name of the problem that its example stands for. It panics if the
// example is wrong.
func (f Family) Default() string {
	canonical, _, err := f.Read(f.Example)
	if err != nil {
		panic(err)
	}
	return f.Prefix + canonical
}
