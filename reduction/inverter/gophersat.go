package inverter

import (
	"context"

	gopher "github.com/crillab/gophersat/solver"

	"assay/reduction/circuit"
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

// solve runs the solver in a goroutine of its own. Gophersat cannot be told to stop,
// but it sends every clause that it learns as part of a certificate: a solver to
// which nobody listens any more waits for good. That costs no time, and its memory
// until the program ends.
func (s *gophersatSession) solve(ctx context.Context) ([]bool, uint64, error) {
	type result struct {
		status    gopher.Status
		model     []bool
		conflicts int
	}
	learned := make(chan string)
	done := make(chan result, 1)
	go func() {
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
		r := result{status: s.solver.Solve()}
		if r.status == gopher.Sat {
			r.model = s.solver.Model()
		}
		r.conflicts = s.solver.Stats.NbConflicts - before
		done <- r
	}()
	conflicts := uint64(0)
	for {
		select {
		case <-ctx.Done():
			return nil, conflicts, ctx.Err()
		case <-learned:
			conflicts++
		case r := <-done:
			if r.status != gopher.Sat {
				return nil, uint64(r.conflicts), errUnsatisfiable
			}
			return r.model, uint64(r.conflicts), nil
		}
	}
}
