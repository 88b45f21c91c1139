package evidence

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// recallName is the name of the witness that compares with earlier calls.
const recallName = "distance to a draw of the last call"

// maxRecalled bounds the draws that are remembered.
const maxRecalled = 8

// trace is what a call leaves for the next one: the residuals of its members, what a
// regression on the data does not predict of them, and which of them are draws.
type trace struct {
	residual *mat.Dense // members x d
	truth    int
}

func (b *battery) traceOf(p *Pool, place int) *trace {
	return &trace{b.residual.of(p), place}
}

// memory is the witness that looks at two calls at once: how near a member comes, as to
// what the data do not predict of it, to a draw that the candidate returned in the call
// before. Draws of different calls share nothing, so to a right candidate they are
// points chosen from the past. A candidate that starts each call with the same seed, or
// hands out the same draw again, or goes on from where it stopped, comes too near. The zero
// value remembers nothing.
type memory struct{ draws *mat.Dense }

// Recall fills in what the memory says of a call, and remembers its draws.
func (m *memory) Recall(s *table) {
	now := s.trace.residual
	members, d := now.Dims()
	row := s.values[len(s.values)-1]
	difference := make([]float64, d)
	for i := range row {
		row[i] = 0
		if m.draws == nil {
			continue
		}
		nearest := math.Inf(1)
		for k := range m.draws.RawMatrix().Rows {
			nearest = min(nearest, distance(difference, now.RawRowView(i), m.draws.RawRowView(k)))
		}
		row[i] = bounded(nearest)
	}
	keep := min(members-1, maxRecalled)
	if m.draws == nil {
		m.draws = mat.NewDense(keep, d, nil)
	}
	at := 0
	for i := range members {
		if i != s.trace.truth && at < keep {
			copy(m.draws.RawRowView(at), now.RawRowView(i))
			at++
		}
	}
}
