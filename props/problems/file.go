package problems

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"assay/internal/memory"
	"assay/spec"
)

// FileOptions say how data become a problem. A deviation of zero stands for what the data
// suggest, rounded to two digits.
type FileOptions struct {
	// Bandwidth is the deviation of the Gaussian kernel that smooths the points.
	// By default a tenth of the root mean square, over the coordinates, of the
	// standard deviation of the points.
	Bandwidth float64
	// Beta is the deviation of the noise. By default a tenth of the root mean
	// square, over the rows of A, of the standard deviation of A x under the
	// smoothed prior.
	Beta float64
	// Standardise subtracts from each column of the points its mean and divides it by its
	// standard deviation, before anything else.
	Standardise bool
	// AsIs takes the file as it stands, where it looks as if it held row or column numbers
	// or decimal commas, or had been cut short.
	AsIs bool
}

// FromFile returns the problem whose prior is the points in a .csv, .csv.gz, .npy or .npz
// file (rows are points, numbers only, no header; an array of several is FILE.npz:NAME),
// smoothed by a Gaussian kernel, measured by the operator op; see [Measurement]. The
// verdict says what was read. It is an error if a number in the file is not
// finite, the rows differ in length, the file looks as if it held something else than points,
// an option is negative or not finite, or a default is wanted that the data do not determine:
// points that are all the same have no spread.
func FromFile(path, op string, options FileOptions) (*spec.Problem, error) {
	for _, option := range []struct {
		name  string
		value float64
	}{{"bandwidth", options.Bandwidth}, {"beta", options.Beta}} {
		if !(option.value >= 0) || math.IsInf(option.value, 1) {
			return nil, fmt.Errorf("%s is %v; want a positive finite standard deviation", option.name, option.value)
		}
	}
	points, err := readTable(path, options.AsIs)
	if err != nil {
		return nil, err
	}
	if !options.AsIs {
		if err := misread(points); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	read, warnings := originOf(points, options.Standardise)
	if options.Standardise {
		standardise(points)
	}
	n, d := points.Dims()
	// Evidence begins with a few hundred draws, in several forms.
	if err := memory.Need(path, 8*(tableCopies*float64(n)+1500)*float64(d)); err != nil {
		return nil, err
	}
	measurement, err := Measurement(op, d, 1)
	if err != nil {
		return nil, err
	}
	bandwidth := options.Bandwidth
	if bandwidth == 0 {
		bandwidth, err = suggest(spreadOf(points))
		if err != nil {
			return nil, fmt.Errorf("%s: the points have %w bandwidth; set it", path, err)
		}
	}
	beta := options.Beta
	if beta == 0 {
		measured := mat.NewDense(n, measurement.Rows(), nil)
		measurement.Forward(measured, points)
		smoothing := bandwidth * frobenius(measurement) / math.Sqrt(float64(measurement.Rows()))
		beta, err = suggest(math.Hypot(spreadOf(measured), smoothing))
		if err != nil {
			return nil, fmt.Errorf("%s: A x has %w beta; set it", op, err)
		}
	}
	if measurement, err = measurement.WithNoise(beta); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%s/%s:beta=%v,bandwidth=%v", path, op, beta, bandwidth)
	if options.Standardise {
		name += ",standardised"
	}
	problem, err := smoothed(name, points, bandwidth, measurement)
	if err != nil {
		return nil, err
	}
	return problem.From(read, warnings...), nil
}

// frobenius returns the root of the sum of the squares of all entries of A. Of an operator
// it asks for some rows at a time.
func frobenius(measurement spec.Linear) float64 {
	m, d := measurement.Rows(), measurement.Dim()
	if m <= written/d {
		return mat.Norm(measurement.A(), 2)
	}
	const batch = 64
	var sum float64
	for lo := 0; lo < m; lo += batch {
		n := min(batch, m-lo)
		units, rows := mat.NewDense(n, m, nil), mat.NewDense(n, d, nil)
		for i := range n {
			units.Set(i, lo+i, 1)
		}
		measurement.Adjoint(rows, units)
		sum += math.Pow(mat.Norm(rows, 2), 2)
	}
	return math.Sqrt(sum)
}

// suggest returns the default deviation for what has the given spread: a tenth of
// it, small enough that points are told apart, large enough that there is something
// to sample. Two digits are enough, and can be read.
func suggest(spread float64) (float64, error) {
	sd, err := strconv.ParseFloat(strconv.FormatFloat(0.1*spread, 'g', 2, 64), 64)
	if err != nil || !(sd > 0) || math.IsInf(sd, 1) {
		return 0, fmt.Errorf("a spread of %v, which suggests no", spread)
	}
	return sd, nil
}

// spreadOf returns the root mean square, over the columns, of the standard
// deviation (divisor n) of a column of x: exactly 0 if its rows are all the same.
func spreadOf(x *mat.Dense) float64 {
	n, d := x.Dims()
	column := make([]float64, n)
	var total float64
	for j := range d {
		mat.Col(column, j, x)
		total += variance(column)
	}
	return math.Sqrt(total / float64(d))
}
