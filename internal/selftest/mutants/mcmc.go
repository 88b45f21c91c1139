package mutants

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/spec"
)

// kernel moves the state, of which the first number is what is sampled, and reports
// whether a proposal was accepted.
type kernel func(t target, state []float64, rng *rand.Rand) (accepted bool)

// chain is a Markov chain on the line. It starts from a draw of the prior, forgets it in
// burn steps, and returns every thin-th state.
type chain struct {
	kernel     kernel
	replicas   int // numbers in the state
	burn, thin int
	// acceptedOnly keeps a state only where a proposal was accepted.
	acceptedOnly bool
	// boxed is for the uniform law on [0, 1] only.
	boxed bool
	// transform maps the state to what is sampled, inverse does the converse.
	transform, inverse func(float64) float64
}

func identity(x float64) float64 { return x }

func newChain(k kernel) chain {
	return chain{kernel: k, replicas: 1, burn: 100, thin: 5, transform: identity, inverse: identity}
}

func (c chain) sampler(name string) spec.Sampler {
	return dependent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		t, err := targetOf(p, y)
		if err != nil {
			return err
		}
		if c.boxed && p.Prior() != (uniform{}) {
			return spec.Refuse("want the uniform law on [0, 1], not %s", p.Name())
		}
		state := make([]float64, c.replicas)
		for k := range state {
			state[k] = c.inverse(t.draw(rng))
		}
		for range c.burn {
			c.kernel(t, state, rng)
		}
		n, _ := dst.Dims()
		for i := range n {
			for range c.thin {
				c.kernel(t, state, rng)
			}
			for tries := 0; c.acceptedOnly && !c.kernel(t, state, rng); tries++ {
				if tries == patience {
					panic(unsuitable("no proposal is accepted"))
				}
			}
			dst.Set(i, 0, c.transform(state[0]))
		}
		return nil
	})
}

// accept reports whether a move whose log acceptance ratio is given is accepted. A ratio
// that is NaN is not.
func accept(logRatio float64, rng *rand.Rand) bool { return math.Log(rng.Float64()) < logRatio }

// walk is random-walk Metropolis: proposals of the given width, accepted by rule, which is
// given the change of the log target.
func walk(width float64, log func(target, float64) float64, rule func(float64, *rand.Rand) bool) kernel {
	return func(t target, state []float64, rng *rand.Rand) bool {
		proposal := state[0] + width*rng.NormFloat64()
		if !rule(log(t, proposal)-log(t, state[0]), rng) {
			return false
		}
		state[0] = proposal
		return true
	}
}

// langevin is the Metropolis-adjusted Langevin step
// x + drift score(x) + deviation z. The log ratio of the densities of the proposal back and
// forth is what correction makes of the move and the scores at both of its ends; if it is
// nil, every proposal is accepted.
func langevin(drift, deviation float64, correction func(move, from, to float64) float64) kernel {
	return func(t target, state []float64, rng *rand.Rand) bool {
		x := state[0]
		from := t.score(x)
		proposal := x + drift*from + deviation*rng.NormFloat64()
		if correction != nil && !accept(t.log(proposal)-t.log(x)+correction(proposal-x, from, t.score(proposal)), rng) {
			return false
		}
		state[0] = proposal
		return true
	}
}

// proposed returns the correction for proposals N(x + drift score(x), deviation^2).
func proposed(drift, deviation float64) func(move, from, to float64) float64 {
	return func(move, from, to float64) float64 {
		return logNormal(-move, drift*to, deviation) - logNormal(move, drift*from, deviation)
	}
}

// stationary is the law that Langevin steps without an accept step keep under a Gaussian
// posterior of variance c^2. There x - mean shrinks by r = 1 - drift/c^2 in a step, so the
// variance v solves v = r^2 v + deviation^2.
func stationary(drift, deviation float64) wrongLaw {
	return func(t target) func(float64) float64 {
		post := t.posterior()
		mean, c := post.means[0], post.deviations[0]
		r := 1 - drift/(c*c)
		return func(x float64) float64 { return logNormal(x, mean, deviation/math.Sqrt(1-r*r)) }
	}
}

