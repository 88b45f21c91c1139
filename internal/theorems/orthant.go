package theorems

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems/hard"
	"assay/reduction"
)

// orthantCells are where the orthant lemma is checked: R by the noise that blurs it,
// unscaled, so that a wrong sign is anything from likely to invisible. With two secret bits n and
// n - 1 are far apart, 1 - (1 - Q)^2 and Q.
var orthantCells = []struct {
	function      string
	R, eps, sigma float64
}{
	{"goldreich:n=8,m=8", 4, 0.4, 0.1}, {"goldreich:n=8,m=8", 4, 0.4, 1}, {"goldreich:n=8,m=8", 4, 1.2, 2}, {"goldreich:n=8,m=8", 4, 0.4, 8},
	{"goldreich:n=8,m=8", 6, 0.3, 3}, {"goldreich:n=8,m=8", 10, 0.4, 5}, {"goldreich:n=8,m=8", 10, 1, 10}, {"goldreich:n=8,m=8", 14, 0.4, 50},
	{"identity:n=2", 4, 0.4, 8}, {"identity:n=2", 4, 1.2, 4}, {"linear:n=2,m=1", 6, 0.4, 10}, {"linear:n=3,m=2", 10, 0.4, 1e3},
}

// orthant checks the orthant lemma: the posterior probability of secrets other than the
// signs of the point has mean 1 - (1 - Q(R/sqrt(1+s^2)))^n exactly, [reduction.Instance.WrongSign],
// at most n Q(R/sqrt(1+s^2)).
func orthant(r *run) (Result, error) {
	return orthantWithin(r, func(in *reduction.Instance, sigma float64) float64 { return in.WrongSign(sigma) })
}

// A probability W in [0, 1] whose mean is in question is replaced by a coin that shows
// heads with probability W: the coins are a binomial sample of that mean, exactly.
func orthantWithin(r *run, mean func(in *reduction.Instance, sigma float64) float64) (Result, error) {
	points := r.of(1500, 10000)
	var ps []float64
	var sum, expected, union float64
	alpha := r.alpha / float64(len(orthantCells))
	noticed, fewer := math.Inf(1), 0.0
	for i, d := range orthantCells {
		in, _, err := hard.Parse(fmt.Sprintf("%s,R=%v,eps=%v", d.function, d.R, d.eps))
		if err != nil {
			return Result{}, err
		}
		exact, err := in.Enumerate()
		if err != nil {
			return Result{}, err
		}
		sigma := d.sigma / d.R
		rng := r.stream("orthant", i)
		x := smoothed(in, points, sigma, rng)
		heads := 0
		for row := range points {
			w := exact.WrongSecret(x.RawRowView(row), sigma)
			sum += w
			if rng.Float64() < w {
				heads++
			}
		}
		q := mean(in, sigma)
		ps = append(ps, equal(heads, points, q))
		expected += q * float64(points)
		if q > 0.01 {
			shift := noticedShift(points, q, alpha)
			noticed = min(noticed, shift/q)
			without := -math.Expm1(math.Log1p(-q) * (1 - 1/float64(in.Function().N)))
			fewer = max(fewer, (q-without)/shift)
		}
		union += float64(in.Function().N) * math.Erfc(d.R/math.Hypot(1, d.sigma)/math.Sqrt2) / 2 * float64(points)
		if err := r.ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	p, all := combined(ps), float64(points*len(orthantCells))
	return Result{
		Quantity: "mean posterior probability of other secrets",
		Measured: sum / all, Relation: Equals, Bound: expected / all,
		P: p, Holds: p > r.alpha,
		WouldNotice: fmt.Sprintf("a mean that is wrong by %.2g %% of it; n - 1 for n bits, by %.2g times what it takes", 100*noticed, fewer),
		Detail:      fmt.Sprintf("%d settings x %d points, n = 2, 3 and 8; the bound n Q alone would be %.3g", len(orthantCells), points, union/all),
	}, nil
}

// smoothed returns points of the prior, smoothed by sigma (scaled).
func smoothed(in *reduction.Instance, points int, sigma float64, rng *rand.Rand) *mat.Dense {
	x := mat.NewDense(points, in.Dim(), nil)
	in.Sample(x, rng)
	x.Apply(func(_, _ int, v float64) float64 { return v + sigma*rng.NormFloat64() }, x)
	return x
}
