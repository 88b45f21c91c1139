package theorems

import (
	"fmt"
	"math"
	"slices"

	"assay/props/problems/hard"
)

// proposalBound returns (2/delta) (sqrt(2e (lambda + beta^2)) / (beta sqrt(delta)))^m, as a
// natural logarithm: for y measured in m numbers, of mean square at most
// m (lambda + beta^2), the mean number of proposals a draw is at most that, except with
// probability delta over y. It is the bound (O(1)/(beta sqrt(delta)))^m of Theorem 1.6 with
// a constant, which is ours, and with the factor 2/delta, which the theorem counts among
// poly(d), its delta being no smaller than an inverse polynomial: see [growthInDelta].
//
// Proof. By Markov |y|^2 <= rho^2 = 2 m (lambda + beta^2)/delta, but for delta/2. On that
// ball, the y of density at most c have probability at most c Vol(rho), which is delta/2 for
// c = delta/(2 Vol(rho)). Elsewhere the number of proposals, 1/(p(y) (2 pi beta^2)^(m/2)), is
// at most (2/delta) Vol(rho)/(2 pi beta^2)^(m/2), and Vol(rho) = pi^(m/2) rho^m / Gamma(m/2 + 1)
// <= (2 pi e rho^2/m)^(m/2).
func proposalBound(m int, lambda, beta, delta float64) float64 {
	return math.Log(2/delta) + float64(m)*math.Log(math.Sqrt(2*math.E*(lambda+beta*beta)/delta)/beta)
}

// outputCounts, noises and shares are where the number of proposals is looked at: two
// decades of beta and of delta, the ends included.
var (
	outputCounts = []int{1, 2, 4, 8}
	noises       = []float64{0.1, 0.03, 0.01, 0.003, 0.001}
	shares       = []float64{1e-2, 3e-3, 1e-3, 3e-4, 1e-4}
)

// proposals checks proposalBound against the exact quantile over y of the number of
// proposals, for laws of which each needs a part of it (see [growthInDelta]) and for the
// hard prior.
func proposals(r *run) (Result, error) { return proposalsWithin(r, proposalBound) }

func proposalsWithin(r *run, bound func(m int, lambda, beta, delta float64) float64) (Result, error) {
	result := Result{Relation: AtMost, Bound: 1, Measured: math.Inf(-1), Holds: true, Certain: true}
	leastNoise, leastShare := noises[len(noises)-1], shares[len(shares)-1]
	count, corner := 0, 0.0 // the part used where both are least
	use := func(what string, m int, lambda, beta, delta, log float64) {
		count++
		part := math.Exp((log - bound(m, lambda, beta, delta)) / float64(m))
		if beta == leastNoise && delta == leastShare {
			corner = max(corner, part)
		}
		if part > result.Measured {
			result.Measured = part
			result.Detail = fmt.Sprintf("most is used by %s, m = %d, beta = %v, delta = %v: 10^%.2f of 10^%.2f proposals", what, m, beta, delta,
				log/math.Ln10, bound(m, lambda, beta, delta)/math.Ln10)
		}
	}
	for _, m := range outputCounts {
		for _, beta := range noises {
			for _, delta := range shares {
				for _, law := range []radial{normalOutputs(m, beta), rareOutputs(m, beta, delta), heavyOutputs(m, beta, 2.5)} {
					log, err := law.logProposals(delta)
					if err != nil {
						return Result{}, err
					}
					use(law.name, m, law.meanSquare(), beta, delta, log)
				}
			}
		}
	}
	for _, beta := range []float64{0.1, 0.03} {
		law, err := newLatticeOutput(beta)
		if err != nil {
			return Result{}, err
		}
		for _, delta := range shares {
			use("the hard prior", 1, 1+1e-9, beta, delta, law.logProposals(delta)) // of mean square 1, to 1e-10
		}
	}
	result.Quantity = "largest (proposals / bound)^(1/m)"
	result.Holds = result.Measured <= 1
	result.P = certain(result.Holds)
	result.WouldNotice = fmt.Sprintf("a constant %.2f times too small, an exponent of 1/beta of less than %.2f m, or one of 1/sqrt(delta), besides 2/delta, of less than %.2f m",
		1/result.Measured, 1+math.Log(corner)/math.Log(1/leastNoise), 1+math.Log(corner)/math.Log(1/math.Sqrt(leastShare)))
	result.Detail += fmt.Sprintf("; exact quantiles at %d triples of m, beta and delta", count)
	return result, r.ctx.Err()
}

// latticeOutput is the law of one output of the hard prior that takes both parities equally
// often, and of its measurement, on a grid of y as fine as the noise needs.
type latticeOutput struct {
	logRates []float64 // of acceptance, ascending
	masses   []float64 // of the cells of y that have them
}

func newLatticeOutput(beta float64) (*latticeOutput, error) {
	in, name, err := hard.Parse(fmt.Sprintf("identity:n=1,R=1,beta=%v", beta))
	if err != nil {
		return nil, err
	}
	p, err := in.Problem(name)
	if err != nil {
		return nil, err
	}
	type cell struct{ logRate, mass float64 }
	var cells []cell
	step := beta / 20
	for y := -8.0; y < 8; y += step {
		logRate, err := logRateOf(p, []float64{y})
		if err != nil {
			return nil, err
		}
		cells = append(cells, cell{logRate, step * math.Exp(logRate) / (beta * math.Sqrt(2*math.Pi))})
	}
	slices.SortFunc(cells, func(a, b cell) int {
		if a.logRate < b.logRate {
			return -1
		}
		return 1
	})
	l := &latticeOutput{}
	for _, c := range cells {
		l.logRates, l.masses = append(l.logRates, c.logRate), append(l.masses, c.mass)
	}
	return l, nil
}

// logProposals returns the logarithm of the number of proposals that all y but a share
// delta stay within.
func (l *latticeOutput) logProposals(delta float64) float64 {
	sum := 0.0
	for i, mass := range l.masses {
		if sum += mass; sum > delta {
			return -l.logRates[i]
		}
	}
	return -l.logRates[len(l.logRates)-1]
}