// mismatched is the law kept by steps N(x + (h/2) s(x), h) that are corrected as if they
// were N(x + h s(x), 2h). The log ratio is then too large by (h/8)(s(x)^2 - s(x')^2), as
// expanding the squares shows, which is right for the posterior times exp(-h s^2/8).
func mismatched(h float64) wrongLaw {
	return func(t target) func(float64) float64 {
		return func(x float64) float64 {
			s := t.score(x)
			return t.log(x) - h/8*s*s
		}
	}
}

// crankNicolson proposes by a step that leaves a Gaussian prior as it is,
// m + rho (x - m) + sqrt(1 - rho^2) s z, and counts the prior as often as told: not at
// all if right, for the proposal densities cancel it.
func crankNicolson(priors float64) kernel {
	const rho = 0.5
	return func(t target, state []float64, rng *rand.Rand) bool {
		m, s, x := t.prior.means[0], t.prior.deviations[0], state[0]
		proposal := m + rho*(x-m) + math.Sqrt(1-rho*rho)*s*rng.NormFloat64()
		if !accept(t.logLikelihood(proposal)-t.logLikelihood(x)+priors*(t.logPrior(proposal)-t.logPrior(x)), rng) {
			return false
		}
		state[0] = proposal
		return true
	}
}

// slice is elliptical slice sampling (Murray et al. 2010) under a Gaussian prior, with
// the log density that the level is taken from.
func slice(log func(target, float64) float64) kernel {
	return func(t target, state []float64, rng *rand.Rand) bool {
		m, s, x := t.prior.means[0], t.prior.deviations[0], state[0]-t.prior.means[0]
		nu := s * rng.NormFloat64()
		level := log(t, state[0]) + math.Log(rng.Float64())
		theta := 2 * math.Pi * rng.Float64()
		lo, hi := theta-2*math.Pi, theta
		for range patience {
			proposal := m + x*math.Cos(theta) + nu*math.Sin(theta)
			if log(t, proposal) > level {
				state[0] = proposal
				return true
			}
			if theta < 0 {
				lo = theta
			} else {
				hi = theta
			}
			theta = lo + (hi-lo)*rng.Float64()
		}
		panic(unsuitable("no point of the ellipse is as likely as the present one"))
	}
}

// hamiltonian is Hamiltonian Monte Carlo with unit mass; kinetic is the kinetic energy as
// a function of position and momentum.
func hamiltonian(kinetic func(x, momentum float64) float64) kernel {
	const steps, size = 5, 0.5
	return func(t target, state []float64, rng *rand.Rand) bool {
		x, p := state[0], rng.NormFloat64()
		before := t.log(x) - kinetic(x, p)
		p += size / 2 * t.score(x)
		for k := range steps {
			x += size * p
			if k < steps-1 {
				p += size * t.score(x)
			}
		}
		p += size / 2 * t.score(x)
		if !accept(t.log(x)-kinetic(x, p)-before, rng) {
			return false
		}
		state[0] = x
		return true
	}
}

// tempering is parallel tempering with two replicas, the posterior and the prior times the
// likelihood to the power 0.2; sign is that of the log ratio of a swap.
func tempering(sign float64) kernel {
	powers := [2]float64{1, 0.2}
	return func(t target, state []float64, rng *rand.Rand) bool {
		for k, power := range powers {
			proposal := state[k] + rng.NormFloat64()
			if accept(t.logPrior(proposal)-t.logPrior(state[k])+power*(t.logLikelihood(proposal)-t.logLikelihood(state[k])), rng) {
				state[k] = proposal
			}
		}
		if accept(sign*(powers[0]-powers[1])*(t.logLikelihood(state[1])-t.logLikelihood(state[0])), rng) {
			state[0], state[1] = state[1], state[0]
		}
		return true
	}
}

