package inverter

import (
	"strings"

	"assay/internal/catalogue"
)

var builtins = catalogue.New[Inverter]("inverter").
	Add("enumerate", "all inputs one after the other, on every processor", func(*catalogue.Args) Inverter { return Enumerate() }).
	Add("linear", "linear algebra, for functions that are affine over GF(2)", func(*catalogue.Args) Inverter { return Linear() }).
	Add("sat", "a SAT solver (solver="+strings.Join(solvers(), "|")+"; cell=128: the most preimages listed at a time for uniform ones)",
		func(args *catalogue.Args) Inverter {
			solver, err := newSolver(args.Choice("solver", gophersatName, solvers()...))
			if err != nil {
				args.Fail("%w", err)
			}
			return &sat{solver: solver, cell: args.Int("cell", defaultCell, minCell, maxCell)}
		})

// List returns the inverters in the order in which people should meet them.
func List() []catalogue.Entry { return builtins.List() }

// Parse returns the inverter of the given name, such as "enumerate" or
// "sat:solver=cadical". The Name of what it returns is canonical and parses to the
// same inverter again. It is an error, which says what to install, if the name asks
// for a solver that is not on the PATH.
func Parse(name string) (Inverter, error) {
	inverter, _, err := builtins.Parse(name)
	return inverter, err
}
