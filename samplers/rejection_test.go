package samplers

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
	"pgregory.net/rapid"
)

// mixtureProblem is the mixture of lawCases measured along one line, with its
// posterior at y by the textbook: component by component, a scalar update.
func mixtureProblem(a []float64, beta, y float64) (p *spec.Problem, posterior sumLaw, evidence float64) {
	c := lawCases()[1]
	p = must(spec.NewProblem("mixture", c.prior, must(spec.NewLinear(mat.NewDense(1, 2, a), beta))))
	direction := mat.NewVecDense(2, a)
	for k, w := range c.law.weights {
		cov := c.law.covs[k]
		var gain mat.VecDense
		gain.MulVec(cov, direction)
		variance := mat.Dot(direction, &gain) + beta*beta
		innovation := y - a[0]*c.law.means[k][0] - a[1]*c.law.means[k][1]
		weight := w * math.Exp(-innovation*innovation/(2*variance)) / math.Sqrt(2*math.Pi*variance)
		mean := []float64{
			c.law.means[k][0] + gain.AtVec(0)*innovation/variance,
			c.law.means[k][1] + gain.AtVec(1)*innovation/variance,
		}
		updated := mat.NewSymDense(2, nil)
		updated.SymRankOne(cov, -1/variance, &gain)
		posterior.weights = append(posterior.weights, weight)
		posterior.means = append(posterior.means, mean)
		posterior.covs = append(posterior.covs, updated)
		evidence += weight
	}
	for k := range posterior.weights {
		posterior.weights[k] /= evidence
	}
	return p, posterior, evidence
}

// Rejection and exact draw the posterior as the textbook has it, and the prior is
// noticed. With 5,000 draws the limit is 0.049, and a distance of 0.1 is
// noticed. Proposals by a diffusion bring the bias of its steps.
func TestRejectionDrawsThePosterior(t *testing.T) {
	const n = 5000
	for _, beta := range []float64{0.5, 2} {
		for _, y := range []float64{0, 4} {
			p, posterior, _ := mixtureProblem([]float64{1, 0.5}, beta, y)
			for _, s := range []spec.Sampler{Exact(), &Rejection{Proposal: Prior(), Max: 1e7}} {
				agrees(t, fmt.Sprintf("%s, beta %v, y %v", s.Name(), beta, y), sample(t, s, p, []float64{y}, n, stream(t)), posterior, 0)
			}
			disagrees(t, fmt.Sprintf("prior, beta %v, y %v", beta, y), sample(t, Prior(), p, []float64{y}, n, stream(t)), posterior, 0)
		}
	}
	p, posterior, _ := mixtureProblem([]float64{1, 0.5}, 2, 0)
	s := &Rejection{Proposal: Diffusion{Heun, 40}, Max: 1e7}
	agrees(t, s.Name(), sample(t, s, p, []float64{0}, n, stream(t)), posterior, stepBias)
}

// waitingTail returns the smaller tail of the law of the number of proposals
// until k acceptances at rate p: the chance of as few as n, or of as many.
// P(N <= n) = P(Binomial(n, p) >= k) = I_p(k, n-k+1).
func waitingTail(n, k int64, p float64) float64 {
	atMost := func(n int64) float64 {
		if n < k {
			return 0
		}
		return mathext.RegIncBeta(float64(k), float64(n-k+1), p)
	}
	return min(atMost(n), 1-atMost(n-1))
}

// The acceptance rate is p(y) (2 pi beta^2)^(m/2) (Theorem 1.6), p(y) by the
// textbook: an exact test on the waiting time, each tail at 1e-12, so that 100
// problems give a false alarm in 2e-10 of all runs. The logarithm of the waiting
// time for 600 acceptances has a deviation of at most 1/sqrt(600) = 0.041, the
// tails are 7.1 of them away, 0.29, and a rate off by 2 (0.69) is noticed. The
// controls are off by that, either way.
func TestAcceptanceRate(t *testing.T) {
	const draws, level = 600, 1e-12
	rapid.Check(t, func(t *rapid.T) {
		a := []float64{rapid.Float64Range(-1, 1).Draw(t, "a0"), rapid.Float64Range(-1, 1).Draw(t, "a1")}
		beta := rapid.Float64Range(0.4, 2).Draw(t, "beta")
		// Near the measurement of one of the components, so that the rate is not tiny.
		mean := lawCases()[1].law.means[rapid.IntRange(0, 2).Draw(t, "component")]
		y := a[0]*mean[0] + a[1]*mean[1] + rapid.Float64Range(-1, 1).Draw(t, "y")
		p, _, evidence := mixtureProblem(a, beta, y)
		rate := min(1, evidence*math.Sqrt(2*math.Pi)*beta) // rounding may exceed 1 where A is 0
		s := &Rejection{Proposal: Prior(), Max: 1e7}
		sampleRapid(t, s, p, []float64{y}, draws)
		proposals, accepted := s.Proposals()
		if accepted != draws {
			t.Fatalf("%d accepted, want %d", accepted, draws)
		}
		if tail := waitingTail(proposals, accepted, rate); tail < level {
			t.Fatalf("%d proposals for %d draws at a rate of %v: tail %v", proposals, draws, rate, tail)
		}
		for _, wrong := range []float64{rate * 2, rate / 2} {
			if wrong < 1 && waitingTail(proposals, accepted, wrong) >= level {
				t.Fatalf("a rate of %v, where %v is right, is not noticed", wrong, rate)
			}
		}
	})
}