// redrawn is a random walk whose proposals are redrawn until they lie in the box, with
// no regard to that in the ratio.
func redrawn(width float64) kernel {
	return func(t target, state []float64, rng *rand.Rand) bool {
		proposal := math.Inf(1)
		for proposal < 0 || proposal > 1 {
			proposal = state[0] + width*rng.NormFloat64()
		}
		if !accept(t.log(proposal)-t.log(state[0]), rng) {
			return false
		}
		state[0] = proposal
		return true
	}
}

// insideTimes is the law that redrawn keeps: a proposal from x has the density of the
// Gaussian over its share Z(x) inside the box, so the plain ratio is right for the
// posterior times Z.
func insideTimes(width float64) wrongLaw {
	return func(t target) func(float64) float64 {
		return func(x float64) float64 {
			return t.log(x) + math.Log(distuv.UnitNormal.CDF((1-x)/width)-distuv.UnitNormal.CDF(-x/width))
		}
	}
}

// remeasured is a random walk whose proposals come with a measurement of their own, which
// stands in for y.
func remeasured(width float64) kernel {
	return func(t target, state []float64, rng *rand.Rand) bool {
		proposal := state[0] + width*rng.NormFloat64()
		redrawn := t
		redrawn.y = t.a*proposal + t.beta*rng.NormFloat64()
		if !accept(redrawn.log(proposal)-t.log(state[0]), rng) {
			return false
		}
		state[0] = proposal
		return true
	}
}

func logistic(u float64) float64 { return 1 / (1 + math.Exp(-u)) }
func logit(x float64) float64    { return math.Log(x) - math.Log1p(-x) }

// unconstrained is the log target of the logit u of x; jacobian says whether the
// derivative of x by u, x (1 - x), is counted.
func unconstrained(jacobian bool) func(target, float64) float64 {
	return func(t target, u float64) float64 {
		log := t.log(logistic(u))
		if jacobian { // log x (1 - x), with no cancellation for large |u|
			log -= math.Abs(u) + 2*math.Log1p(math.Exp(-math.Abs(u)))
		}
		return log
	}
}

