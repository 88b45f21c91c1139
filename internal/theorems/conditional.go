package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"

	"assay/props"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// conditional checks Theorem 1.6 with the proposals of diffusion: where their law is within a
// total variation eps of the prior, rejection on top of them is a (0, 2 eps)-posterior sampler in
// the joint form, and a (0, sqrt(2 eps))-posterior sampler in that of Definition 1.5.
//
// Proof. What it draws has the law of x given y under Q, the joint law of a proposal and its
// measurement, and Q is within eps of P, that of the prior and its own: both measure alike.
// p(y) Q(x | y) is within TV(P_y, Q_y) <= eps of Q, hence within 2 eps of P: that is
// the mean over y ~ p of the total variation given y, which by Markov exceeds sqrt(2 eps) with
// probability sqrt(2 eps) at most.
//
// eps is that of [heun], [euler] and [ancestral]; on the line the mean is known by quadrature.
func conditional(r *run) (Result, error) {
	return conditionalBy(r, []scheme{heunScheme, eulerScheme, ancestralScheme}, func(s scheme, steps int) spec.Sampler {
		return &samplers.Rejection{Proposal: s.sampler(steps), Max: 1e7}
	}, func(eps float64) float64 { return 2 * eps })
}

// conditionalNoise is beta on the line: of the order of the modes' deviations, so that y
// informs and leaves room.
const conditionalNoise = 1.

// conditionalSteps are the numbers of steps: those that the samplers have by default, or fewer
// for time.
func conditionalSteps(r *run, s scheme) int {
	if s.noise == nil {
		return 50
	}
	return r.of(200, 500)
}

func conditionalBy(r *run, schemes []scheme, sampler func(s scheme, steps int) spec.Sampler, bound func(eps float64) float64) (Result, error) {
	result := Result{Quantity: "mean over y of the total variation / 2 eps, largest", Relation: AtMost, Bound: 1, P: 1, Holds: true}
	onLine, err := threeModes.problem("the line", conditionalNoise)
	if err != nil {
		return Result{}, err
	}
	gauss, err := problems.Parse("gauss:d=3,m=1")
	if err != nil {
		return Result{}, err
	}
	for _, s := range schemes {
		steps := conditionalSteps(r, s)
		proposals, err := s.proposals(r, threeModes, steps)
		if err != nil {
			return Result{}, err
		}
		onGauss, err := s.gaussianError(r, gauss.Prior().(*spec.Gaussian), steps)
		if err != nil {
			return Result{}, err
		}
		mean, share := proposals.conditioned(conditionalNoise)
		eps := proposals.eps()
		result.Measured = max(result.Measured, mean/bound(eps))
		result.Holds = result.Holds && mean <= bound(eps) && share <= math.Sqrt(bound(eps))

		delta := bound(max(eps, onGauss))
		options := []props.JudgeOption{props.Within(jointly(delta)), props.Alpha(r.alpha / float64(2*len(schemes))), props.Calls(r.of(500, 2000))}
		if s.noise != nil { // whose draws take longer
			options = append(options, props.Calls(r.of(100, 300)), props.Terse())
		}
		verdict, err := r.judge(sampler(s, steps), []*spec.Problem{onLine, gauss}, options...)
		if err != nil {
			return Result{}, err
		}
		exact, err := s.conditionalDraws(r, sampler(s, steps), steps)
		if err != nil {
			return Result{}, err
		}
		result.P = min(result.P, 2*float64(len(schemes))*min(exact.p(), math.Pow(10, -verdict.Log10Wealth)))
		result.Holds = result.Holds && verdict.Outcome != props.Rejected
		result.Notes = append(result.Notes, fmt.Sprintf(
			"%s, %d steps: eps %.2g; given y %.2g on average (at most %.2g), by Definition 1.5 delta = %.2g (at most %.2g); %s as (0, %.2g) jointly after %d calls on the line and %s (eps %.2g)",
			s.name, steps, eps, mean, bound(eps), share, math.Sqrt(bound(eps)), verdict.Outcome, delta, verdict.Calls, gauss.Name(), onGauss))
		if s.noise == nil {
			result.WouldNotice = fmt.Sprintf("draws from a normal law whose deviation is off by %.2g %%, or whose mean is by %.2g deviations at each y; by the verdict on Heun's proposals, %s",
				100*(deviationNoticed(exact.squares.n, r.alpha/12)-1), exact.shiftNoticed(r.alpha/12), noticedSpread(verdict))
		}
	}
	result.Holds = result.Holds && result.P > r.alpha
	result.Detail = fmt.Sprintf("three modes on the line, beta = %v: eps and the mean by quadrature; rejection on each judged by e-processes", conditionalNoise)
	return result, r.ctx.Err()
}

