package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// dial is one of the quantities in which the number of proposals grows.
type dial struct {
	name   string    // of what grows
	values []float64 // of it, over two decades
	claim  func(m int) float64
	// law is the problem at a value, and delta the share of y that may take longer.
	law func(m int, value float64) (law radial, delta float64)
	// error is how far the exponent may be off, a derived share of it.
	error float64
	// waits are the values at which the sampler may be asked, and waitLaw is the problem there.
	waits   []float64
	waitLaw func(m int, value float64) (law radial, delta float64)
}

// growthInBeta checks that the quantile over y of the number of proposals grows as
// beta^-m: the bound's exponent is attained, by any law of A x with a density.
func growthInBeta(r *run) (Result, error) {
	result, err := inBeta(func(m int) float64 { return float64(m) }).check(r)
	if err != nil {
		return Result{}, err
	}
	var logs [2]float64
	for i, beta := range []float64{0.1, 0.01} {
		law, err := newLatticeOutput(beta)
		if err != nil {
			return Result{}, err
		}
		logs[i] = law.logProposals(0.1)
	}
	result.Notes = append(result.Notes, fmt.Sprintf(
		"an output of the hard prior, whose law has no density: %.3g proposals at beta = 0.1, %.3g at 0.01 (eps = 0.4): as beta^%.2f",
		math.Exp(logs[0]), math.Exp(logs[1]), -(logs[1]-logs[0])/math.Ln10))
	return result, nil
}

// inBeta is the dial of beta. For normal outputs of variance 1 and for delta = 1/2 the
// quantile is ((1 + beta^2)/beta^2)^(m/2) exp(q/2), q the median of a chi-square of m degrees of
// freedom: the local exponent is m/(1 + beta^2), off by a share of at most beta^2.
func inBeta(claim func(m int) float64) dial {
	law := func(m int, inverse float64) (radial, float64) { return normalOutputs(m, 1/inverse), 0.5 }
	return dial{"1/beta", inverses(noises), claim, law, noises[0] * noises[0], inverses(noises), law}
}

// growthInDelta checks that it grows as (1/sqrt(delta))^(m+2): of the bound
// (2/delta) (C/(beta sqrt(delta)))^m both the factor 1/delta and the power delta^(-m/2) are
// attained, by the law [rareOutputs].
//
// That law depends on delta. One law for all delta, of the tail r^-a, has 1/sqrt(delta) to the
// power 2 + 2m/a: y is beyond r = delta^(-1/a) with probability delta, and has the
// density r^-(m+a) there. a > 2, for the covariance is bounded; so m + 2 is its limit. A
// normal law has 1/delta and powers of log(1/delta) only.
func growthInDelta(r *run) (Result, error) {
	d := inDelta(func(m int) float64 { return float64(m) + 2 })
	result, err := d.check(r)
	if err != nil {
		return Result{}, err
	}
	for _, fixed := range []struct {
		what, exponent string
		law            func(m int) radial
	}{
		{"normal", "2, with powers of a logarithm", func(m int) radial { return normalOutputs(m, rareNoise) }},
		{"r^-2.5", "2 + m/1.25", func(m int) radial { return heavyOutputs(m, rareNoise, 2.5) }},
	} {
		d.law = func(m int, root float64) (radial, float64) { return fixed.law(m), 1 / (root * root) }
		note := fmt.Sprintf("one law for all delta, %s (%s):", fixed.what, fixed.exponent)
		for _, m := range outputCounts {
			exponent, err := d.exponent(m)
			if err != nil {
				return Result{}, err
			}
			note += fmt.Sprintf(" %.2f", exponent)
		}
		result.Notes = append(result.Notes, note+" for m = 1, 2, 4, 8")
	}
	return result, nil
}

// rareNoise is the beta of the dial of delta.
const rareNoise = 0.03

// inDelta is the dial of 1/sqrt(delta). At the y that lie furthest out, a share delta and
// half of the wide part of [rareOutputs], the other part has no density to speak of, and the
// quantile is 1/(2 delta) ((1/delta + beta^2)/beta^2)^(m/2) exp(q/2), q as for [inBeta]. The
// local exponent is 2 + m/(1 + delta beta^2), off by a share of at most delta beta^2; the
// other part adds a share exp(-q/(2 delta)), q >= 0.45, below 1e-9 for delta <= 0.01.
func inDelta(claim func(m int) float64) dial {
	law := func(beta float64) func(m int, root float64) (radial, float64) {
		return func(m int, root float64) (radial, float64) {
			delta := 1 / (root * root)
			return rareOutputs(m, beta, delta), delta
		}
	}
	return dial{"1/sqrt(delta)", decades(10, 1000, 9), claim, law(rareNoise), 0.01*rareNoise*rareNoise + 1e-9, decades(3, 100, 7), law(1)}
}

