package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"assay/props/problems"
	"assay/spec"
)

// logRateOf returns the logarithm of the exact acceptance rate of rejection sampling at y,
// p(y) (2 pi beta^2)^(m/2): the mean over the prior of exp(-|y - A x|^2/(2 beta^2)) is
// p(y), the mean of the density N(y; A x, beta^2 I), without the constant of that density.
func logRateOf(p *spec.Problem, y []float64) (float64, error) {
	posterior, err := p.Posterior()
	if err != nil {
		return 0, err
	}
	m, err := p.NeedLinear("rejection sampling")
	if err != nil {
		return 0, err
	}
	return posterior.LogEvidence(y) + float64(m.Rows())*math.Log(m.Beta()*math.Sqrt(2*math.Pi)), nil
}

// rateOf returns the rate itself.
func rateOf(p *spec.Problem, y []float64) (float64, error) {
	log, err := logRateOf(p, y)
	return math.Exp(log), err
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
	names := append([]string{}, acceptanceProblems...)
	for m := range growthOutputs {
		names = append(names, fmt.Sprintf("hard:goldreich:n=6,m=%d,beta=0.2", m+1))
	}
	var all waits
	var shares, outputs, logWaits, expected []float64
	for i, name := range names {
		p, err := problems.Parse(name)
		if err != nil {
			return Result{}, err
		}
		for j := range measurements {
			rng := r.stream("acceptance", i*measurements+j)
			y, err := affordable(p, rng)
			if err != nil {
				return Result{}, err
			}
			exact, err := rate(p, y)
			if err != nil {
				return Result{}, err
			}
			w, err := newWait(r, p, y, draws, exact, rng)
			if err != nil {
				return Result{}, err
			}
			all, shares = append(all, w), append(shares, w.share()/w.rate)
			if i >= len(acceptanceProblems) {
				outputs = append(outputs, float64(len(y)))
				logWaits, expected = append(logWaits, -math.Log(w.share())), append(expected, -math.Log(w.rate))
			}
		}
	}
	_, slope := stat.LinearRegression(outputs, logWaits, nil, false)
	_, exact := stat.LinearRegression(outputs, expected, nil, false)
	p := all.p()
	return Result{
		Quantity: "acceptance rate / formula, mean",
		Measured: stat.Mean(shares, nil), Relation: Equals, Bound: 1,
		P: p, Holds: p > r.alpha,
		WouldNotice: fmt.Sprintf("a rate off by a factor of %.3g at all y", all.noticed(r.alpha)),
		Detail: fmt.Sprintf("%d measurements x %d draws; an output more of a hard instance multiplies the proposals by %.3g, by the formula by %.3g",
			len(all), draws, math.Exp(slope), math.Exp(exact)),
	}, nil
}
