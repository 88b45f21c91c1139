package theorems

import (
	"fmt"
	"math"
	"strings"

	"assay/internal/wealth"
	"assay/props"
)

// power is the probability with which a fault as large as a result says it would have noticed
// would have been noticed.
const power = 0.9

// noticedAbove returns the smallest probability that n trials notice, with [power], if the claim is that it is
// at most p and is refuted where that many or more successes have probability alpha or less. It
// is above 1 if n trials notice nothing.
func noticedAbove(n int, p, alpha float64) float64 {
	least, most := 0, n+1 // successes that do not refute, and that do
	for most-least > 1 {
		if k := (least + most) / 2; atLeast(k, n, p) <= alpha {
			most = k
		} else {
			least = k
		}
	}
	if most > n {
		return math.Inf(1)
	}
	return leastPower(most, n)
}

// leastPower returns the probability of success at which k or more of n have probability [power].
func leastPower(k, n int) float64 {
	return bisect(0, 1, func(q float64) bool { return atLeast(k, n, q) < power })
}

// bisect returns where from low to high a condition ends that holds below that only.
func bisect(low, high float64, holds func(x float64) bool) float64 {
	for range 100 { // until there is no number between the two, or very nearly
		if middle := (low + high) / 2; holds(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// noticedBelow is the same for a claim that the probability is at least p: the largest that is noticed,
// below 0 if none is.
func noticedBelow(n int, p, alpha float64) float64 { return 1 - noticedAbove(n, 1-p, alpha) }

// noticedShift returns the smaller of the shifts up and down that n trials notice of a probability said to
// be p, by [equal]. A direction in which there is no room counts as infinite.
func noticedShift(n int, p, alpha float64) float64 {
	up, down := noticedAbove(n, p, alpha/2)-p, p-noticedBelow(n, p, alpha/2)
	if p-down < 0 {
		down = math.Inf(1)
	}
	return min(up, down)
}

// noticedFailures returns the smallest share of failures that n targets notice by the wealth of
// [wealth.Failures] against a bound, at alpha.
func noticedFailures(n int, bound, alpha float64) float64 {
	refutes := func(k int) bool {
		wealth, most := wealth.NewFailures(bound), math.Inf(-1)
		for i := range n { // failures last, when the least is left
			wealth.Observe(float64(max(0, min(1, i+1-(n-k)))))
			most = max(most, wealth.LogWealth())
		}
		return most >= -math.Log(alpha)
	}
	for k := 1; k <= n; k++ {
		if refutes(k) {
			return leastPower(k, n)
		}
	}
	return math.Inf(1)
}

// noticedFactor returns the smallest of a grid of factors, 1/8 octave apart, that is refuted: what was seen
// would refute a bound that is so many times too small. It is infinite if none is.
func noticedFactor(refuted func(factor float64) bool) float64 {
	for octave := 0.0; octave < 200; octave += 0.125 {
		if f := math.Exp2(octave); refuted(f) {
			return f
		}
	}
	return math.Inf(1)
}

// percentMore says of a measurement that is at most a bound how much larger it would have had to be.
func percentMore(what string, measured, bound float64) string {
	return fmt.Sprintf("%s that is larger by %.2g %%", what, 100*(bound/measured-1))
}

// judgedNotice says what a verdict would have noticed on its first problem.
func judgedNotice(v *props.Verdict) string {
	words := noticedEffects(v)
	if words == nil {
		return fmt.Sprintf("nothing that %d calls were tried with", v.Calls)
	}
	return strings.Join(words, "; ")
}

// noticedEffects returns the words of each effect that a verdict would have noticed on its first
// problem.
func noticedEffects(v *props.Verdict) (words []string) {
	for _, n := range v.Problems[0].Noticed {
		if n.Size > 0 {
			words = append(words, n.Words)
		}
	}
	return words
}
