package mutants

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Measured is a distance between the joint law of (x, y) and that of (draw, y), by
// samples.
type Measured struct {
	// W1 is the largest 1-Wasserstein distance of the two along a line, in deviations of
	// the truth along it, over these lines in R^(d+m): the coordinates of x, each less
	// its linear regression on y, and 32 random ones.
	W1 float64
	// Floor is the same between two samples of the truth: a W1 of the size of it means
	// nothing.
	Floor float64
}

// Measure estimates how far off the mutant is from the given number of calls of three
// draws, of which it looks at one chosen at random: for mutants whose law is not known
// (see Error). There must be more calls than numbers in y. It is an error if the mutant
// fails.
func (m Mutant) Measure(ctx context.Context, calls int, rng *rand.Rand) (Measured, error) {
	const rows = 3
	d, k := m.Problem.Dim(), m.Problem.Rows()
	var samples [3]*mat.Dense // truth, draws, another truth
	for s := range samples {
		samples[s] = mat.NewDense(calls, d+k, nil)
	}
	draws := mat.NewDense(rows, d, nil)
	for i := range calls {
		for _, s := range []int{0, 2} {
			row := samples[s].RawRowView(i)
			m.Problem.Draw(row[:d], row[d:], rng)
		}
		y := samples[0].RawRowView(i)[d:]
		if err := m.Sampler.Sample(ctx, draws, m.Problem, slices.Clone(y), rng); err != nil {
			return Measured{}, err
		}
		row := samples[1].RawRowView(i)
		copy(row[:d], draws.RawRowView(rng.IntN(rows)))
		copy(row[d:], y)
	}
	var scale []float64
	for j := range d + k {
		scale = append(scale, stat.StdDev(mat.Col(nil, j, samples[0]), nil))
	}
	regression, err := regress(samples[0], d)
	if err != nil {
		return Measured{}, err
	}
	var all Measured
	for t := range 2*d + 32 {
		direction := mat.NewVecDense(d+k, nil)
		switch {
		case t < d:
			direction.SetVec(t, 1)
		case t < 2*d:
			direction.SetVec(t-d, 1)
			for j := range k {
				direction.SetVec(d+j, -regression.At(j, t-d))
			}
		default:
			for j := range d + k {
				direction.SetVec(j, rng.NormFloat64()/scale[j])
			}
		}
		var along [3][]float64
		for s := range samples {
			var v mat.VecDense
			v.MulVec(samples[s], direction)
			along[s] = v.RawVector().Data
		}
		unit := stat.StdDev(along[0], nil)
		for s := range along {
			slices.Sort(along[s])
		}
		all.W1 = max(all.W1, apart(along[0], along[1])/unit)
		all.Floor = max(all.Floor, apart(along[0], along[2])/unit)
	}
	return all, nil
}

// regress returns the coefficients (m x d) of the least-squares regression of the first d
// columns of the rows on the others. There are more rows than columns.
func regress(rows *mat.Dense, d int) (*mat.Dense, error) {
	n, c := rows.Dims()
	centred := mat.DenseCopyOf(rows)
	for j := range c {
		column := mat.Col(nil, j, rows)
		mean := stat.Mean(column, nil)
		for i := range n {
			centred.Set(i, j, column[i]-mean)
		}
	}
	var coefficients mat.Dense
	err := coefficients.Solve(centred.Slice(0, n, d, c), centred.Slice(0, n, 0, d))
	if err != nil {
		err = fmt.Errorf("measure: the regression of x on y: %w", err)
	}
	return &coefficients, err
}

// apart returns the 1-Wasserstein distance of two sorted samples of one size.
func apart(a, b []float64) (sum float64) {
	for i := range a {
		sum += math.Abs(a[i] - b[i])
	}
	return sum / float64(len(a))
}
