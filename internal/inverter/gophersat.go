package inverter

import (
	"context"

	gopher "github.com/crillab/gophersat/solver"

	"assay/internal/circuit"
)

const gophersatName = "gophersat"

// gophersat is the solver in this process.
type gophersat struct{}

func (gophersat) name() string { return gophersatName }

func (gophersat) open(f *circuit.CNF) session { return &gophersatSession{formula: f} }

type gophersatSession struct {
	formula *circuit.CNF   // until the first solve
	solver  *gopher.Solver // from then on
	pending [][]int        // clauses since the last solve
}

func (s *gophersatSession) add(clause []int) { s.pending = append(s.pending, clause) }

// turn is held by the one goroutine that runs gophersat: all its solvers share a
// buffer for the clause being learned, and would spoil each other's.
var turn = make(chan struct{}, 1)

// solve runs the solver in a goroutine of its own. Gophersat cannot be told to stop,
// but it sends every clause that it learns as part of a certificate, and a channel that
// has been closed makes it panic at the next one, which is caught. (The race detector
// takes exception to closing what another goroutine sends to. Nothing else does: the
// outcome is defined.)
func (s *gophersatSession) solve(ctx context.Context) ([]bool, uint64, error) {
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	defer func() { <-turn }()
	learned := make(chan string)
	done := make(chan gophersatResult, 1)
	go s.run(learned, done)
	conflicts := uint64(0)
	for {
		select {
		case <-ctx.Done():
			close(learned)
			<-done
			return nil, conflicts, ctx.Err()
		case <-learned:
			conflicts++
		case r := <-done:
			switch {
			case r.panicked != nil:
				panic(r.panicked)
			case r.status != gopher.Sat:
				return nil, r.conflicts, errUnsatisfiable
			}
			return r.model, r.conflicts, nil
		}
	}
}

type gophersatResult struct {
	status    gopher.Status
	model     []bool
	conflicts uint64
	panicked  any
}

// run solves the formula with the pending clauses and sends the result, also if it
// panics.
func (s *gophersatSession) run(learned chan string, done chan<- gophersatResult) {
	var r gophersatResult
	defer func() {
		r.panicked = recover()
		done <- r
	}()
	if s.solver == nil {
		s.solver = gopher.New(gopher.ParseSliceNb(s.formula.Clauses, s.formula.Variables))
		s.formula = nil
	}
	s.solver.Certified, s.solver.CertChan = true, learned
	before := s.solver.Stats.NbConflicts
	for _, clause := range s.pending {
		lits := make([]gopher.Lit, len(clause))
		for i, l := range clause {
			lits[i] = gopher.IntToLit(int32(l))
		}
		s.solver.AppendClause(gopher.NewClause(lits))
	}
	s.pending = nil
	r.status = s.solver.Solve()
	if r.status == gopher.Sat {
		r.model = s.solver.Model()
	}
	r.conflicts = uint64(s.solver.Stats.NbConflicts - before)
}
