package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"assay/props/problems/hard"
	"assay/reduction"
)

// log2Dimensions are the k of the dimensions d = 2^k, with n = m, at which the dials of C = 10 are fitted: from
// where eps/beta begins to grow.
const leastLog2, mostLog2 = 8, 30

// noise checks that the measurement noise of [reduction.Parameters] is that of Theorem 1.7, beta/R =
// Theta(1/log^2 d): the exponent of log d is fitted from d = 2^8 to 2^30, and between d and d^2 for every d; and that
// the slack of the reduction at tau = 1/10 stays below 1/10 all the way.
//
// R is on a grid of 1/2, of 17 or more, and its optimum is flat: eps/R is so moved by 3 % at most, which comes to 0.05
// in an exponent where log d doubles. An exponent may be wrong by twice that.
func noise(r *run) (Result, error) { return noiseOf(r, func(d *reduction.Dials, _ int) {}) }

const exponentSlack = 0.1

// noiseOf is noise with the dials for d turned.
func noiseOf(r *run, turn func(dials *reduction.Dials, d int)) (Result, error) {
	const C, want = 10, 2
	logs, betas := map[int]float64{}, map[int]float64{}
	var x, y []float64
	slack, allowed := 0.0, math.Inf(1)
	for k := leastLog2; k <= mostLog2; k++ {
		n := 1 << (k - 1)
		dials, err := reduction.Parameters(n, n, C)
		if err != nil {
			return Result{}, err
		}
		turn(&dials, 2*n)
		logs[k], betas[k] = math.Log(float64(k)), -math.Log(dials.Beta/dials.R)
		x, y = append(x, logs[k]), append(y, betas[k])
		slack = max(slack, dials.Slack(n, n, dials.R*tenth))
		allowed = min(allowed, dials.Eps/dials.Beta)
		if err := r.ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	_, exponent := stat.LinearRegression(x, y, nil, false)
	low, high := math.Inf(1), math.Inf(-1)
	for k := leastLog2; 2*k <= mostLog2; k++ {
		local := (betas[2*k] - betas[k]) / (logs[2*k] - logs[k])
		low, high = min(low, local), max(high, local)
	}
	holds := slack <= tenth && math.Abs(exponent-want) <= exponentSlack && low >= want-exponentSlack && high <= want+exponentSlack
	return Result{
		Quantity: "exponent of 1/log d in beta/R", Measured: exponent, Relation: Equals, Bound: want,
		P: certain(holds), Holds: holds, Certain: true,
		WouldNotice: fmt.Sprintf("an exponent that is wrong by %.2g, between d and d^2 too, or a slack above %v", exponentSlack, tenth),
		Detail:      fmt.Sprintf("C = 10, d = 2^%d to 2^%d, n = m; eps/beta grows from %.3g, as log d", leastLog2, mostLog2, allowed),
		Notes: []string{
			fmt.Sprintf("beta/R as log d to the -%.3f; between d and d^2 from -%.3f to -%.3f", exponent, low, high),
			fmt.Sprintf("the slack at tau = 1/10 is at most %.2g", slack),
		},
	}, nil
}

// tenth is tau and delta of Theorem 1.7, of which the prior is in scaled units.
const tenth = 0.1

// oneTenth checks the instance of Theorem 1.7: whoever is a (1/10, 1/10)-posterior sampler, Definition 1.5, of the
// prior that is certified for C = 10, inverts the function with a probability that is bounded below. In the joint form
// delta is 1 - (1 - 1/10)^2, and a secret coordinate is moved by a tenth of its distance from zero: the
// probability is (1 - 1/10)^2 - slack(R/10). It is computed for functions of all sizes; and samplers that are spoilt as
// much as they may be are run.
func oneTenth(r *run) (Result, error) {
	return oneTenthWith(r, tenth, tenth, func(*reduction.Dials, int) {})
}

func oneTenthWith(r *run, tau, delta float64, turn func(dials *reduction.Dials, d int)) (Result, error) {
	const C, least = 10, (1-tenth)*(1-tenth) - tenth
	inversion := func(d reduction.Dials, n, m int) float64 {
		return (1-delta)*(1-delta) - d.Slack(n, m, d.R*tau)
	}
	worst := 1.0
	result := Result{Quantity: "probability that a sampler inverts", Relation: AtLeast, Bound: least}
	for _, name := range []string{"goldreich:n=64,m=64", "aes128", "sha256"} {
		in, _, err := hard.Parse(name)
		if err != nil {
			return Result{}, err
		}
		n, m := in.Function().N, in.Function().M
		dials, err := reduction.Parameters(n, m, C)
		if err != nil {
			return Result{}, err
		}
		turn(&dials, n+m)
		p := inversion(dials, n, m)
		worst = min(worst, p)
		result.Notes = append(result.Notes, fmt.Sprintf("%s: tau R = %.3g of R = %v: probability at least %.6f", name, tau*dials.R, dials.R, p))
	}
	for k := 5; k <= mostLog2; k += 5 {
		n := 1 << (k - 1)
		dials, err := reduction.Parameters(n, n, C)
		if err != nil {
			return Result{}, err
		}
		turn(&dials, 2*n)
		worst = min(worst, inversion(dials, n, n))
	}
	targets := r.of(2000, 20000)
	var ps []float64
	var failed, all int
	for i, function := range []string{"identity:n=8", "goldreich:n=8,m=8"} {
		dials, err := reduction.Parameters(8, 8, C)
		if err != nil {
			return Result{}, err
		}
		p := plant{function: function, R: dials.R, eps: dials.Eps, noise: dials.Eps / dials.Beta, tau: tau * dials.R, delta: 1 - (1-delta)*(1-delta)}
		in, k, err := p.measure(r, 1000+i, targets)
		if err != nil {
			return Result{}, err
		}
		ps = append(ps, atLeast(k, targets, failureBound(in, p.tau, p.delta)), atMost(k, targets, p.seen(in)))
		failed, all = failed+k, all+targets
	}
	p := combined(ps)
	result.Measured, result.P = worst, p
	result.Holds = worst >= least && p > r.alpha
	allowed := 1 - (1-delta)*(1-delta)
	result.WouldNotice = fmt.Sprintf("a probability that is smaller by %.2g; a sampler at its tolerance that fails more often by %.2g",
		worst-least, noticedAbove(targets, allowed, r.alpha/float64(len(ps)))-allowed)
	result.Detail = fmt.Sprintf("up to d = 2^%d; samplers spoilt by (1/10, 1/10) invert %.4f of %d targets, n = 8", mostLog2, 1-float64(failed)/float64(all), all)
	return result, nil
}
