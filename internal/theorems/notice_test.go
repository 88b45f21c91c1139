package theorems

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"assay/internal/wealth"
)

// TestNoticed: what is said to be noticed is refuted with probability 0.9, by the sum over the counts that
// refute, each of which has a tail of at most alpha; a little less than that is refuted less often. And what
// was noticed on the other side is the same of failures.
func TestNoticed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 400).Draw(rt, "n")
		p := rapid.SampledFrom([]float64{1e-9, 0.01, 0.2, 0.5, 0.9}).Draw(rt, "p")
		alpha := rapid.SampledFrom([]float64{0.05, 1e-3, 1e-8}).Draw(rt, "alpha")
		refuted := func(q float64) (sum float64) {
			for k := range n + 1 {
				tail := 0.0
				for i := n; i >= k; i-- {
					tail += math.Exp(distuv.Binomial{N: float64(n), P: p}.LogProb(float64(i)))
				}
				if tail <= alpha*(1-1e-9) {
					sum += math.Exp(distuv.Binomial{N: float64(n), P: q}.LogProb(float64(k)))
				}
			}
			return sum
		}
		q := noticedAbove(n, p, alpha)
		if math.IsInf(q, 1) {
			if got := refuted(1 - 1e-12); got > power {
				rt.Fatalf("nothing is said to be noticed, and nearly certain successes are refuted with probability %v", got)
			}
			return
		}
		if q < 1-1e-9 {
			if got := refuted(q); math.Abs(got-power) > 1e-6 {
				rt.Fatalf("%v is refuted with probability %v", q, got)
			}
		}
		if below := noticedBelow(n, 1-p, alpha); below != 1-q {
			rt.Fatalf("%v above, %v below", q, below)
		}
	})
}

// TestNoticedFailures: the share of failures that is said to be noticed is, by simulation, in order
// as they come: of 400 runs at that share fewer than 320 rejected have probability below 1e-8, if it
// is 0.9 or more, and at a third of the share, the control, most are not.
func TestNoticedFailures(t *testing.T) {
	const n, bound, alpha = 200, 0.002, 1e-6
	rng := newRun(t, 0).stream("noticed failures", 0)
	rejected := func(share float64) (count int) {
		for range 400 {
			wealth, most := wealth.NewFailures(bound), 0.0
			for range n {
				failed := 0.0
				if rng.Float64() < share {
					failed = 1
				}
				wealth.Observe(failed)
				most = max(most, wealth.LogWealth())
			}
			if most >= -math.Log(alpha) {
				count++
			}
		}
		return count
	}
	share := noticedFailures(n, bound, alpha)
	if count := rejected(share); count < 320 {
		t.Errorf("a share of %v is noticed in %d of 400 runs only", share, count)
	}
	if count := rejected(share / 3); count > 200 {
		t.Errorf("a third of the share %v is noticed in %d of 400 runs", share, count)
	}
}
