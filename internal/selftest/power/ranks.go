package power

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// test is a test of a fixed number of calls.
type test interface {
	// observe takes one call.
	observe(c *call)
	// pValue returns the p-value of the calls observed since the last reset.
	pValue() float64
	reset()
}

// rankTest compares the ranks of the truth with the uniform law on 0..L: a p-value for
// each statistic, and the smallest of them times their number (Bonferroni).
type rankTest struct {
	ranks  func(c *call) []int
	goodOf func(counts []int, n int) float64
	places int // L+1

	counts [][]int // for each statistic
	n      int
}

func (t *rankTest) observe(c *call) {
	ranks := t.ranks(c)
	if t.counts == nil {
		t.counts = make([][]int, len(ranks))
		for k := range t.counts {
			t.counts[k] = make([]int, t.places)
		}
	}
	for k, r := range ranks {
		t.counts[k][r]++
	}
	t.n++
}

func (t *rankTest) pValue() float64 {
	if t.n == 0 {
		return 1
	}
	smallest := 1.0
	for _, counts := range t.counts {
		smallest = min(smallest, t.goodOf(counts, t.n))
	}
	return min(1, smallest*float64(len(t.counts)))
}

func (t *rankTest) reset() {
	for _, counts := range t.counts {
		clear(counts)
	}
	t.n = 0
}

// kolmogorovSmirnov returns the p-value of the largest difference D between the
// distribution functions of n ranks and of the uniform law: 2 exp(-2 n D^2), which is
// valid for every n and every law, discrete ones included (Massart 1990), and the
// leading term of the Kolmogorov law, so that nothing is lost in the far tail where
// our levels lie.
func kolmogorovSmirnov(counts []int, n int) float64 {
	largest, below := 0.0, 0
	for j, count := range counts {
		below += count
		right := float64(j+1) / float64(len(counts))
		largest = max(largest, math.Abs(float64(below)/float64(n)-right))
	}
	return min(1, 2*math.Exp(-2*float64(n)*largest*largest))
}

// chiSquare returns the p-value of Pearson's statistic, by its limit law. Neighbouring
// ranks share a bin until at least leastExpected are expected in each.
func chiSquare(counts []int, n int) float64 {
	expected := float64(n) / float64(len(counts))
	width := min(len(counts), int(math.Ceil(leastExpected/expected)))
	statistic, bins := 0.0, 0
	for at := 0; at < len(counts); at += width {
		end := at + width
		if len(counts)-end < width {
			end = len(counts) // the last bin takes what is left
		}
		sum := 0
		for _, count := range counts[at:end] {
			sum += count
		}
		share := expected * float64(end-at)
		statistic += (float64(sum) - share) * (float64(sum) - share) / share
		bins++
		if end == len(counts) {
			break
		}
	}
	if bins < 2 {
		return 1
	}
	return distuv.ChiSquared{K: float64(bins - 1)}.Survival(statistic)
}

// leastExpected is the rule of thumb for the limit law of Pearson's statistic.
const leastExpected = 5
