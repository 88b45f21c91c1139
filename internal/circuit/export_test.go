package circuit

import "context"

// Kernels returns the names of the kernels that this processor can run.
func Kernels() []string {
	var names []string
	for _, k := range kernels {
		names = append(names, k.name)
	}
	return names
}

// NewMachineOn returns a machine that uses the kernel of a name.
func (p *Program) NewMachineOn(name string) *Machine {
	for _, k := range kernels {
		if k.name == name {
			return p.newMachine(k)
		}
	}
	panic("circuit: no kernel " + name)
}

// RunOn is Run on a kernel of a name.
func (s *Search) RunOn(name string, ctx context.Context, target []bool, from, to uint64, found func(x uint64) bool) (Work, error) {
	return s.run(ctx, s.program.NewMachineOn(name), target, from, to, found)
}
