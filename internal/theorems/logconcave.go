package theorems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/internal/langevin"
	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// logConcave checks Theorems 1.1 and 1.2 of Xun, Gupta and Price, "Posterior Sampling by
// Combining Diffusion Models with Annealed Langevin Dynamics" (2025), which say where
// the lower bound stops: annealed Langevin, [samplers.AnnealedLangevin], samples the posterior
// of a strongly log-concave prior, and of one that is log-concave within R of nearly all of its
// points if x0 = x + sigma z is measured too, sigma <= R/K for a polynomial K. So it must not
// be rejected on a prior of the one kind nor of the other; and it must be, with the same steps
// at the same tolerance, on the prior of the other kind once sigma is above R, where no K above 1
// admits it, and without x0.
//
// Inside, the tolerance is derived: the law of its chains is Gaussian there, and known.
func logConcave(r *run) (Result, error) {
	global, err := unitBall(80)
	if err != nil {
		return Result{}, err
	}
	near, err := theCorners.warm(0.3)
	if err != nil {
		return Result{}, err
	}
	far, err := theCorners.warm(1.5)
	if err != nil {
		return Result{}, err
	}
	cold, err := theCorners.cold()
	if err != nil {
		return Result{}, err
	}
	far.tolerance, cold.tolerance = near.tolerance, near.tolerance
	global.calls, near.calls = r.of(500, 3000), r.of(500, 3000)
	far.calls, cold.calls = r.of(1500, 6000), r.of(1500, 6000) // a few hundred are enough
	return logConcaveOf(r, []langevinCase{global, near}, []langevinCase{far, cold})
}

// logConcaveOf judges the cases inside the class and those outside it.
func logConcaveOf(r *run, inside, outside []langevinCase) (Result, error) {
	level := r.alpha / float64(max(1, len(inside)))
	options := func(c langevinCase) []props.JudgeOption {
		return []props.JudgeOption{props.Within(c.tolerance), props.Draws(1), props.Alpha(level), props.Calls(c.calls)}
	}
	result := Result{Quantity: "evidence within the class, log10", Relation: AtMost, Bound: -math.Log10(level), Holds: true}
	for _, in := range inside {
		v, err := r.judge(in.sampler, []*spec.Problem{in.problem}, options(in)...)
		if err != nil {
			return Result{}, err
		}
		result.Measured = max(result.Measured, v.Log10Wealth) // below 10^0 there is no evidence
		result.Holds = result.Holds && v.Outcome == props.NotRejected
		result.Notes = append(result.Notes, fmt.Sprintf("%s: %s as a (%.3g, %.2g)-sampler after %d calls; %s", in.words, v.Outcome, in.tolerance.Tau, in.tolerance.Delta, v.Calls, in.derivation))
		if result.WouldNotice == "" {
			result.WouldNotice = in.words + ": " + strings.Join(noticedEffects(v), ", or ")
		}
	}
	for _, out := range outside {
		v, err := r.judgeWrong(out.sampler, []*spec.Problem{out.problem}, append(options(out), props.Terse())...)
		if err != nil {
			return Result{}, err
		}
		result.Holds = result.Holds && v.Outcome == props.Rejected
		result.Notes = append(result.Notes, fmt.Sprintf("%s: %s at the same tolerance after %d calls", out.words, v.Outcome, v.Calls))
	}
	result.P = math.Pow(10, -result.Measured)
	result.Detail = "judged call by call, y and x0 fresh in each; inside, the tolerance is derived from the law of the chains"
	return result, nil
}

// langevinCase is annealed Langevin on a problem, and the tolerance that it must meet there.
type langevinCase struct {
	words, derivation string
	sampler           spec.Sampler
	problem           *spec.Problem
	tolerance         spec.Tolerance
	calls             int // at most
}

