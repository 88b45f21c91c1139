package theorems

import (
	"fmt"
	"math"

	"assay/props/problems/hard"
	"assay/reduction"
)

// logRatioBound is the bound of the lemma on the two cosets, sigma in scaled units.
func logRatioBound(in *reduction.Instance, sigma float64) float64 { return in.LogCosetRatio(sigma) }

// smoothing checks the lemma on smoothing a discretised Gaussian (see
// [reduction.Instance.LogCosetRatio]) on a grid: spacings from 0.2 to 1.2, six decades of
// noise, a period of x and points far out. Nothing is random.
func smoothing(r *run) (Result, error) { return smoothingWithin(r, logRatioBound) }

func smoothingWithin(r *run, bound func(in *reduction.Instance, sigma float64) float64) (Result, error) {
	points := r.of(33, 257)
	worst, loosest := 0.0, 1.0
	cells, where := 0, ""
	excess := 0.0
	for eps := 0.2; eps < 1.21; eps += 0.1 {
		in, _, err := hard.Parse(fmt.Sprintf("identity:n=1,R=1,eps=%v", eps))
		if err != nil {
			return Result{}, err
		}
		for decade := -3.0; decade <= 3; decade += 0.25 {
			sigma := math.Pow(10, decade)
			limit := bound(in, sigma)
			largest, rounding := largestLogRatio(eps, sigma, points)
			cells++
			if over := largest - limit - rounding; over > excess {
				excess, where = over, fmt.Sprintf("exceeded at eps %.2g, sigma %.3g", eps, sigma)
			}
			if limit > 1e4*rounding {
				worst, loosest = max(worst, (largest-rounding)/limit), min(loosest, largest/limit)
			}
		}
		if err := r.ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	holds, detail := excess == 0, fmt.Sprintf("%d pairs of eps and sigma x %d points; uses at least %.1f %% of the bound everywhere it exceeds rounding", cells, points, 100*loosest)
	if !holds {
		detail = where
	}
	return Result{
		Quantity: "largest |log g_1/g_0| / r", Measured: worst, Relation: AtMost, Bound: 1,
		P: certain(holds), Holds: holds, Certain: true, Detail: detail,
		WouldNotice: smallerBound(worst),
	}, nil
}

// largestLogRatio returns the largest |log g_1/g_0| over points of mu = x/(1+sigma^2)
// from -2 eps to 2 eps, those of the lattice among them, and further ones out to 8 standard
// deviations; and a bound on its rounding. Each density is the sum of terms correct to
// some 1e-15 of their logarithms, which reach x^2 (1+sigma^2)/(2 sigma^2).
func largestLogRatio(eps, sigma float64, points int) (largest, rounding float64) {
	width := 1 + sigma*sigma
	at := func(x float64) {
		zero, one := logCoset(0, eps, x, sigma), logCoset(1, eps, x, sigma)
		largest = max(largest, math.Abs(one-zero))
		rounding = max(rounding, 1e-14*(1+math.Abs(zero)+math.Abs(one)+x*x/(sigma*sigma)))
	}
	for i := range points {
		part := 2*float64(i)/float64(points-1) - 1
		at(2 * part * eps * width)
		at(8 * part * math.Sqrt(width))
	}
	return largest, rounding
}

// smallerBound says which part of a bound would have been exceeded by what used most of it.
func smallerBound(used float64) string {
	return fmt.Sprintf("a bound that is smaller by %.2g %%", 100*max(1-used, 1e-12))
}

// certain returns the p-value of a claim that nothing random enters.
func certain(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}
