package inverter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"assay/internal/circuit"
)

// newSAT returns the inverter by the SAT solver of the given name, one of solvers,
// whose lists of preimages have at most cell entries (see cellBias for what that does
// to its samples). It is an error if the solver is a program that is not on the PATH,
// or cell is out of range.
func newSAT(solverName string, cell int) (Inverter, error) {
	if cell < minCell || cell > maxCell {
		return nil, fmt.Errorf("sat: cell=%d: want an integer from %d to %d", cell, minCell, maxCell)
	}
	s, err := newSolver(solverName)
	if err != nil {
		return nil, fmt.Errorf("sat: %w", err)
	}
	return &sat{solver: s, cell: cell}, nil
}

// solvers returns the names of the solvers that newSAT knows, the one that needs no
// program first.
func solvers() []string {
	names := []string{gophersatName}
	for _, p := range programs {
		names = append(names, p.name)
	}
	return names
}

func newSolver(name string) (solver, error) {
	if name == gophersatName {
		return gophersat{}, nil
	}
	for _, p := range programs {
		if p.name == name {
			return p.find()
		}
	}
	return nil, fmt.Errorf("unknown solver %q, want one of %v", name, solvers())
}

// solver finds models of formulas.
type solver interface {
	name() string
	// open begins work on a formula of at least one variable, which it keeps.
	open(f *circuit.CNF) session
}

// session is a formula that may grow between calls.
type session interface {
	// solve returns a model, value i-1 being that of variable i, and the conflicts
	// met. The error is errUnsatisfiable where there is none, and ctx.Err() soon after
	// ctx is done, whereupon the session must not be used again.
	solve(ctx context.Context) (model []bool, conflicts uint64, err error)
	// add adds a clause, which it keeps.
	add(clause []int)
}

var errUnsatisfiable = errors.New("unsatisfiable")

type sat struct {
	solver
	cell int
}

func (s *sat) Name() string { return fmt.Sprintf("sat:solver=%s,cell=%d", s.name(), s.cell) }

func (s *sat) Invert(ctx context.Context, c *circuit.Circuit, z []bool, rng *rand.Rand) ([]bool, Work, error) {
	if err := checkImage(c, z); err != nil {
		return nil, Work{}, fmt.Errorf("%s: %w", s.Name(), err)
	}
	p := project(c)
	x, work, err := s.list(ctx, p.Circuit, z, 0)
	switch {
	case err != nil:
		return nil, work, err
	case len(x) == 0:
		return nil, work, s.denied(ctx, p.Circuit, z)
	}
	return p.lift(x[0], rng), work, nil
}

// Sample draws by cells; see cells.sample. The solver is asked only about those that
// are too large to evaluate the circuit on every point.
func (s *sat) Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) ([][]bool, Work, error) {
	if err := checkImage(c, z); err != nil {
		return nil, Work{}, fmt.Errorf("%s: %w", s.Name(), err)
	}
	p := project(c)
	cells := &cells{c: p.Circuit, z: z, search: s.list, sweep: newSweep(p.Circuit)}
	x, err := cells.sample(ctx, draws, s.cell, rng)
	for i := range x {
		x[i] = p.lift(x[i], rng)
	}
	return x, cells.work, err
}

// list returns all preimages of z, or the first limit+1 that come up if there are
// more. Each is excluded from what is searched afterwards by one clause on the
// inputs, which determine everything else.
func (s *sat) list(ctx context.Context, c *circuit.Circuit, z []bool, limit int) (x [][]bool, work Work, err error) {
	if err := ctx.Err(); err != nil {
		return nil, Work{}, err
	}
	if c.Inputs() == 0 {
		if checkPreimage(c, z, nil) != nil {
			return nil, Work{}, nil
		}
		return [][]bool{nil}, Work{}, nil
	}
	f := c.CoverCNF()
	f.Fix(f.Outputs, z)
	session := s.open(f)
	for len(x) <= limit {
		model, conflicts, err := session.solve(ctx)
		work.Solves++
		work.Conflicts += conflicts
		if errors.Is(err, errUnsatisfiable) {
			break
		}
		if err != nil {
			return nil, work, wrapUnlessDone(ctx, s.Name(), err)
		}
		found := make([]bool, c.Inputs())
		differ := make([]int, c.Inputs())
		for i, v := range f.Inputs {
			found[i] = model[v-1]
			if differ[i] = v; found[i] {
				differ[i] = -v
			}
		}
		if err := checkPreimage(c, z, found); err != nil {
			return nil, work, fmt.Errorf("%s: %w", s.Name(), wrongSolver(s.name(), err))
		}
		x = append(x, found)
		session.add(differ)
	}
	return x, work, nil
}

// denied returns [ErrNoPreimage], or what is wrong with a solver that denies what a look at every
// input finds, where that takes a few milliseconds.
func (s *sat) denied(ctx context.Context, c *circuit.Circuit, z []bool) error {
	sweep := newSweep(c)
	if !sweep.affords(c.Inputs()) {
		return ErrNoPreimage
	}
	found, _, err := sweep.list(ctx, newSystem(c.Inputs()), z, 0)
	switch {
	case err != nil:
		return err
	case len(found) > 0:
		return fmt.Errorf("%s: %w", s.Name(), wrongSolver(s.name(), errors.New("it finds no preimage, and there is one")))
	}
	return ErrNoPreimage
}

// wrongSolver blames a solver for an answer that cannot be right.
func wrongSolver(name string, why error) error {
	return fmt.Errorf("the solver %s is wrong: %w", name, why)
}

// Denied is the error of an inverter that says that an image has no preimage, where the caller knows
// one.
func Denied(i Inverter) error {
	why := errors.New("it finds no preimage, and there is one")
	if s, ok := i.(*sat); ok {
		return fmt.Errorf("%s: %w", i.Name(), wrongSolver(s.name(), why))
	}
	return fmt.Errorf("%s is wrong: %w", i.Name(), why)
}

// wrapUnlessDone says who failed, unless ctx is done, which is nobody's failure.
func wrapUnlessDone(ctx context.Context, name string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w", name, err)
}
