package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"assay/props"
	"assay/spec"
)

// noisedPosterior checks what Parulekar, Rout, Shanmugam and Shakkottai prove of annealed
// Langevin Monte Carlo ([almc]), for every prior with tails like a Gaussian's and a Lipschitz
// score, and a convex R: it comes close, in KL divergence, to the posterior mu_tau that
// the prior would have if it were noised for a time tau; not to the posterior itself, mu_0. On a
// prior of a narrow and a wide mode, at a y between them, the law rho of its draws is
// propagated exactly, so that both are numbers.
//
// The rate is ours: KL(mu_tau || rho) <= KL(mu_T || gamma exp(-R)) + action/(4 kappa), in
// continuous time, where the action is the integral over t of the mean square velocity of mu_t.
// With that velocity over kappa added to its drift the process has the law mu_t throughout, and by
// Girsanov's theorem a drift that is off by b for a time s, under noise of variance 2 a unit of
// time, costs the mean of b^2/4 times s; here s is kappa times what passes of t.
//
// The draws themselves are judged too: as a sampler of the posterior under the noised prior, at
// the total variation that rho has from mu_tau, which must not reject them, and as one of the posterior
// itself, at the same, which must: the weights of the modes are wrong there.
func noisedPosterior(r *run) (Result, error) {
	a := narrowAndWide
	return noisedPosteriorBy(r, noisedCase{claimed: a, drawn: a, judged: a, outside: 0, patience: r.of(1500, 6000), bound: almc.bound})
}

// noisedCase is a sampler with what is claimed of it.
type noisedCase struct {
	claimed, drawn, judged almc    // the same: of the posterior, of the law, and of the draws
	outside                float64 // t of the posterior that must reject it: 0
	patience               int     // draws within which it must: a hundred or two are enough
	bound                  func(a almc, g *mesh, y float64) float64
}

// narrowAndWide is the case looked at. The steps make the variance too large by
// delta/2 times the curvature of log mu_tau, at most 9 here.
var narrowAndWide = almc{
	prior: line{[]float64{0.5, 0.5}, []float64{-1, 1}, []float64{0.1, 0.6}},
	beta:  0.5, begin: 3, stop: 0.1, kappa: 4, delta: 0.01, warmSteps: 300, likelihood: 1,
}

// noisedY is the measurement.
const noisedY = 0.2

// bound returns the bound on KL(mu_tau || rho).
func (a almc) bound(g *mesh, y float64) float64 {
	start := g.posterior(standardNormal, y, a.beta)
	return g.divergence(g.posterior(a.noised(a.begin), y, a.beta), start) + a.action(g, y)/(4*a.kappa)
}

// problem returns the problem whose prior is p_t.
func (a almc) problem(t float64) (*spec.Problem, error) {
	return a.noised(t).problem(fmt.Sprintf("narrow and wide, noised for t = %v", t), a.beta)
}

func noisedPosteriorBy(r *run, c noisedCase) (Result, error) {
	g := newMesh(-7, 7)
	a := c.claimed
	near, true0 := g.posterior(a.noised(a.stop), noisedY, a.beta), g.posterior(a.noised(0), noisedY, a.beta)
	holds, tightest := true, 0.
	var kappas, divergences []float64
	var law []float64
	for _, a.kappa = range []float64{1, 2, 4} {
		drawn := c.drawn
		drawn.kappa = a.kappa
		law = drawn.law(g, noisedY)
		kl, bound := g.divergence(near, law), c.bound(a, g, noisedY)
		holds, tightest = holds && kl <= bound, max(tightest, kl/bound)
		kappas, divergences = append(kappas, math.Log(a.kappa)), append(divergences, math.Log(kl))
		if err := r.ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	_, exponent := stat.LinearRegression(kappas, divergences, nil, false)
	last := len(divergences) - 1
	result := Result{
		Quantity: "KL to the noised posterior, kappa = 4", Relation: AtMost,
		Measured: math.Exp(divergences[last]), Bound: c.bound(a, g, noisedY),
		WouldNotice: fmt.Sprintf("a bound too small by %.0f %%", 100*(1-tightest)),
		Notes: []string{
			fmt.Sprintf("KL falls as kappa^%.2f; the other way round it is %.2g, and %.2g to the posterior itself", exponent, g.divergence(law, near), g.divergence(law, true0)),
			fmt.Sprintf("at y = %v the draws have x < 0 with probability %.3f, the noised posterior %.3f, the posterior %.3f", noisedY, g.below(law), g.below(near), g.below(true0)),
		},
	}
	if !holds {
		result.Detail = "the bound does not hold, so that the draws were not judged"
		return result, nil
	}
	tolerance := spec.Tolerance{Delta: g.variation(law, near)} // at this y: Definition 1.2
	type judge func(spec.Sampler, []*spec.Problem, ...props.JudgeOption) (*props.Verdict, error)
	judged := func(by judge, t float64, calls int) (*props.Verdict, error) {
		p, err := a.problem(t)
		if err != nil {
			return nil, err
		}
		return by(c.judged.sampler(), []*spec.Problem{p}, props.At([]float64{noisedY}), props.Draws(9),
			props.Within(tolerance), props.Alpha(r.alpha), props.Calls(calls))
	}
	inside, err := judged(r.judge, a.stop, r.of(400, 4000))
	if err != nil {
		return Result{}, err
	}
	outside, err := judged(r.judgeWrong, c.outside, c.patience)
	if err != nil {
		return Result{}, err
	}
	result.Notes = append(result.Notes, fmt.Sprintf("as a (0, %.2g)-sampler of the noised posterior: %s after %d draws; of the posterior: %s after %d",
		tolerance.Delta, inside.Outcome, inside.Calls, outside.Outcome, outside.Calls))
	result.WouldNotice += fmt.Sprintf(", or draws as far from their law as the posterior is: total variation %.2f, noticed after %d", g.variation(law, true0), outside.Calls)
	result.P = math.Pow(10, -max(0, inside.Log10Wealth))
	result.Holds = inside.Outcome == props.NotRejected && outside.Outcome == props.Rejected
	result.Detail = fmt.Sprintf("the law of the draws by propagation on a grid, kappa = 1, 2, 4; %s judged at this y", c.judged.name())
	return result, nil
}
