package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems"
	"assay/reduction"
)

// scoreBound is the bound of the statement on the score, sigma scaled.
func scoreBound(in *reduction.Instance, sigma float64) float64 { return in.ScoreBound(sigma) }

// score compares the local rule with the exact score, by enumeration, over the whole dial:
// eps from 0.2 to 1.2, R from 4 to 14, six decades of noise. The mean square error, times
// sigma^2, is to stay below [reduction.Instance.ScoreBound], which is below both bounds (a)
// and (b) of THEORY 3.2.
func score(r *run) (Result, error) { return scoreWithin(r, reduction.Lattice, scoreBound) }

// scoreWithin measures the error of the local rule of an encoding against the bound for
// the lattice with the same dials.
func scoreWithin(r *run, encoding reduction.Encoding, bound func(in *reduction.Instance, sigma float64) float64) (Result, error) {
	bits := r.of(7, 10)
	points := r.of(40, 300)
	var ps []float64
	var worst scoreCell
	tightest, number := 0.0, 0
	for _, eps := range []float64{0.2, 0.4, 0.6, 0.8, 1, 1.2} {
		for _, R := range []float64{4, 6, 8, 10, 14} {
			name := fmt.Sprintf("goldreich:n=%d,m=%[1]d,R=%v,eps=%v", bits, R, eps)
			lattice, _, err := problems.Hard(name)
			if err != nil {
				return Result{}, err
			}
			in, _, err := problems.Hard(name + ",encoding=" + string(encoding))
			if err != nil {
				return Result{}, err
			}
			exact, err := in.Enumerate()
			if err != nil {
				return Result{}, err
			}
			for decade := -3.0; decade <= 3; decade += 0.5 {
				sigma := math.Pow(10, decade) / R
				cell := scoreCell{R: R, eps: eps, sigma: sigma, bound: bound(lattice, sigma)}
				rng := r.stream("score", number)
				ps = append(ps, cell.measure(in, exact, smoothed(in, points, sigma, rng)))
				number++
				if cell.error > worst.error {
					worst = cell
				}
				if cell.error > 1e-15 {
					tightest = max(tightest, cell.error/cell.bound)
				}
			}
			if err := r.ctx.Err(); err != nil {
				return Result{}, err
			}
		}
	}
	p := combined(ps)
	return Result{
		Quantity: "largest sigma^2 E|s^ - s|^2",
		Measured: worst.error, Relation: AtMost, Bound: worst.bound,
		P: p, Holds: p > r.alpha,
		Detail: fmt.Sprintf("%d cells of (R, eps, sigma) x %d points, n = m = %d; largest at R %v, eps %v, sigma %.2g; elsewhere up to %.0f %% of the bound used",
			len(ps), points, bits, worst.R, worst.eps, worst.sigma*worst.R, 100*tightest),
	}, nil
}

// scoreCell is one setting of the dials, and the mean square error there, times sigma^2.
type scoreCell struct {
	R, eps, sigma float64
	error, bound  float64
}

// measure returns the p-value of the claim that the mean is at most the bound. The error
// at one point is at most that of a posterior that is wrong altogether, which makes the
// points numbers in [0, 1] for [meanAtMost].
func (c *scoreCell) measure(in *reduction.Instance, exact *reduction.Exact, x *mat.Dense) float64 {
	points, d := x.Dims()
	local, full := mat.NewDense(points, d, nil), mat.NewDense(points, d, nil)
	in.Denoise(local, x, c.sigma)
	exact.Denoise(full, x, c.sigma)
	n, m := float64(in.Function().N), float64(in.Function().M)
	s := c.sigma * c.R
	v := s * s / (1 + s*s)
	output := c.eps // largest difference of the means, unscaled
	if in.Dials().Encoding == reduction.Vertex {
		output = 2 * c.R * v
	}
	largest := (m*output*output + 4*n*c.R*c.R*v*v) / (s * s)
	// Both denoisers are correct to some 1e-14 of the scale of the points, R unscaled.
	rounding := float64(d) * 1e-26 * c.R * c.R / (s * s)
	errors := make([]float64, points)
	for row := range errors {
		square := 0.0
		for i, a := range local.RawRowView(row) {
			e := (a - full.At(row, i)) / c.sigma
			square += e * e
		}
		c.error += square / float64(points)
		errors[row] = max(0, min(1, (square-rounding)/largest))
	}
	return meanAtMost(errors, c.bound/largest)
}
