package inverter

import (
	"context"
	"math"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/internal/circuit"
)

// subspaces returns all linear subspaces of dimension k of {0,1}^n, each as the sorted
// list of its vectors.
func subspaces(n, k int) [][]uint64 {
	seen := map[string]bool{}
	var all [][]uint64
	var grow func(space []uint64, left int)
	grow = func(space []uint64, left int) {
		if left == 0 {
			sorted := slices.Sorted(slices.Values(space))
			key := ""
			for _, v := range sorted {
				key += string(rune(v))
			}
			if !seen[key] {
				seen[key] = true
				all = append(all, sorted)
			}
			return
		}
		for v := range uint64(1) << n {
			if !slices.Contains(space, v) {
				bigger := slices.Clone(space)
				for _, u := range space {
					bigger = append(bigger, u^v)
				}
				grow(bigger, left-1)
			}
		}
	}
	grow([]uint64{0}, k)
	return all
}

// shape is that of a subspace of dimension k of {0,1}^n.
type shape struct{ n, k int }

// TestOverflow compares the bound on the probability that a cell overflows with the
// exact one, over all subspaces of a small space, for sets of preimages of every shape,
// linear ones included, which crowd most. Where there is one other preimage, and a
// cell holds one, the two are equal: half of the bound would be none.
func TestOverflow(t *testing.T) {
	spaces := map[shape][][]uint64{}
	for _, s := range []shape{{4, 2}, {5, 2}, {5, 3}} {
		spaces[s] = subspaces(s.n, s.k)
	}
	if len(spaces[shape{5, 2}]) != 155 { // (2^5-1)(2^5-2)/((2^2-1)(2^2-2))
		t.Fatalf("%d subspaces of dimension 2 of {0,1}^5, want 155", len(spaces[shape{5, 2}]))
	}
	// compare returns the probability that a subspace holds cell of the differences, and
	// the bound.
	compare := func(t fataler, s shape, differences map[uint64]bool, cell int) (exact, bound float64) {
		exceed, sum := 0, 0
		for _, space := range spaces[s] {
			others := 0
			for _, v := range space {
				if differences[v] {
					others++
				}
			}
			sum += others
			if others >= cell {
				exceed++
			}
		}
		count := float64(len(spaces[s]))
		mu := float64(len(differences)) * (math.Exp2(float64(s.k)) - 1) / (math.Exp2(float64(s.n)) - 1)
		if mean := float64(sum) / count; math.Abs(mean-mu) > 1e-9 {
			t.Fatalf("mean %v, want %v", mean, mu)
		}
		if mu == 0 {
			return 0, 0
		}
		return float64(exceed) / count, overflow(mu, cell)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]shape{{4, 2}, {5, 2}, {5, 3}}).Draw(t, "shape")
		differences := map[uint64]bool{} // of the other preimages from one of them
		size := uint64(1) << rapid.IntRange(0, s.n).Draw(t, "dimension")
		linear := rapid.Bool().Draw(t, "linear")
		for y := uint64(1); y < size; y++ {
			if linear || rapid.Bool().Draw(t, "is preimage") {
				differences[y] = true
			}
		}
		cell := rapid.IntRange(1, 7).Draw(t, "cell")
		if exact, bound := compare(t, s, differences, cell); exact > bound*(1+1e-12) {
			t.Fatalf("%d others in a cell with probability %v, bound %v", cell, exact, bound)
		}
	})
	for s := range spaces {
		if exact, bound := compare(t, s, map[uint64]bool{5: true}, 1); math.Abs(exact/bound-1) > 1e-12 {
			t.Errorf("one other preimage: probability %v, bound %v, which should be equal", exact, bound)
		}
	}
}

// TestOverflowByPairs: with q = 2 only, the bound is mu^2/(cell (cell-1)), and for small
// mu and large cells others are far better.
func TestOverflowByPairs(t *testing.T) {
	for _, mu := range []float64{1e-3, 0.5, 1, 4, 12, 40} {
		before := 1.0
		for _, cell := range []int{2, 3, 8, 32, 128, 1024, 65536} {
			pairs := mu * mu / float64(cell*(cell-1))
			got := overflow(mu, cell)
			if got > min(1, pairs*(1+1e-12)) || got > before || math.IsNaN(got) || got < 0 {
				t.Errorf("overflow(%v, %d) = %v; pairs give %v, a smaller cell %v", mu, cell, got, pairs, before)
			}
			before = got
		}
	}
	// By hand, for q = 4 and mu = 1: triples of rank 2 cannot be, so r = 3 and 4:
	// (4*8 + 1)/(cell ... (cell-3)).
	if got, most := overflow(1, 64), 33.0/(64*63*62*61); got > most {
		t.Errorf("overflow(1, 64) = %v, want at most %v", got, most)
	}
}

