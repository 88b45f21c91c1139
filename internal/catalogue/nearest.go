package catalogue

import "strings"

// nearest returns the word of fewest slips from the one given, or else the only one that
// begins with it; empty if neither is near enough that it was probably meant.
func nearest(given string, words []string) string {
	best, fewest := "", max(1, len(given)/3)+1 // one slip, or one in three letters
	var longer []string
	for _, word := range words {
		if n := slips(given, word); n < fewest && n < min(len(given), len(word)) {
			best, fewest = word, n
		}
		if strings.HasPrefix(word, given) {
			longer = append(longer, word)
		}
	}
	if best == "" && len(longer) == 1 && len(given) > 1 {
		return longer[0]
	}
	return best
}

// slips returns the fewest letters inserted, left out, replaced or exchanged with the
// next one that make b of a, no place touched twice (the distance of optimal string
// alignment; Damerau 1964).
func slips(a, b string) int {
	d := make([][]int, len(a)+1) // of the first i letters of a and j of b
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1] == b[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j], d[i][j-1], d[i-1][j-1])
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], 1+d[i-2][j-2])
				}
			}
		}
	}
	return d[len(a)][len(b)]
}
