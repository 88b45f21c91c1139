package stats

import "math/rand/v2"

// Rank returns the number of values below that at index at, ties broken at
// random.
func Rank(values []float64, at int, ties *rand.Rand) int {
	below, equal := 0, 0
	for _, v := range values {
		switch {
		case v < values[at]:
			below++
		case v == values[at]:
			equal++
		}
	}
	if equal > 1 { // the truth equals itself
		below += ties.IntN(equal)
	}
	return below
}
