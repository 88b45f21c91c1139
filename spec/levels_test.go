package spec

import (
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestLevels: what is remembered is what was made for the level, in no more than the room, and
// what would take much of it is made each time.
func TestLevels(t *testing.T) {
	var l levels[int, int]
	made := 0
	get := func(level, numbers int) int {
		return l.get(level, numbers, func() int { made++; return level * level })
	}
	for level := range 10000 {
		if got := get(level, 100); got != level*level {
			t.Fatalf("level %d: %d", level, got)
		}
		if got := get(level, 100); got != level*level || made != level+1 {
			t.Fatalf("level %d again: %d, made %d times in all", level, got, made)
		}
		if len(l.of)*100 > room {
			t.Fatalf("%d levels of 100 numbers are remembered, more than %d numbers", len(l.of), room)
		}
	}
	made = 0
	if get(-1, room); get(-1, room) != 1 || made != 2 {
		t.Errorf("what takes all the room is made %d times in 2", made)
	}
}

// TestDenoiserForgetsItsPast: what a law was asked before changes no bit of what it answers, at
// another level or with another number of rows, for which other sums are taken.
func TestDenoiserForgetsItsPast(t *testing.T) {
	for seed := range uint64(20) {
		fresh := func() *Mixture {
			rng := Stream(seed, "mixture", nil, 0)
			var parts []*Gaussian
			for range 2 {
				cov := scatter(3, 3, rng)
				var square mat.SymDense
				square.SymOuterK(1, cov)
				for range 5 {
					g, err := NewGaussian(scatter(1, 3, rng).RawRowView(0), &square)
					if err != nil {
						t.Fatal(err)
					}
					parts = append(parts, g)
				}
			}
			m, err := NewMixture([]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, parts)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		x := scatter(40, 3, Stream(seed, "points", nil, 0))
		used := fresh()
		for _, sigma := range []float64{0.3, 2, 0.3} {
			for _, n := range []int{1, 40, 2, 3} {
				rows := x.Slice(0, n, 0, 3).(*mat.Dense)
				got, want := mat.NewDense(n, 3, nil), mat.NewDense(n, 3, nil)
				used.Denoise(got, rows, sigma)
				fresh().Denoise(want, rows, sigma)
				if !mat.Equal(got, want) {
					t.Errorf("seed %d, sigma %v, %d rows: a law that was used differs by a bit or more", seed, sigma, n)
				}
			}
		}
	}
}