func mcmcMutants() []Mutant {
	metropolis := newChain(walk(2, target.log, accept))
	inBox := newChain(walk(0.25, target.log, accept))
	inBox.boxed = true
	outOfBox := newChain(redrawn(0.25))
	outOfBox.boxed = true
	// Steps h of the Langevin kernels; the posterior deviation is about 0.9.
	const h, fine = 1.5, 0.04
	mala := newChain(langevin(h/2, math.Sqrt(h), proposed(h/2, math.Sqrt(h))))
	unhurried := func(k kernel) chain { // small steps without an accept step
		c := newChain(k)
		c.burn = 500
		return c
	}
	ula := unhurried(langevin(fine/2, math.Sqrt(fine), nil))
	pcn := newChain(crankNicolson(0))
	kinetic := func(_, momentum float64) float64 { return momentum * momentum / 2 }
	tempered := newChain(tempering(1))
	tempered.replicas = 2
	swapped := newChain(tempering(-1))
	swapped.replicas = 2
	onLogit := func(jacobian bool) chain {
		c := newChain(walk(2, unconstrained(jacobian), accept))
		c.transform, c.inverse, c.boxed = logistic, logit, true
		return c
	}
	acceptedOnly, warm := metropolis, newChain(walk(0.5, target.log, accept))
	acceptedOnly.acceptedOnly = true
	warm.burn, warm.thin = 0, 1

	var all []Mutant
	for _, m := range []struct {
		name, mechanism, report string
		problem                 *spec.Problem
		mutant                  chain
		base                    string
		control                 chain
		law                     wrongLaw
	}{
		{
			"langevin-unadjusted", "Langevin steps of a size that needs the accept step, without it", "Ciela-Institute/caustics#388, bob-carpenter/walnuts#27",
			line(), newChain(langevin(h/2, math.Sqrt(h), nil)), "mala", mala, stationary(h/2, math.Sqrt(h)),
		},
		{
			"langevin-correction-mismatched", "corrects for a proposal of twice the drift and twice the variance of the one made", "bat/BAT.jl#532",
			line(), newChain(langevin(h/2, math.Sqrt(h), proposed(h, math.Sqrt(2*h)))), "mala", mala, mismatched(h),
		},
		{
			"langevin-half-missing", "moves by h score + sqrt(h) z where (h/2) score + sqrt(h) z is due", "point0bar1/ebm-anatomy#1",
			line(), unhurried(langevin(fine, math.Sqrt(fine), nil)), "langevin", ula, stationary(fine, math.Sqrt(fine)),
		},
		{
			"langevin-noise-by-step", "multiplies the noise by the step where its root is due", "google-research/ibc#6, JavierAntoran/Bayesian-Neural-Networks#17",
			line(), unhurried(langevin(fine/2, fine, nil)), "langevin", ula, stationary(fine/2, fine),
		},
		{
			"hastings-missing", "takes an asymmetric proposal for a symmetric one: the prior counts twice", "CliMA/CalibrateEmulateSample.jl#447, openturns/openturns#1260",
			line(), newChain(crankNicolson(1)), "pcn", pcn, powers(2, 1),
		},
		{
			"hastings-inverted", "divides by the ratio of the proposal densities where it should multiply", "scalanlp/breeze#614",
			line(), newChain(crankNicolson(2)), "pcn", pcn, powers(3, 1),
		},
		{
			"threshold-sign", "accepts where the log ratio exceeds an exponential variable, not its negative", "lollcat/fab-jax#14",
			modes(), newChain(walk(2, target.log, func(change float64, rng *rand.Rand) bool { return rng.ExpFloat64() < change })), "metropolis", metropolis, nil,
		},
		{
			"rejected-not-repeated", "returns accepted states only: a rejected proposal does not repeat the state", "AdamCobb/hamiltorch#5",
			modes(), acceptedOnly, "metropolis", metropolis, nil,
		},
		{
			"prior-forgotten", "samples the likelihood", "pints-team/pints#674",
			modes(), newChain(walk(2, target.logLikelihood, accept)), "metropolis", metropolis, powers(0, 1),
		},
		{
			"observation-redrawn", "measures every proposal anew and scores it by that, not by y", "TuringLang/JuliaBUGS.jl#250",
			modes(), newChain(remeasured(2)), "metropolis", metropolis, nil,
		},
		{
			"warm-up-returned", "returns the first states, which still tell where the chain began", "TuringLang/Turing.jl#635",
			modes(), warm, "metropolis", metropolis, nil,
		},
		{
			"redrawn-into-the-box", "redraws a proposal until it lies in the box, and does not correct for it", "lanl/PyBNF#766, armstrtw/CppBugs#14",
			box(), outOfBox, "box-metropolis", inBox, insideTimes(0.25),
		},
		{
			"jacobian-missing", "walks in the logit of x without the derivative of x by it", "blackjax-devs/blackjax#750",
			box(), onLogit(false), "logit-metropolis", onLogit(true), nil,
		},
		{
			"swap-transposed", "swaps replicas by the inverse of the ratio that is due", "synesenom/ran#977",
			modes(), swapped, "parallel-tempering", tempered, nil,
		},
		{
			"slice-of-the-joint", "slices the joint density where the likelihood is due: the prior counts twice", "STOR-i/GaussianProcesses.jl#180",
			line(), newChain(slice(target.log)), "elliptical-slice", newChain(slice(target.logLikelihood)), powers(2, 1),
		},
		{
			"kinetic-energy-of-the-position", "passes the position to the kinetic energy where the momentum is due", "blackjax-devs/blackjax#46",
			line(), newChain(hamiltonian(func(x, _ float64) float64 { return x * x / 2 })), "hmc", newChain(hamiltonian(kinetic)), nil,
		},
	} {
		all = append(all, Mutant{
			Name: m.name, Mechanism: m.mechanism, Report: m.report, Problem: m.problem,
			Sampler: m.mutant.sampler(m.name), Control: m.control.sampler(m.base), law: m.law,
		})
		if m.mutant.boxed {
			all[len(all)-1].Confined = "it is for the uniform law on [0, 1], which is not among the generated ones"
		}
	}
	return all
}
