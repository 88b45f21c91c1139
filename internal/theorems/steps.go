package theorems

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

// leadingError returns the first term of the error of a scheme on the standard normal law, in
// the logarithm of the deviation of its draws, as c h^order: h is the step of the grid, which is
// equally spaced in sigma^(1/7), and the range of sigma wide.
//
// Heun's method takes x' = l x, l = s/(1 + s^2), over a step D of s to the logarithm of its factor
// off by D^3 (l”/12 - l^3/6) = -D^3 s/(2 (1 + s^2)^3), and D = -7 s^(6/7) h: the sum is
// h^2 (49/2) int s^(19/7)/(1 + s^2)^3 ds, a Beta function. An Euler step over D of tau = s^2 from
// the variance w = 1 + tau of the smoothed law leaves D^2/w too much variance, an ancestral one
// D^2/(tau w) too little; what is left of it at the end is its part 1/w^2, and D = -14 s^(13/7) h,
// so that half of it, which the deviation has, sums to h 14 int s^a/(1 + s^2)^3 ds, a = 20/7 and 6/7.
func leadingError(s scheme) float64 {
	integral := func(a float64) float64 { // int_0^inf s^a/(1 + s^2)^3 ds
		return mathext.Beta((a+1)/2, 3-(a+1)/2) / 2
	}
	switch s.name {
	case heunScheme.name:
		return 49. / 2 * integral(19./7)
	case eulerScheme.name:
		return 14 * integral(20./7)
	}
	return 14 * integral(6./7)
}

// stepsFor returns a number of steps that suffices for a total variation of d^-k from the
// standard normal law in R^d, where the noise ranges from N/2 times its deviation down to 2/N of it:
// (c/sqrt(2) d^(k+1/2))^x, x = 7/12 for Heun's method and 7/6 for the others.
//
// The total variation is at most e sqrt(d/2) (Pinsker), e the error of the logarithm of the deviation.
// F = N/2 makes the step of the grid h = (F^(1/7) - F^(-1/7))/(N-1) <= F^(1/7)/N from 20 steps
// on, with room for the terms of higher order: e <= c 2^(-p/7) N^(-p + p/7), p the order and c
// as in [leadingError]. The floor of the range, at most 1/F^2 = 4/N^2, is below that.
func stepsFor(s scheme, d, k float64) int {
	c := leadingError(s) * math.Exp2(-s.order/7)
	return max(20, int(math.Ceil(math.Pow(c/math.Sqrt2*math.Pow(d, k+0.5), 7/(6*s.order)))))
}

// steps checks how many steps an inverse polynomial of d needs: a power of d.
func steps(r *run) (Result, error) {
	return stepsBy(r, stepsFor, func(n int) float64 { return float64(n) / 2 })
}

// stepsBy is steps for other numbers of them and other ranges of the noise.
func stepsBy(r *run, count func(s scheme, d, k float64) int, reach func(n int) float64) (Result, error) {
	result := Result{Quantity: "largest total variation x d^k", Relation: AtMost, Bound: 1, Certain: true}
	seen := 0.0 // by how much less the worst of the exponents may be
	for _, family := range []struct {
		scheme  scheme
		k       float64
		largest int // of log2 d
	}{
		{heunScheme, 1, r.of(12, 14)}, {heunScheme, 2, r.of(8, 9)}, {eulerScheme, 1, r.of(7, 9)}, {ancestralScheme, 1, r.of(7, 9)},
	} {
		var logD, logSteps []float64
		var shown []string
		var excess float64
		for log := 4; log <= family.largest; log++ {
			d := math.Exp2(float64(log))
			n := count(family.scheme, d, family.k)
			actual, _, err := family.scheme.variances(r.ctx, []float64{1}, n, reach(n), r.stream("steps", 0))
			if err != nil {
				return Result{}, err
			}
			excess = isotropicDistance(int(d), math.Log(actual[0])) * math.Pow(d, family.k)
			result.Measured = max(result.Measured, excess)
			shown = append(shown, fmt.Sprint(n))
			power := 7 / (6 * family.scheme.order)
			logD, logSteps = append(logD, math.Log(d)), append(logSteps, math.Log(float64(n))+power*math.Log(excess))
			if log == family.largest {
				seen = max(seen, -power*math.Log(excess)/math.Log(d))
			}
		}
		half := len(logD) / 2
		_, exponent := stat.LinearRegression(logD[half:], logSteps[half:], nil, false)
		result.Notes = append(result.Notes, fmt.Sprintf("%s, d^-%v: %s steps at d = 16, 32, ..., as d^%.3g; what is needed grows as d^%.2f over the larger half",
			family.scheme.name, family.k, strings.Join(shown, ", "), (family.k+0.5)*7/(6*family.scheme.order), exponent))
	}
	own, most, err := ownReach(r)
	if err != nil {
		return Result{}, err
	}
	result.Holds = result.Measured <= 1
	result.P = certain(result.Holds)
	result.Notes = append(result.Notes, fmt.Sprintf("within the range of package samplers, which stops at F = %.3g, Heun's method reaches 1/d up to d = %d, however many its steps", own, most))
	result.WouldNotice = fmt.Sprintf("an exponent of d in the steps that is less by %.2f", seen)
	result.Detail = "the standard normal law in R^d, of which all coordinates have the error of one; the range of the noise grows with the steps, so that exponents tend to their limit from above, as slowly as F^(-2/7)"
	return result, nil
}

// ownReach returns the widest range of the sampler's own, and the largest d for which Heun's
// method comes within 1/d of the standard normal law in it.
func ownReach(r *run) (reach float64, d int, err error) {
	const many = 2000
	rng := r.stream("own reach", 0)
	if reach, err = rangeOf(r.ctx, heunScheme.sampler(many), rng); err != nil {
		return 0, 0, err
	}
	_, limit, err := heunScheme.variances(r.ctx, []float64{1}, many, reach, rng)
	if err != nil {
		return 0, 0, err
	}
	for d = 1; isotropicDistance(d+1, math.Log(limit[0]))*float64(d+1) <= 1; d++ {
	}
	return reach, d, nil
}
