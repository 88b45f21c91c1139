package inverter

import (
	"math/bits"
	"math/rand/v2"

	"assay/internal/circuit"
)

// system is a system of linear equations over GF(2) in n unknowns, kept in reduced
// row echelon form: every equation gives one unknown, its pivot, that occurs in no
// other, as a sum of free ones and a constant.
type system struct {
	n     int
	rows  []equation
	pivot []int // of every row
	owner []int // row of which an unknown is the pivot, or -1
}

// equation says that the sum of the unknowns whose bits are set, and of the constant,
// bit n, is 0.
type equation []uint64

func (e equation) get(i int) bool { return e[i/64]>>(i%64)&1 == 1 }
func (e equation) set(i int)      { e[i/64] |= 1 << (i % 64) }

func (e equation) add(other equation) {
	for w := range e {
		e[w] ^= other[w]
	}
}

// first returns the first unknown of e, or n if there is none before the constant.
func (e equation) first(n int) int {
	for w, word := range e {
		if word != 0 {
			return min(64*w+bits.TrailingZeros64(word), n)
		}
	}
	return n
}

func newSystem(n int) *system {
	s := &system{n: n, owner: make([]int, n)}
	for i := range s.owner {
		s.owner[i] = -1
	}
	return s
}

// equation returns one without unknowns: 0 = 0.
func (s *system) equation() equation { return make(equation, s.n/64+1) }

// impose adds an equation, which it keeps. It reports whether the equation was
// independent of those before and, if not, whether it follows from them; otherwise it
// contradicts them, and the system is as before.
func (s *system) impose(e equation) (independent, consistent bool) {
	for i, row := range s.rows {
		if e.get(s.pivot[i]) {
			e.add(row)
		}
	}
	p := e.first(s.n)
	if p == s.n {
		return false, !e.get(s.n)
	}
	for _, row := range s.rows {
		if row.get(p) {
			row.add(e)
		}
	}
	s.owner[p] = len(s.rows)
	s.rows, s.pivot = append(s.rows, e), append(s.pivot, p)
	return true, true
}

// imposeRandom adds parities of fair bits, independent of each other and of those
// before, with fair constants: what solves them is a uniform affine subspace of the
// solutions before. It panics if there are fewer free unknowns than parities.
func (s *system) imposeRandom(parities int, rng *rand.Rand) {
	if parities > s.n-len(s.rows) {
		panic("inverter: more parities than free unknowns")
	}
	for parities > 0 {
		e := s.equation()
		for i := range s.n + 1 {
			if rng.Uint64()&1 == 1 {
				e.set(i)
			}
		}
		if independent, _ := s.impose(e); independent {
			parities--
		}
	}
}

// free returns the unknowns that are not pivots, in order.
func (s *system) free() []int {
	var free []int
	for i, row := range s.owner {
		if row < 0 {
			free = append(free, i)
		}
	}
	return free
}

// solve returns the solution whose free unknowns are given.
func (s *system) solve(free []bool) []bool {
	x := make([]bool, s.n)
	for k, i := range s.free() {
		x[i] = free[k]
	}
	for r, row := range s.rows {
		value := row.get(s.n)
		for i := range x {
			// The pivot itself still is false.
			value = value != (row.get(i) && x[i])
		}
		x[s.pivot[r]] = value
	}
	return x
}

// substitute returns c, of n inputs, as a function of the free unknowns alone: c of
// [system.solve].
func (s *system) substitute(c *circuit.Circuit) *circuit.Circuit {
	free := s.free()
	b := circuit.NewBuilder(len(free))
	matrix := make([][]bool, len(s.rows))
	for r, row := range s.rows {
		matrix[r] = make([]bool, len(free))
		for k, i := range free {
			matrix[r][k] = row.get(i)
		}
	}
	sums := b.Linear(matrix, b.Inputs())
	inputs := make([]circuit.Lit, s.n)
	for k, i := range free {
		inputs[i] = b.Input(k)
	}
	for r, row := range s.rows {
		inputs[s.pivot[r]] = sums[r].NotIf(row.get(s.n))
	}
	return b.Build(b.Append(c, inputs)...)
}
