package theorems

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// rateOf returns the exact acceptance rate of rejection sampling at y,
// p(y) (2 pi beta^2)^(m/2): the mean over the prior of exp(-|y - A x|^2/(2 beta^2)) is
// p(y), the mean of the density N(y; A x, beta^2 I), without the constant of that density.
func rateOf(p *spec.Problem, y []float64) (float64, error) {
	posterior, err := p.Posterior()
	if err != nil {
		return 0, err
	}
	m := p.Measurement()
	return math.Exp(posterior.LogEvidence(y) + float64(m.Rows())*math.Log(m.Beta()*math.Sqrt(2*math.Pi))), nil
}

// acceptanceProblems are those whose acceptance rates are measured, besides hard
// instances of 1 to growthOutputs outputs.
var acceptanceProblems = []string{"gauss:d=4,m=1", "gauss:d=4,m=2", "gauss:d=6,m=4", "gauss:d=8,m=8,beta=2", "gmm:d=2,dy=1"}

const growthOutputs = 4

// acceptance checks the acceptance rate of rejection sampling against its formula, and
// that it falls exponentially with the number of measurements.
func acceptance(r *run) (Result, error) { return acceptanceWithin(r, rateOf) }

func acceptanceWithin(r *run, rate func(p *spec.Problem, y []float64) (float64, error)) (Result, error) {
	const measurements = 3
	draws := r.of(100, 2000)
	names := acceptanceProblems
	for m := range growthOutputs {
		names = append(names, fmt.Sprintf("hard:goldreich:n=6,m=%d,beta=0.2", m+1))
	}
	var ps, shares, outputs, waits, expected []float64
	for i, name := range names {
		p, err := problems.Parse(name)
		if err != nil {
			return Result{}, err
		}
		for j := range measurements {
			w, err := newWait(r, p, draws, r.stream("acceptance", i*measurements+j), rate)
			if err != nil {
				return Result{}, err
			}
			ps = append(ps, w.p())
			shares = append(shares, w.share()/w.rate)
			if i >= len(acceptanceProblems) {
				outputs = append(outputs, float64(p.Measurement().Rows()))
				waits, expected = append(waits, -math.Log(w.share())), append(expected, -math.Log(w.rate))
			}
		}
	}
	_, slope := stat.LinearRegression(outputs, waits, nil, false)
	_, exact := stat.LinearRegression(outputs, expected, nil, false)
	p := combined(ps)
	return Result{
		Quantity: "acceptance rate / formula, mean",
		Measured: stat.Mean(shares, nil), Relation: Equals, Bound: 1,
		P: p, Holds: p > r.alpha,
		Detail: fmt.Sprintf("%d measurements x %d draws; an output more of a hard instance multiplies the proposals by %.3g, by the formula by %.3g",
			len(ps), draws, math.Exp(slope), math.Exp(exact)),
	}, nil
}

// wait is how many proposals the rejection sampler examined for its draws at one y, and its
// acceptance rate there by the formula.
type wait struct {
	draws, proposals int
	rate             float64
}

// leastRate is the acceptance rate below which a y is passed over, for time; that of the
// others is tested given y, which the choice does not touch.
const leastRate = 3e-4

// newWait draws a y and lets the sampler wait for its draws.
func newWait(r *run, p *spec.Problem, draws int, rng *rand.Rand, rate func(p *spec.Problem, y []float64) (float64, error)) (*wait, error) {
	x, y := make([]float64, p.Prior().Dim()), make([]float64, p.Measurement().Rows())
	for tries, affordable := 0, 0.0; affordable < leastRate; tries++ {
		if tries == 1000 {
			return nil, fmt.Errorf("rejection sampling on %s accepts less than %v at each of %d measurements", p.Name(), leastRate, tries)
		}
		var err error
		p.Draw(x, y, rng)
		if affordable, err = rateOf(p, y); err != nil {
			return nil, err
		}
	}
	exact, err := rate(p, y)
	if err != nil {
		return nil, err
	}
	sampler := &samplers.Rejection{Proposal: samplers.Prior(), Max: 1e12}
	dst := mat.NewDense(draws, len(x), nil)
	if err := sampler.Sample(r.ctx, dst, p, y, rng); err != nil {
		return nil, err
	}
	return &wait{draws, int(sampler.Stats().Proposals), exact}, nil
}

func (w *wait) share() float64 { return float64(w.draws) / float64(w.proposals) }

// p returns the two-sided p-value of the wait: k successes come within N trials if a
// binomial count of N is at least k, and not before N if one of N - 1 is below k.
func (w *wait) p() float64 {
	early := atLeast(w.draws, w.proposals, w.rate)
	late := atMost(w.draws-1, w.proposals-1, w.rate)
	return min(1, 2*min(early, late))
}

// ProposalBound returns (2/delta) (sqrt(2e (lambda + beta^2)) / (beta sqrt(delta)))^m, as a
// natural logarithm: for y measured in m numbers, of mean square at most
// m (lambda + beta^2), the mean number of proposals a draw is at most that, except with
// probability delta over y. It is the bound (O(1)/(beta sqrt(delta)))^m of Theorem 1.6
// with a constant; ours.
//
// Proof. By Markov |y|^2 <= rho^2 = 2 m (lambda + beta^2)/delta, but for delta/2. On that
// ball, the y of density at most c have probability at most c Vol(rho), which is delta/2 for
// c = delta/(2 Vol(rho)). Elsewhere the number of proposals, 1/(p(y) (2 pi beta^2)^(m/2)), is
// at most (2/delta) Vol(rho)/(2 pi beta^2)^(m/2), and Vol(rho) = pi^(m/2) rho^m / Gamma(m/2 + 1)
// <= (2 pi e rho^2/m)^(m/2).
func ProposalBound(m int, lambda, beta, delta float64) float64 {
	return math.Log(2/delta) + float64(m)*math.Log(math.Sqrt(2*math.E*(lambda+beta*beta)/delta)/beta)
}

// proposals checks [ProposalBound], delta = 0.1, on hard instances, whose outputs have mean
// square 1 (unscaled, to 1e-10: the Poisson sum again), so that lambda = 1.
func proposals(r *run) (Result, error) { return proposalsWithin(r, ProposalBound) }

func proposalsWithin(r *run, bound func(m int, lambda, beta, delta float64) float64) (Result, error) {
	const delta = 0.1
	count := r.of(300, 5000)
	var ps []float64
	var result Result
	for i, m := range []int{1, 2, 4, 8} {
		p, err := problems.Parse(fmt.Sprintf("hard:goldreich:n=8,m=%d,R=1", m))
		if err != nil {
			return Result{}, err
		}
		rng := r.stream("proposals", i)
		x, y := make([]float64, p.Prior().Dim()), make([]float64, m)
		limit := bound(m, 1+1e-9, p.Measurement().Beta(), delta)
		over, sum := 0, 0.0
		for range count {
			p.Draw(x, y, rng)
			rate, err := rateOf(p, y)
			if err != nil {
				return Result{}, err
			}
			if sum -= math.Log(rate); -math.Log(rate) > limit {
				over++
			}
		}
		ps = append(ps, atLeast(over, count, delta))
		result.Measured, result.Bound = sum/float64(count)/math.Ln10, limit/math.Ln10
		if err := r.ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	p := combined(ps)
	result.Quantity, result.Relation = "mean log10 of proposals a draw, m = 8", AtMost
	result.P, result.Holds = p, p > r.alpha
	result.Detail = fmt.Sprintf("m = 1, 2, 4, 8 x %d measurements, delta = %v, beta = 0.04", count, delta)
	return result, nil
}
