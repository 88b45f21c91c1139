package inverter

import (
	"fmt"
	"strings"

	"assay/spec"
)

// Entry describes an inverter in one line, with the arguments of its name and their
// defaults.
type Entry struct {
	Name        string
	Description string
}

// builtin is an inverter that Parse knows: parse reads its arguments.
type builtin struct {
	Entry
	parse func(args *spec.Args) (Inverter, error)
}

var builtins = []builtin{
	{
		Entry{"enumerate", "all inputs one after the other, on every processor"},
		func(*spec.Args) (Inverter, error) { return Enumerate(), nil },
	},
	{
		Entry{"linear", "linear algebra, for functions that are affine over GF(2)"},
		func(*spec.Args) (Inverter, error) { return Linear(), nil },
	},
	{
		Entry{"sat", "a SAT solver (solver=" + strings.Join(Solvers(), "|") + "; cell=128: the most preimages listed at a time for uniform ones)"},
		func(args *spec.Args) (Inverter, error) {
			solver := args.Choice("solver", gophersatName, Solvers()...)
			cell := args.Int("cell", defaultCell, minCell, maxCell)
			if err := args.Err(); err != nil {
				return nil, err
			}
			return SAT(solver, cell)
		},
	},
}

// List returns the inverters in the order in which people should meet them.
func List() []Entry {
	entries := make([]Entry, len(builtins))
	for i, b := range builtins {
		entries[i] = b.Entry
	}
	return entries
}

// Parse returns the inverter of the given name, such as "enumerate" or
// "sat:solver=cadical". The Name of what it returns is canonical and parses to the
// same inverter again. It is an error, which says what to install, if the name asks
// for a solver that is not on the PATH.
func Parse(name string) (Inverter, error) {
	base, args, err := spec.ParseName(name)
	if err != nil {
		return nil, fmt.Errorf("inverter %w", err)
	}
	known := make([]string, len(builtins))
	for i, b := range builtins {
		if known[i] = b.Name; b.Name != base {
			continue
		}
		inverter, err := b.parse(args)
		if err == nil {
			err = args.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("inverter %w", err)
		}
		return inverter, nil
	}
	return nil, fmt.Errorf("unknown inverter %q, want one of %s", base, strings.Join(known, ", "))
}