func sampleRapid(t *rapid.T, s spec.Sampler, p *spec.Problem, y []float64, n int) {
	dst := mat.NewDense(n, p.Dim(), nil)
	if err := s.Sample(t.Context(), dst, p, y, spec.Stream(1, "rapid", p.Digest(), 0)); err != nil {
		t.Fatal(err)
	}
}

// A call that cannot be afforded says what it would cost, before it begins.
func TestRejectionDeclines(t *testing.T) {
	known := func(d int, beta float64) (*spec.Problem, []float64) {
		eye := mat.NewDense(d, d, nil)
		for i := range d {
			eye.Set(i, i, 1)
		}
		return must(spec.NewProblem("unit", must(spec.NewIsotropic(make([]float64, d), 1)), must(spec.NewLinear(eye, beta)))), make([]float64, d)
	}
	// At y = 0 the rate is (1 + 1/beta^2)^(-d/2).
	for _, c := range []struct {
		d       int
		beta    float64
		max     float64
		message string
	}{
		{2, 0.1, 1e3, "rejection:max=1000,proposal=prior: expects 101 proposals a draw (1/(p(y) (2 pi beta^2)^(m/2))), 1.01e+03 for 10 draws; the limit is 1000"},
		{100, 1e-6, 1e7, "rejection:max=1e+07,proposal=prior: expects 10^600 proposals a draw (1/(p(y) (2 pi beta^2)^(m/2))), 10^601 for 10 draws; the limit is 1e+07"},
	} {
		p, y := known(c.d, c.beta)
		s := &Rejection{Proposal: Prior(), Max: c.max}
		checkDeclined(t, s, p, y, 10, c.message)
		if examined, accepted := s.Proposals(); examined != 0 || accepted != 0 {
			t.Errorf("declined, but counted %d proposals, %d accepted", examined, accepted)
		}
	}
	// The expectation is within the limit, the luck is not.
	p, y := known(2, 0.1)
	checkDeclined(t, &Rejection{Proposal: never{}, Max: 2000}, p, y, 10,
		"rejection:max=2000,proposal=never: accepted only 0 of 10 draws in 2000 proposals, the limit")
}

// Without an exact posterior the expectation is an estimate. On N(0, I) in 2
// dimensions, y = 0, the acceptance probability is u^(1/beta^2), u uniform, and its
// sum over 1,024 proposals is all but a gamma variable of shape 1024 beta^2 (up to its
// truncation at jumps of 1, which only narrows it). For beta = 0.1, shape 10.24,
// Chernoff's bound puts it below its mean by e^2 with probability 1e-7, and above
// by e^2 far more rarely. The rate is 1/101.
func TestRejectionEstimatesItsCost(t *testing.T) {
	eye := mat.NewDense(2, 2, []float64{1, 0, 0, 1})
	p := must(spec.NewProblem("unit", newUnit(2), must(spec.NewLinear(eye, 0.1))))
	s := &Rejection{Proposal: Prior(), Max: 5000}
	err := s.Sample(t.Context(), mat.NewDense(1000, 2, nil), p, []float64{0, 0}, stream(t))
	var refusal *spec.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal", err)
	}
	var each, all float64
	if _, err := fmt.Sscanf(refusal.Reason, "rejection:max=5000,proposal=prior: expects %g proposals a draw (as estimated from 1024 proposals), %g for 1000 draws; the limit is 5000", &each, &all); err != nil {
		t.Fatalf("%v in %q", err, refusal.Reason)
	}
	if math.Abs(math.Log(each/101)) > 2 || !relative(all, 1000*each, 0.01) {
		t.Errorf("expects %v a draw and %v for 1000, want about 101", each, all)
	}
	// With a wide noise the same problem is easy, and needs no estimate.
	easy := must(spec.NewProblem("unit", newUnit(2), must(spec.NewLinear(eye, 2))))
	sample(t, &Rejection{Proposal: Prior(), Max: 5000}, easy, []float64{0, 0}, 100, stream(t))
}

func TestRejectionWithALimitBelowTheDraws(t *testing.T) {
	p := must(spec.NewProblem("unit", newUnit(1), spec.Unmeasured(1)))
	checkDeclined(t, &Rejection{Proposal: Prior(), Max: 3}, p, nil, 10,
		"rejection:max=3,proposal=prior: expects 1 proposals a draw (as estimated from 3 proposals), 10 for 10 draws; the limit is 3")
}

func TestRejectionReportsABrokenProposal(t *testing.T) {
	p := must(spec.NewProblem("unit", newUnit(1), must(spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 1))))
	nan := spec.NewSampler("broken", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
		dst.Set(0, 0, math.NaN())
		return nil
	})
	err := (&Rejection{Proposal: nan, Max: 10}).Sample(t.Context(), mat.NewDense(1, 1, nil), p, []float64{0}, stream(t))
	if err == nil || err.Error() != "proposals by broken: NaN in a draw" {
		t.Errorf("got %v", err)
	}
}

func checkDeclined(t *testing.T, s spec.Sampler, p *spec.Problem, y []float64, draws int, message string) {
	t.Helper()
	err := s.Sample(t.Context(), mat.NewDense(draws, p.Dim(), nil), p, y, stream(t))
	var refusal *spec.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != message {
		t.Errorf("got %v\nwant the refusal %s", err, message)
	}
}

// never proposes points that no measurement accepts.
type never struct{}

func (never) Name() string      { return "never" }
func (never) Independent() bool { return true }
func (never) Sample(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
	for i := range dst.RawMatrix().Rows {
		for j := range dst.RawRowView(i) {
			dst.Set(i, j, 1e6)
		}
	}
	return nil
}
