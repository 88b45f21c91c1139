package theorems

import (
	"fmt"
	"math"

	"assay/props/problems/hard"
	"assay/reduction"
)

// largeNoise checks the large-noise lemma, [reduction.Instance.SecretShift], by summing over
// all secrets: at random points, and at the point where it is attained for one secret bit
// and one output. It holds at every point, so nothing is left to chance.
func largeNoise(r *run) (Result, error) {
	return largeNoiseWithin(r, func(in *reduction.Instance, sigma float64) float64 { return in.SecretShift(sigma) })
}

func largeNoiseWithin(r *run, bound func(in *reduction.Instance, sigma float64) float64) (Result, error) {
	worst, tightest, cells := 0.0, 0.0, 0
	points := r.of(20, 400)
	where := ""
	see := func(shift, limit float64, what string) {
		// Weights are exponentials of sums of some hundred, correct to 1e-13, and there
		// are up to 64 of them.
		const rounding = 1e-11
		cells++
		if share := shift / limit; shift > limit+rounding && share > worst {
			worst, where = share, what
		} else if shift > 1e3*rounding {
			worst = max(worst, share)
		}
	}
	for i, eps := range []float64{0.3, 0.5, 0.8, 1.2} {
		in, _, err := hard.Parse(fmt.Sprintf("goldreich:n=6,m=6,R=4,eps=%v", eps))
		if err != nil {
			return Result{}, err
		}
		one, _, err := hard.Parse(fmt.Sprintf("identity:n=1,R=4,eps=%v", eps))
		if err != nil {
			return Result{}, err
		}
		all := newImages(in)
		rng := r.stream("large noise", i)
		for decade := -1.0; decade <= 2; decade += 0.25 {
			unscaled := math.Pow(10, decade)
			sigma := unscaled / in.Dials().R
			what := fmt.Sprintf("exceeded at eps %v, sigma %.3g", eps, unscaled)
			x := smoothed(in, points, sigma, rng)
			for row := range points {
				see(secretShift(in, all, x.RawRowView(row), unscaled), bound(in, sigma), what)
			}
			shift := secretShift(one, newImages(one), attained(one, sigma), unscaled)
			see(shift, bound(one, sigma), what)
			if shift > 1e-9 {
				tightest = max(tightest, shift/bound(one, sigma))
			}
		}
		if err := r.ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	holds := where == ""
	detail := fmt.Sprintf("%d points, n = m = 6; attained to %.4f for n = m = 1", cells, tightest)
	if !holds {
		detail = where
	}
	return Result{
		Quantity: "largest shift / tanh(m r/4)", Measured: worst, Relation: AtMost, Bound: 1,
		P: certain(holds), Holds: holds, Certain: true, Detail: detail,
		WouldNotice: smallerBound(worst),
	}, nil
}

// secretShift returns the total variation between the law of the secret given the point x
// (scaled) and given its secret coordinates alone.
func secretShift(in *reduction.Instance, all images, x []float64, sigma float64) float64 {
	R, n, m := in.Dials().R, in.Function().N, in.Function().M
	odds := make([]float64, len(all))
	for s := range odds {
		for i := range n {
			centre := R
			if s>>i&1 == 0 {
				centre = -R
			}
			z := x[i]*R - centre
			odds[s] -= z * z / (2 * (1 + sigma*sigma))
		}
	}
	outputs := make([]float64, m)
	for j := range outputs {
		outputs[j] = x[n+j] * R
	}
	eps := in.Dials().Eps
	return totalVariation(all.secretLaw(eps, sigma, outputs, odds), all.secretLaw(eps, sigma, nil, odds))
}

// attained returns the point at which one output moves the law of one secret bit the most:
// the output at the odd lattice point eps, where the ratio r of the densities is largest,
// and the secret coordinate where the odds against it are exp(r/2).
func attained(in *reduction.Instance, sigma float64) []float64 {
	d := in.Dials()
	width := 1 + sigma*sigma*d.R*d.R
	r := in.LogCosetRatio(sigma)
	return []float64{-r / 2 * width / (2 * d.R) / d.R, d.Eps * width / d.R}
}
