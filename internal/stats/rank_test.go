package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestTiesAreBroken: of members that are equal each rank is as likely as the others. Of 3000 ranks
// each of three has 1000 with deviation 26; one is 170 off, 6.6 deviations, with probability 1e-10.
func TestTiesAreBroken(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	counts := map[int]int{}
	for range 3000 {
		counts[Rank([]float64{5, 1, 5, 5, 9}, 2, rng)]++
	}
	for rank := range 5 {
		want := 0
		if rank >= 1 && rank <= 3 { // one is below, and two more may be
			want = 1000
		}
		if math.Abs(float64(counts[rank]-want)) > 170*float64(min(want, 1)) {
			t.Errorf("rank %d comes %d times of 3000, want about %d", rank, counts[rank], want)
		}
	}
}
