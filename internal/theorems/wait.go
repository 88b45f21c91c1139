package theorems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/samplers"
	"assay/spec"
)

// wait is how many proposals the rejection sampler examined for its draws at one y, and its
// acceptance rate there by the formula: the waiting time for that many successes.
type wait struct {
	draws, proposals int
	rate             float64
	uniform          float64 // in (0, 1): where in the step of its distribution function it counts
}

// newWait lets the sampler wait for its draws at y, where the formula says the given rate.
func newWait(r *run, p *spec.Problem, y []float64, draws int, rate float64, rng *rand.Rand) (*wait, error) {
	proposals, err := rejectionWait(r.ctx, p, y, draws, rng)
	if err != nil {
		return nil, err
	}
	return &wait{draws, proposals, rate, 1 - rng.Float64()}, nil
}

// rejectionWait returns how many proposals the rejection sampler examines for its draws at y.
func rejectionWait(ctx context.Context, p *spec.Problem, y []float64, draws int, rng *rand.Rand) (int, error) {
	sampler := &samplers.Rejection{Proposal: samplers.Prior(), Max: 1e12}
	err := sampler.Sample(ctx, mat.NewDense(draws, p.Dim(), nil), p, y, rng)
	examined, _ := sampler.Proposals()
	return int(examined), err
}

// share returns the unbiased estimate of the acceptance rate from a waiting time, which at
// least two draws make.
func (w *wait) share() float64 { return float64(w.draws-1) / float64(w.proposals-1) }

// p returns the two-sided p-value of the wait: k successes come within N trials if a
// binomial count of N is at least k, and not before N if one of N - 1 is below k.
func (w *wait) p() float64 {
	early := atLeast(w.draws, w.proposals, w.rate)
	late := atMost(w.draws-1, w.proposals-1, w.rate)
	return min(1, 2*min(early, late))
}

// score returns the wait as a standard normal number, exactly: its distribution function,
// at a uniform point of its step, is uniform. Long waits are positive.
func (w *wait) score() float64 {
	before := atLeast(w.draws, w.proposals-1, w.rate) // P(N < proposals)
	after := atMost(w.draws-1, w.proposals, w.rate)   // P(N > proposals)
	here := max(0, 1-before-after)
	if lower := before + w.uniform*here; lower < 0.5 {
		return normalQuantile(lower)
	}
	return -normalQuantile(after + (1-w.uniform)*here)
}

// normalQuantile returns the standard normal quantile of p > 0, no further out than 37
// deviations, where the tail is no longer a float64.
func normalQuantile(p float64) float64 {
	return distuv.UnitNormal.Quantile(max(p, 1e-300))
}

// waits are those of several y.
type waits []*wait

// p returns a p-value of all of them following the formula: half of it is for a factor
// that they share, by the sum of their scores, and half for one that a single y shows.
func (all waits) p() float64 {
	ps, sum := make([]float64, len(all)), 0.0
	for i, w := range all {
		ps[i] = w.p()
		sum += w.score()
	}
	shared := math.Erfc(math.Abs(sum) / math.Sqrt(2*float64(len(all))))
	return combined([]float64{shared, combined(ps)})
}

// noticed returns the factor, above 1, by which all rates together would have to be off for
// the sum of the scores to notice it nine times in ten at the given p-value, in whichever
// direction takes more. Waits are taken for those of small rates, Gamma(k)/rate: others vary
// less, and less would be noticed.
func (all waits) noticed(p float64) float64 {
	draws := 0
	for i, w := range all {
		if i == 0 || w.draws < draws {
			draws = w.draws
		}
	}
	limit := -normalQuantile(p / 4) // half of p, two sides
	power := func(factor float64) float64 {
		mean, deviation := shiftedScore(draws, factor)
		n := math.Sqrt(float64(len(all)))
		return math.Erfc((limit-n*math.Abs(mean))/(deviation*math.Sqrt2)) / 2
	}
	return max(leastNoticed(power), leastNoticed(func(factor float64) float64 { return power(1 / factor) }))
}

// shiftedScore returns the mean and the deviation of the score of a wait for some draws
// where the rate is the formula's times a factor, at 200 quantiles of the wait.
func shiftedScore(draws int, factor float64) (mean, deviation float64) {
	const quantiles = 200
	k, squares := float64(draws), 0.0
	for i := range quantiles {
		x := mathext.GammaIncRegInv(k, (float64(i)+0.5)/quantiles) / factor
		z := 0.0
		if lower := mathext.GammaIncReg(k, x); lower < 0.5 {
			z = normalQuantile(lower)
		} else {
			z = -normalQuantile(mathext.GammaIncRegComp(k, x))
		}
		mean += z / quantiles
		squares += z * z / quantiles
	}
	return mean, math.Sqrt(squares - mean*mean)
}

// leastNoticed returns the least factor above 1 of which the power, which grows with it, is
// nine tenths; infinity if that of 1000 is less.
func leastNoticed(power func(factor float64) float64) float64 {
	if power(1000) < 0.9 {
		return math.Inf(1)
	}
	return math.Exp(bisect(0, math.Log(1000), func(log float64) bool { return power(math.Exp(log)) < 0.9 }))
}

// leastRate is the acceptance rate below which a y is passed over, for time; that of the
// others is tested given y, which the choice does not touch.
const leastRate = 3e-4

// affordable draws a y whose acceptance rate is at least [leastRate].
func affordable(p *spec.Problem, rng *rand.Rand) (y []float64, err error) {
	x := make([]float64, p.Dim())
	y = make([]float64, p.Rows())
	for range 1000 {
		p.Draw(x, y, rng)
		rate, err := rateOf(p, y)
		if err != nil {
			return nil, err
		}
		if rate >= leastRate {
			return y, nil
		}
	}
	return nil, fmt.Errorf("rejection sampling on %s accepts less than %v at each of 1000 measurements", p.Name(), leastRate)
}