// check fits the exponents, and lets the sampler wait at y on the quantile.
func (d dial) check(r *run) (Result, error) {
	result, err := d.exponents()
	if err != nil {
		return Result{}, err
	}
	all, waited, err := d.wait(r)
	if err != nil {
		return Result{}, err
	}
	result.P = all.p()
	result.Holds = result.Holds && result.P > r.alpha
	result.WouldNotice += fmt.Sprintf("; in the sampler, a rate off by a factor of %.3g", all.noticed(r.alpha))
	result.Notes = append(result.Notes, waited)
	result.Detail += "; p is that of the sampler's waits, whose rates the same formula gives"
	return result, r.ctx.Err()
}

// exponents compares the exponents of exact quantiles with the claim, shown for the largest m.
func (d dial) exponents() (Result, error) {
	result := Result{Relation: Equals, Holds: true}
	share := d.error + 1e-6 // the rounding of the quantiles
	note := "exact quantiles: exponent"
	for _, m := range outputCounts {
		exponent, err := d.exponent(m)
		if err != nil {
			return Result{}, err
		}
		result.Measured, result.Bound = exponent, d.claim(m)
		result.Quantity = fmt.Sprintf("exponent of %s in proposals, m = %d", d.name, m)
		result.Holds = result.Holds && math.Abs(exponent-result.Bound) <= share*result.Bound
		note += fmt.Sprintf(" %.4f", exponent)
	}
	result.Notes = []string{note + " for m = 1, 2, 4, 8"}
	result.WouldNotice = fmt.Sprintf("an exponent off by %.2g of itself", 2*share) // the exact one may be off by a share, to the other side
	result.Detail = fmt.Sprintf("%s from %.3g to %.3g", d.name, d.values[0], d.values[len(d.values)-1])
	return result, nil
}

// exponent returns that of the exact quantiles, by least squares on logarithms.
func (d dial) exponent(m int) (float64, error) {
	var xs, ys []float64
	for _, value := range d.values {
		law, delta := d.law(m, value)
		log, err := law.logProposals(delta)
		if err != nil {
			return 0, err
		}
		xs, ys = append(xs, math.Log(value)), append(ys, log)
	}
	_, exponent := stat.LinearRegression(xs, ys, nil, false)
	return exponent, nil
}

// wait lets the rejection sampler wait for draws at y on the quantile, wherever it expects
// no more proposals than the budget permits, and fits the exponents that it shows.
func (d dial) wait(r *run) (all waits, note string, err error) {
	draws, most := 100, float64(r.of(20_000, 1_000_000))
	note = "the sampler's own waits:"
	for _, m := range []int{1, 2} {
		var values, measured, expected []float64
		for _, value := range d.waits {
			law, delta := d.waitLaw(m, value)
			log, err := law.logProposals(delta)
			if err != nil {
				return nil, "", err
			}
			if math.Exp(log) > most {
				continue
			}
			p, err := law.problem()
			if err != nil {
				return nil, "", err
			}
			w, err := newWait(r, p, law.at(law.radius(delta)), draws, math.Exp(-log), r.stream("growth in "+d.name, len(all)))
			if err != nil {
				return nil, "", err
			}
			all, values = append(all, w), append(values, math.Log(value))
			measured, expected = append(measured, -math.Log(w.share())), append(expected, log)
		}
		_, exponent := stat.LinearRegression(values, measured, nil, false)
		_, exact := stat.LinearRegression(values, expected, nil, false)
		note += fmt.Sprintf(" %.2f for m = %d (exactly %.2f, %s from %.3g to %.3g);", exponent, m, exact, d.name, d.waits[0], math.Exp(values[len(values)-1]))
	}
	return all, fmt.Sprintf("%s %d y x %d draws", note, len(all), draws), nil
}

// inverses returns one over each.
func inverses(values []float64) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = 1 / v
	}
	return all
}

// decades returns n numbers from first to last in geometric progression.
func decades(first, last float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = first * math.Pow(last/first, float64(i)/float64(n-1))
	}
	return all
}
