package problems

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// misread returns an error if points look like something else that tables hold: row
// numbers in the first or the last column, column numbers in the first line.
//
// Of n points whose first coordinate is a whole number by nature, the order is that of
// counting with probability 1/n! at most if they are independent: 1 in 6 for the three that
// count without a gap, 1 in 40,320 for the eight that increase with gaps. A person is asked
// then, once.
func misread(points *mat.Dense) error {
	n, d := points.Dims()
	for _, j := range slices.Compact([]int{0, d - 1}) {
		column := mat.Col(nil, j, points)
		if d > 1 && numbersRows(column) && (counts(column) || !wholeBeside(points, j)) {
			return fmt.Errorf("column %d numbers the rows: %s; delete it if it is an index (or say --as-is)", j+1, startOf(column))
		}
	}
	first := points.RawRowView(0)
	if n > 2 && d > 1 && counts(first) && !whole(points.Slice(1, n, 0, d)) {
		return fmt.Errorf("the first line numbers the columns: %s; delete it if it is a header (or say --as-is)", startOf(first))
	}
	return nil
}

// wholeBeside reports whether all other columns hold whole numbers too: then one that
// increases is nothing that stands out.
func wholeBeside(points *mat.Dense, j int) bool {
	n, _ := points.Dims()
	for i := range n {
		for k, v := range points.RawRowView(i) {
			if k != j && v != math.Trunc(v) {
				return false
			}
		}
	}
	return true
}

func whole(points mat.Matrix) bool {
	n, d := points.Dims()
	for i := range n {
		for j := range d {
			if v := points.At(i, j); v != math.Trunc(v) {
				return false
			}
		}
	}
	return true
}

// counts reports whether the numbers are k, k+1, k+2, ... for a whole number k.
func counts(x []float64) bool {
	for i, v := range x {
		if v != math.Trunc(v) || v != x[0]+float64(i) {
			return false
		}
	}
	return true
}

// numbersRows reports whether the numbers are those of rows: three that count, or eight
// whole numbers that increase, or are 0 to n-1 or 1 to n in another order.
func numbersRows(x []float64) bool {
	if len(x) >= 3 && counts(x) {
		return true
	}
	const many = 8
	if len(x) < many {
		return false
	}
	for _, v := range x {
		if v != math.Trunc(v) {
			return false
		}
	}
	increasing := true
	for i := range len(x) - 1 {
		increasing = increasing && x[i] < x[i+1]
	}
	sorted := slices.Sorted(slices.Values(x))
	return increasing || counts(sorted) && (sorted[0] == 0 || sorted[0] == 1)
}

// startOf shows the first few numbers.
func startOf(x []float64) string {
	const most = 4
	var text string
	for _, v := range x[:min(most, len(x))] {
		text += fmt.Sprintf("%.6g, ", v)
	}
	if len(x) > most {
		return text + "..."
	}
	return text[:len(text)-len(", ")]
}