func TestCellBias(t *testing.T) {
	before := 1.0
	for cell := minCell; cell <= maxCell; cell *= 2 {
		bias := cellBias(cell)
		t.Logf("cell %5d: bias at most %.2g", cell, bias)
		if bias > before {
			t.Errorf("cell %d: bias %v, more than %v at half of it", cell, bias, before)
		}
		before = bias
	}
	if bias := cellBias(defaultCell); bias > 3e-5 {
		t.Errorf("default: bias %v", bias)
	}
}

// TestChooseParities on functions with a known number of preimages: the mean size of a
// cell is what was aimed at, up to the looseness, but for a probability below 1e-5 each
// time (see cellBias), and large enough for sampling to be worth it: a test of one
// parity less failed, so that 64 cells of mean 2 lambda had more than 64 a in all;
// lambda < a/8 has by Chebyshev's inequality probability at most
// 2 lambda T/(T (a - 2 lambda))^2 <= 1e-2/a; of 24 such, five with probability 1e-5.
func TestChooseParities(t *testing.T) {
	rng := newRand(15)
	tooSmall := 0
	for _, m := range []int{1, 3, 5} {
		b := circuit.NewBuilder(14)
		c := b.Build(b.Inputs()[:m]...)
		preimages := math.Exp2(float64(14 - m))
		for range 8 {
			cells := &cells{c: c, z: make([]bool, m), sweep: newSweep(c)}
			const target = 4
			start := 1 + rng.IntN(14)
			r, err := cells.chooseParities(context.Background(), start, target, rng)
			if err != nil {
				t.Fatal(err)
			}
			size := preimages * math.Exp2(float64(-r))
			if size >= looseness*target {
				t.Errorf("%v preimages: %d parities leave cells of %v", preimages, r, size)
			}
			if size < target/8.0 {
				tooSmall++
			}
		}
	}
	if tooSmall >= 5 {
		t.Errorf("%d of 24 numbers of parities leave cells that are much too small", tooSmall)
	}
}

// TestCellsOfPoints: functions with so many preimages that only cells of one or two
// points will do, and the widest spaces.
func TestCellsOfPoints(t *testing.T) {
	for _, n := range []int{8, 62, 63, 64, 65, 130} {
		b := circuit.NewBuilder(n)
		parity := circuit.False
		for _, l := range b.Inputs() {
			parity = b.Xor(parity, l)
		}
		// All inputs matter, and all but 1/8 of them are preimages.
		and := b.And(b.Input(0), b.And(b.Input(1), b.Xor(parity, b.Input(2))))
		c := b.Build(and)
		x, work, err := (&sat{gophersat{}, minCell}).Sample(context.Background(), c, []bool{false}, 3, newRand(16))
		if err != nil {
			t.Fatalf("n = %d: %v", n, err)
		}
		if work.Cells == 0 {
			t.Errorf("n = %d: no cells", n)
		}
		seen := map[uint64]bool{}
		for _, x := range x {
			if err := checkPreimage(c, []bool{false}, x); err != nil {
				t.Errorf("n = %d: %v", n, err)
			}
			seen[circuit.Uint(x[:min(n, 64)])] = true
		}
		// Two of three draws among 2^62 are equal with probability 1e-18.
		if n >= 62 && len(seen) != 3 {
			t.Errorf("n = %d: draws repeat", n)
		}
		ones := 0
		for v := range seen {
			ones += bits.OnesCount64(v)
		}
		// 186 fair bits at least; 6.5 deviations of 6.8 are 45.
		if n >= 62 && math.Abs(float64(ones)-1.5*float64(min(n, 64))) > 45 {
			t.Errorf("n = %d: %d ones in three draws", n, ones)
		}
	}
}
