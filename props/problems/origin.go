package problems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// apart is how many times the deviations of two columns may differ before a user is told.
const apart = 10

// originOf says what was read, and warns where one bandwidth cannot fit all columns.
func originOf(points *mat.Dense, standardised bool) (read string, warnings []string) {
	n, d := points.Dims()
	low, high := math.Inf(1), 0.0
	narrowest, constant := 0, 0
	column := make([]float64, n)
	for j := range d {
		sd := math.Sqrt(variance(mat.Col(column, j, points)))
		if sd == 0 {
			constant++
			continue
		}
		if sd < low {
			low, narrowest = sd, j
		}
		high = max(high, sd)
	}
	read = counted(n, "point") + fmt.Sprintf(" in R^%d", d)
	if height, width := shape(d); height > 1 {
		read += fmt.Sprintf(", each taken for a %d x %d image", height, width)
	}
	switch {
	case high == 0:
		read += "; all columns are constant"
	case low == high:
		read += fmt.Sprintf("; column deviation %.2g", high)
	default:
		read += fmt.Sprintf("; column deviations %.2g to %.2g", low, high)
	}
	if constant > 0 && high > 0 {
		read += fmt.Sprintf(", %d constant", constant)
	}
	if standardised {
		read += ", each divided by its deviation"
	}
	if high > apart*low && !standardised {
		warnings = append(warnings, fmt.Sprintf(
			"the columns differ in scale: the deviation of column %d is %.2g, that of another %.2g, and one bandwidth smooths them all; --standardise divides each by its deviation",
			narrowest+1, low, high))
	}
	return read, warnings
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// variance returns the variance (divisor n) of x, which it changes: exactly 0 if all are the
// same.
func variance(x []float64) float64 {
	floats.AddConst(-x[0], x) // no rounding left over from a large mean
	return stat.PopVariance(x, nil)
}

// standardise subtracts from each column its mean and divides it by its deviation; a constant
// one becomes 0.
func standardise(points *mat.Dense) {
	n, d := points.Dims()
	column := make([]float64, n)
	for j := range d {
		mean := stat.Mean(mat.Col(column, j, points), nil)
		sd := math.Sqrt(variance(column))
		if sd == 0 {
			mean, sd = points.At(0, j), 1
		}
		for i := range n {
			points.Set(i, j, (points.At(i, j)-mean)/sd)
		}
	}
}
