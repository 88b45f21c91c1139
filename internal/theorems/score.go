package theorems

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"assay/props/problems/hard"
	"assay/reduction"
)

// scoreBoundOf is a bound on sigma^2 E|s^ - s|^2, sigma scaled.
type scoreBoundOf func(in *reduction.Instance, sigma float64) float64

// scoreBound is that of the statement on the score.
func scoreBound(in *reduction.Instance, sigma float64) float64 { return in.ScoreBound(sigma) }

// score compares the local rule with the exact score, by enumeration, over the whole dial:
// eps from 0.2 to 1.2, R from 4 to 14, six decades of noise. The mean square error, times
// sigma^2, is to stay below [reduction.Instance.ScoreBound], which is below both bounds (a)
// and (b), [reduction.Instance.ScoreBoundSigns] and [reduction.Instance.ScoreBoundSmooth].
func score(r *run) (Result, error) { return scoreWithin(r, reduction.Lattice, scoreBound) }

// scoreWithin measures the error of the local rule of an encoding against the bound for
// the lattice with the same dials.
func scoreWithin(r *run, encoding reduction.Encoding, bound scoreBoundOf) (Result, error) {
	bits := r.of(7, 10)
	points := r.of(40, 300)
	var ps []float64
	var cells []scoreCell
	tightest, clear := scoreCell{bound: 1}, 0
	for _, eps := range []float64{0.2, 0.4, 0.6, 0.8, 1, 1.2} {
		for _, R := range []float64{4, 6, 8, 10, 14} {
			name := fmt.Sprintf("goldreich:n=%d,m=%[1]d,R=%v,eps=%v", bits, R, eps)
			lattice, _, err := hard.Parse(name)
			if err != nil {
				return Result{}, err
			}
			pair, err := newRules(name + ",encoding=" + string(encoding))
			if err != nil {
				return Result{}, err
			}
			for decade := -3.0; decade <= 3; decade += 0.5 {
				sigma := math.Pow(10, decade)
				cell := scoreCell{rules: pair, sigma: sigma, bound: bound(lattice, sigma/R)}
				p, err := cell.measure(points, r.stream("score", len(ps)))
				if err != nil {
					return Result{}, err
				}
				ps, cells = append(ps, p), append(cells, cell)
				if cell.clear() {
					clear++
					if cell.error/cell.bound > tightest.error/tightest.bound {
						tightest = cell
					}
				}
			}
			if err := r.ctx.Err(); err != nil {
				return Result{}, err
			}
		}
	}
	used, err := oneBit(bound)
	if err != nil {
		return Result{}, err
	}
	p := combined(ps)
	where := "nothing is seen above rounding"
	if clear > 0 {
		d := tightest.local.Dials()
		where = fmt.Sprintf("shown where the most of the bound is used: R %v, eps %v, sigma %.2g; of %d cells where the error is clearly seen", d.R, d.Eps, tightest.sigma, clear)
	}
	return Result{
		Quantity: "sigma^2 E|s^ - s|^2",
		Measured: tightest.error, Relation: AtMost, Bound: tightest.bound,
		P: p, Holds: p > r.alpha && slices.Max(used) <= 1+1e-3,
		WouldNotice: fmt.Sprintf("a bound that is %.3g times smaller; where a single one of its terms counts, %.3g times",
			noticedFactor(func(factor float64) bool { return refutes(cells, factor, r.alpha) }), 1/slices.Min(used)),
		Notes: []string{fmt.Sprintf("of one bit, by summation: %.2g, %.2g, %.2g and %.2g of the bound where step, smoothness, sign and middle count",
			used[0], used[1], used[2], used[3])},
		Detail: fmt.Sprintf("%d cells of (R, eps, sigma) x %d points, half with a wrong sign, n = m = %d; %s", len(ps), points, bits, where),
	}, nil
}

// refutes reports whether what was seen refutes bounds that are smaller by a factor.
func refutes(cells []scoreCell, factor, alpha float64) bool {
	for i := range cells {
		if c := &cells[i]; c.pOf(c.bound/factor)*float64(len(cells)) <= alpha {
			return true
		}
	}
	return false
}

// rules are the local rule and the exact one of a hard instance.
type rules struct {
	name  string
	local *reduction.Instance
	exact *reduction.Exact
}

func newRules(name string) (*rules, error) {
	in, _, err := hard.Parse(name)
	if err != nil {
		return nil, err
	}
	exact, err := in.Enumerate()
	if err != nil {
		return nil, err
	}
	return &rules{name, in, exact}, nil
}

// scoreCell is one setting of the dials, and the mean square error there, times sigma^2: of
// the local rule, or of an approximation to it if there is one.
type scoreCell struct {
	*rules
	approximation func(dst, x *mat.Dense)
	sigma         float64 // unscaled
	bound         float64
	error         float64 // the estimate
	deviation     float64 // its standard error
	fromRounding  float64
	shares        []float64 // of the largest possible error, at each point
	largest       float64
}

// pOf returns the p-value of the claim that the mean error is at most a bound.
func (c *scoreCell) pOf(bound float64) float64 { return meanAtMost(c.shares, bound/c.largest) }

// clear reports whether the error was estimated well enough to be shown beside its bound.
func (c *scoreCell) clear() bool {
	return c.error > 4*c.deviation && c.error > 100*c.fromRounding && c.error > 0
}

// measure estimates the mean error and returns the p-value of the claim that it is at most
// the bound. The error at a point is at most that of a posterior that is wrong altogether,
// and its weight at most 2, which makes the products numbers in [0, 1] for [meanAtMost].
func (c *scoreCell) measure(points int, rng *rand.Rand) (p float64, err error) {
	law, err := newCrossing(c.name, c.sigma)
	if err != nil {
		return 0, err
	}
	d, dials := c.local.Dim(), c.local.Dials()
	x, weights := mat.NewDense(points, d, nil), make([]float64, points)
	for row := range weights {
		weights[row] = law.draw(x.RawRowView(row), rng)
	}
	local, full := mat.NewDense(points, d, nil), mat.NewDense(points, d, nil)
	if c.approximation != nil {
		c.approximation(local, x)
	} else {
		c.local.Denoise(local, x, c.sigma/dials.R)
	}
	c.exact.Denoise(full, x, c.sigma/dials.R)

	// Approximations too are within eps of mu, and their tanh within 1 of 0 ([relu.Certify]).
	v := c.sigma * c.sigma / (1 + c.sigma*c.sigma)
	output := dials.Eps // largest difference of the means, unscaled
	if dials.Encoding == reduction.Vertex {
		output = 2 * dials.R * v
	}
	n, m := float64(c.local.Function().N), float64(c.local.Function().M)
	c.largest = 2 * (m*output*output + 4*n*dials.R*dials.R*v*v) / (c.sigma * c.sigma)
	// Both denoisers are correct to some 1e-14 of the scale of the points, R unscaled.
	c.fromRounding = float64(d) * 1e-26 * dials.R * dials.R / (c.sigma * c.sigma)
	errors := make([]float64, points)
	c.shares = make([]float64, points)
	for row, w := range weights {
		for i, a := range local.RawRowView(row) {
			e := (a - full.At(row, i)) * dials.R / c.sigma
			errors[row] += e * e
		}
		c.shares[row] = max(0, min(1, w*(errors[row]-c.fromRounding)/c.largest))
		errors[row] *= w
	}
	c.error, c.deviation = stat.MeanStdDev(errors, nil)
	c.deviation /= math.Sqrt(float64(points))
	return c.pOf(c.bound), nil
}

// number writes a number for a name, to the last digit.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