// unitBall is the globally log-concave case: N(0, I) in R^3, of which two coordinates are
// measured, the one with half the gain of the other; steps for each leg.
func unitBall(steps int) (langevinCase, error) {
	langevin := samplers.AnnealedLangevin{Steps: steps, Step: 0.05}
	const beta = 0.5
	gains := []float64{1, 0.5, 0} // the singular values of A
	prior, err := spec.NewIsotropic([]float64{0, 0, 0}, 1)
	if err != nil {
		return langevinCase{}, err
	}
	m, err := spec.NewLinear(mat.NewDense(2, 3, []float64{gains[0], 0, 0, 0, gains[1], 0}), beta)
	if err != nil {
		return langevinCase{}, err
	}
	p, err := spec.NewProblem("log-concave", prior, m)
	tolerance, derivation := langevinTolerance(langevin, 1, gains, beta, 0)
	return langevinCase{words: "N(0, I) in R^3", derivation: derivation, sampler: langevin, problem: p, tolerance: tolerance}, err
}

// corners is a prior in R^2 of four modes of the given width, at half the distance from both
// axes, the sum of whose coordinates is measured with noise beta.
type corners struct{ half, width, beta float64 }

var theCorners = corners{half: 2, width: 0.3, beta: 0.2}

func (c corners) prior() (*spec.Mixture, error) {
	var parts []*spec.Gaussian
	for k := range 4 {
		part, err := spec.NewIsotropic([]float64{c.half * float64(k%2*2-1), c.half * float64(k/2*2-1)}, c.width)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return spec.NewMixture([]float64{1, 1, 1, 1}, parts)
}

// sum is the measurement of the sum of the coordinates.
func (c corners) sum() (spec.Linear, error) {
	return spec.NewLinear(mat.NewDense(1, 2, []float64{1, 1}), c.beta)
}

var cornersLangevin = samplers.AnnealedLangevin{Steps: 40, Step: 0.05}

// radius returns R: within R of all points of the prior but one in a thousand it is
// log-concave. Along an axis log p has the curvature -1/w^2 + (a/w^2)^2/cosh(a x/w^2)^2, at most
// zero where cosh(a x/w^2) >= a/w, beyond some |x| = b; so that R + b is the distance from an
// axis that both coordinates keep, but for that probability.
func (c corners) radius() float64 {
	b := c.width * c.width / c.half * math.Acosh(c.half/c.width)
	both := math.Sqrt(1 - 1e-3)
	return c.half - b + c.width*distuv.UnitNormal.Quantile(1-both)
}

// warm is the prior with x0 measured too. The rows of A are scaled so that their noise is
// beta.
func (c corners) warm(sigma float64) (langevinCase, error) {
	prior, err := c.prior()
	if err != nil {
		return langevinCase{}, err
	}
	scale := c.beta / sigma
	m, err := spec.NewLinear(mat.NewDense(3, 2, []float64{1, 1, scale, 0, 0, scale}), c.beta)
	if err != nil {
		return langevinCase{}, err
	}
	p, err := spec.NewProblem(fmt.Sprintf("corners, x0 with noise %v", sigma), prior, m)
	if err != nil {
		return langevinCase{}, err
	}
	given, err := c.given(sigma)
	if err != nil {
		return langevinCase{}, err
	}
	// The mode nearest to x0 is not that of x with probability 1 - (1 - q)^2; and as often it is
	// not that of a draw of the posterior, nor of the start of a chain.
	q := math.Erfc(c.half/math.Hypot(c.width, sigma)/math.Sqrt2) / 2
	wrong := 2 * (1 - (1-q)*(1-q))
	// Round one mode x given x0 is normal, with this variance, and A has one singular value.
	variance := 1 / (1/(c.width*c.width) + 1/(sigma*sigma))
	tolerance, derivation := langevinTolerance(cornersLangevin, variance, []float64{math.Sqrt2, 0}, c.beta, wrong)
	words := fmt.Sprintf("four modes, x0 with noise %v, sigma/R = %.2g", sigma, sigma/c.radius())
	return langevinCase{words: words, derivation: derivation, sampler: given, problem: p, tolerance: tolerance}, nil
}

// given returns Algorithm 2: Algorithm 1 with the law of x given x0 for its prior.
func (c corners) given(sigma float64) (spec.Sampler, error) {
	prior, err := c.prior()
	if err != nil {
		return nil, err
	}
	m, err := spec.NewLinear(mat.NewDense(2, 2, []float64{1, 0, 0, 1}), sigma)
	if err != nil {
		return nil, err
	}
	laws, err := prior.Condition(m)
	if err != nil {
		return nil, err
	}
	sum, err := c.sum()
	if err != nil {
		return nil, err
	}
	return spec.NewSampler(cornersLangevin.Name()+" from x0", true, func(ctx context.Context, dst *mat.Dense, _ *spec.Problem, y []float64, rng *rand.Rand) error {
		scale := c.beta / sigma
		local, err := spec.NewProblem("given x0", laws.Given([]float64{y[1] / scale, y[2] / scale}), sum)
		if err != nil {
			return err
		}
		return cornersLangevin.Sample(ctx, dst, local, y[:1], rng)
	}), nil
}

// cold is the prior without x0.
func (c corners) cold() (langevinCase, error) {
	prior, err := c.prior()
	if err != nil {
		return langevinCase{}, err
	}
	sum, err := c.sum()
	if err != nil {
		return langevinCase{}, err
	}
	p, err := spec.NewProblem("corners", prior, sum)
	return langevinCase{words: "four modes, no x0", sampler: cornersLangevin, problem: p}, err
}

// langevinTolerance returns the tolerance that annealed Langevin meets on N(mu, variance I)
// measured by a matrix of the given singular values (zeros for directions that it does not
// see), but for a probability wrong that is added to delta, and says how it comes about. Theorems
// 1.1 and 1.2 bound the mean total variation over y; so tau is 0 and delta is that mean, at most the
// sum over the singular directions, which are independent.
func langevinTolerance(s samplers.AnnealedLangevin, variance float64, gains []float64, beta, wrong float64) (spec.Tolerance, string) {
	sum := 0.
	for _, gain := range gains {
		sum += langevinGap(s, variance, gains[0], gain, beta)
	}
	return jointly(sum + wrong), fmt.Sprintf("by the law of its chains the total variation is %.2g, and the mode is wrong with probability %.2g", sum, wrong)
}

// langevinGap bounds the mean total variation between the laws, given the measurement u of a
// coordinate with the law N(0, v), of a draw of annealed Langevin, N(c u, V), and of the posterior,
// N(k u, P). u has the variance gain^2 v + beta^2, and two normal laws of one deviation, whose
// means are D apart, differ by at most D/sqrt(2 pi V); the mean of |D| is sqrt(2/pi) of its deviation.
func langevinGap(s samplers.AnnealedLangevin, v, norm, gain, beta float64) float64 {
	c, V := langevinLaw(s, v, norm, gain, beta)
	P := 1 / (1/v + gain*gain/(beta*beta))
	k := gain / (beta * beta) * P
	return math.Abs(c-k)*math.Sqrt(gain*gain*v+beta*beta)/(math.Pi*math.Sqrt(V)) + centredVariation(V, P)
}

// langevinLaw returns the c and the V of [langevinGap], along a direction of the given gain,
// the largest being norm: every step of the chain is affine in the coordinate, u, the shift of u that
// anneals it, and fresh noise. It starts from the prior, as it very nearly does; the legs
// forget the start.
func langevinLaw(s samplers.AnnealedLangevin, v, norm, gain, beta float64) (c, V float64) {
	plan := langevin.NewPlan(s.Step, math.Sqrt(v), math.Sqrt(v), norm, beta)
	V = v
	covariance, shift := 0., plan.Start*plan.Start-beta*beta
	for _, leg := range plan.Legs {
		next := leg.Eta*leg.Eta - beta*beta
		covariance *= next / shift
		shift = next
		pull := leg.Step * gain / (leg.Eta * leg.Eta)
		keep := 1 - leg.Step/(v+plan.Smoothing*plan.Smoothing) - pull*gain
		for range s.Steps {
			V = keep*keep*V + 2*keep*pull*covariance + pull*pull*shift + 2*leg.Step
			covariance = keep*covariance + pull*shift
			c = keep*c + pull
		}
	}
	return c, V
}

// centredVariation returns the total variation between N(0, a) and N(0, b): their densities
// cross at +-x, where x^2 (1/b - 1/a) = log(a/b).
func centredVariation(a, b float64) float64 {
	if a == b {
		return 0
	}
	x := math.Sqrt(math.Log(a/b) / (1/b - 1/a))
	return math.Abs(math.Erf(x/math.Sqrt(2*a)) - math.Erf(x/math.Sqrt(2*b)))
}
