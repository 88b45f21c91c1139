package problems

import (
	"fmt"

	"assay/spec"
)

// Family is a family of problems that is kept outside this package, since it depends
// on more than judging does. The names of its problems are its prefix and a name of
// its own.
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

// registered are the families beyond the catalogue. Only initialisation writes it.
var registered []Family

// Register adds a family to the names that [Parse] knows and to [List]. It is meant
// for the init function of the package that has the family. It panics if there is one
// with that prefix.
func Register(f Family) {
	for _, other := range registered {
		if other.Prefix == f.Prefix {
			panic(fmt.Sprintf("problems: family %s is registered twice", f.Prefix))
		}
	}
	registered = append(registered, f)
}

// base is what the family is called where no name is right.
func (f Family) base() string { return f.Prefix + f.Argument }

// problem returns the problem whose name is the prefix and the argument.
func (f Family) problem(argument string) (*spec.Problem, error) {
	canonical, build, err := f.Read(argument)
	if err != nil {
		return nil, fmt.Errorf("problem %s%s: %w", f.Prefix, argument, err)
	}
	return build(f.Prefix + canonical)
}

// entry returns the line of the catalogue.
func (f Family) entry() Entry {
	canonical, _, err := f.Read(f.Example)
	if err != nil {
		panic(err) // the example of a family is right
	}
	return Entry{Base: f.base(), Name: f.Prefix + canonical, Description: f.Description}
}