// posteriorDraws are draws given several y, in deviations of what they should be.
type posteriorDraws struct {
	squares sumOfSquares // of all of them
	means   sumOfSquares // of their sums at each y, in their own deviations
	each    int          // draws at a y
}

// conditionalDraws draws from the posterior of the standard normal law, by proposals that have
// the variance v of the recursion instead of 1: given y its draws are normal, of mean
// y v/(v + beta^2) and variance v beta^2/(v + beta^2), exactly.
func (s scheme) conditionalDraws(r *run, sampler spec.Sampler, steps int) (*posteriorDraws, error) {
	const points = 10
	rng := r.stream("conditional draws "+s.name, 0)
	reach, err := rangeOf(r.ctx, s.sampler(steps), rng)
	if err != nil {
		return nil, err
	}
	actual, _, err := s.variances(r.ctx, []float64{1}, steps, reach, rng)
	if err != nil {
		return nil, err
	}
	p, err := standardNormal.problem("the line", conditionalNoise)
	if err != nil {
		return nil, err
	}
	found := &posteriorDraws{each: r.of(500, 2000)}
	gain := actual[0] / (actual[0] + conditionalNoise*conditionalNoise)
	deviation := conditionalNoise * math.Sqrt(gain)
	x, y, draws := make([]float64, 1), make([]float64, 1), mat.NewDense(found.each, 1, nil)
	for range points {
		p.Draw(x, y, rng)
		if err := sampler.Sample(r.ctx, draws, p, y, rng); err != nil {
			return nil, err
		}
		sum := 0.0
		for i := range found.each {
			z := (draws.At(i, 0) - gain*y[0]) / deviation
			found.squares.add(z)
			sum += z
		}
		found.means.add(sum / math.Sqrt(float64(found.each)))
	}
	return found, nil
}

// p returns the p-value of the draws having that law.
func (d *posteriorDraws) p() float64 {
	return combined([]float64{chiSquared(d.squares.sum, d.squares.n), chiSquared(d.means.sum, d.means.n)})
}

// shiftNoticed returns by how many deviations the means at all y must be off for p to be
// below the given one nine times in ten: the sum of squares of n numbers of mean a has about
// the mean n + n a^2 and the variance 2n + 4n a^2.
func (d *posteriorDraws) shiftNoticed(p float64) float64 {
	n := float64(d.means.n)
	limit := mathext.GammaIncRegCompInv(n/2, p/2) * 2
	a := 0.0
	for n+n*a*a-1.2816*math.Sqrt(2*n+4*n*a*a) < limit {
		a += 0.01
	}
	return a / math.Sqrt(float64(d.each))
}

// jointly is the null that a sampler's draws are those of the exact posterior but with
// probability delta over everything.
func jointly(delta float64) spec.Tolerance { return spec.Tolerance{Delta: delta, Form: spec.Joint} }

// noticedSpread says what spread, on the problem where it takes the most, a verdict would have
// noticed.
func noticedSpread(v *props.Verdict) string {
	worst := props.Noticed{}
	for _, f := range v.Problems {
		for _, n := range f.Noticed {
			if n.Effect == "spread" && (worst.Words == "" || worst.Size > 0 && (n.Size == 0 || n.Size > worst.Size)) {
				worst = n
			}
		}
	}
	return "draws " + worst.Words
}

// gaussianError returns a bound on the total variation between a Gaussian and its draws by the
// scheme, which works on each principal axis as on a line, for so many steps and with
// its own range of the noise.
func (s scheme) gaussianError(r *run, g *spec.Gaussian, steps int) (float64, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(g.Covariance(), false) {
		return 0, fmt.Errorf("no eigenvalues of a covariance")
	}
	exact := eigen.Values(nil)
	deviations := make([]float64, len(exact))
	for i, v := range exact {
		deviations[i] = math.Sqrt(v)
	}
	rng := r.stream("gaussian error", 0)
	reach, err := rangeOf(r.ctx, s.sampler(steps), rng)
	if err != nil {
		return 0, err
	}
	actual, _, err := s.variances(r.ctx, deviations, steps, reach, rng)
	if err != nil {
		return 0, err
	}
	return gaussianDistance(actual, exact), nil
}
