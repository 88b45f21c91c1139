package inverter

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/internal/circuit"
)

// drawSystem draws equations, often dependent or contradictory ones.
func drawSystem(t *rapid.T) (n int, rows [][]bool) {
	n = rapid.OneOf(rapid.IntRange(0, 8), rapid.IntRange(62, 66)).Draw(t, "unknowns")
	rows = rapid.SliceOfN(rapid.SliceOfN(rapid.Bool(), n+1, n+1), 0, 10).Draw(t, "equations")
	return n, rows
}

func (s *system) fromBits(row []bool) equation {
	e := s.equation()
	for i, v := range row {
		if v {
			e.set(i)
		}
	}
	return e
}

// holds evaluates one equation, the last entry being the constant.
func holds(row, x []bool) bool {
	sum := row[len(x)]
	for i, v := range x {
		sum = sum != (v && row[i])
	}
	return !sum
}

// TestSystem: the solutions that a system parametrises are solutions, one for every
// value of the free unknowns, and by count there are no others, as long as the
// equations accepted are all that were consistent.
func TestSystem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, rows := drawSystem(t)
		s := newSystem(n)
		var kept [][]bool
		for _, row := range rows {
			before := len(s.rows)
			independent, consistent := s.impose(s.fromBits(row))
			if consistent {
				kept = append(kept, row)
			}
			if independent != (len(s.rows) > before) || independent && !consistent {
				t.Fatalf("independent %v, consistent %v, rows %d to %d", independent, consistent, before, len(s.rows))
			}
			if !consistent {
				// It holds for no solution of those before: by the free bits 0 and, being
				// affine, by all.
				if holds(row, s.solve(make([]bool, len(s.free())))) {
					t.Fatalf("equation %v is solvable", row)
				}
			}
		}
		free := rapid.SliceOfN(rapid.Bool(), len(s.free()), len(s.free())).Draw(t, "free")
		x := s.solve(free)
		for _, row := range kept {
			if !holds(row, x) {
				t.Fatalf("%v does not solve %v", x, row)
			}
		}
		for k, i := range s.free() {
			if x[i] != free[k] {
				t.Fatalf("free unknown %d is %v, want %v", i, x[i], free[k])
			}
		}
		if n > 8 {
			return
		}
		count := 0
		for at := range uint64(1) << n {
			if !slices.ContainsFunc(kept, func(row []bool) bool { return !holds(row, circuit.Bits(at, n)) }) {
				count++
			}
		}
		if count != 1<<len(s.free()) {
			t.Fatalf("%d solutions, and %d free unknowns", count, len(s.free()))
		}
	})
}

// TestSubstitute: the circuit on the free unknowns is the circuit on the solution.
func TestSubstitute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCircuit(t)
		s := newSystem(c.Inputs())
		s.imposeRandom(rapid.IntRange(0, c.Inputs()).Draw(t, "parities"), newRand(rapid.Uint64().Draw(t, "seed")))
		small := s.substitute(c)
		free := rapid.SliceOfN(rapid.Bool(), small.Inputs(), small.Inputs()).Draw(t, "free")
		if got, want := small.Eval(free), c.Eval(s.solve(free)); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// TestImposeRandom counts how often random subspaces of codimension 2 of {0,1}^4 hold
// a given pair of points, and a point. Pr[x in V] = 1/4 and Pr[x, y in V] = 1/4 times
// (2^2-1)/(2^4-1) = 1/20. Of 20,000 draws, each of the 16 counts of points and 120 of
// pairs lies within 6.5 deviations (at most 398 and 200) unless something of
// probability 136 * 8e-11 = 1e-8 happens. Rows that were not made independent (rank 1
// with probability about 1/4) would give a point probability about 5/16, which is 1250
// too many.
func TestImposeRandom(t *testing.T) {
	const n, parities, draws = 4, 2, 20000
	rng := newRand(5)
	points := map[uint64]int{}
	pairs := map[[2]uint64]int{}
	for range draws {
		s := newSystem(n)
		s.imposeRandom(parities, rng)
		var in []uint64
		for free := range uint64(1) << (n - parities) {
			in = append(in, circuit.Uint(s.solve(circuit.Bits(free, n-parities))))
		}
		slices.Sort(in)
		for i, x := range in {
			points[x]++
			for _, y := range in[i+1:] {
				pairs[[2]uint64{x, y}]++
			}
		}
	}
	for x := range uint64(16) {
		if d := points[x] - draws/4; d < -398 || d > 398 {
			t.Errorf("point %d is in %d of %d subspaces", x, points[x], draws)
		}
		for y := x + 1; y < 16; y++ {
			if d := pairs[[2]uint64{x, y}] - draws/20; d < -200 || d > 200 {
				t.Errorf("points %d and %d are in %d of %d subspaces", x, y, pairs[[2]uint64{x, y}], draws)
			}
		}
	}
}
