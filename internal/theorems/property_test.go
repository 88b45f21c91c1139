package theorems

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/internal/inverter"
	"assay/internal/wealth"
	"assay/spec"
)

// streamOf turns what a property drew into the seed of its streams, so that rapid
// chooses problems and never noise.
func streamOf(drawn ...any) uint64 {
	return spec.Stream(0, "theorems/property", []byte(fmt.Sprint(drawn...)), 0).Uint64()
}

// TestInequality: over functions, dials, shifts and failures, a planted sampler fails no
// more often than delta + slack(tau). In 200 targets it would notice failures in excess
// of the bound by 0.3 with probability 0.99.
func TestInequality(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const targets = 200
		p := plantsOf().Draw(rt, "plant")
		in, k, err := p.measure(newRun(t, streamOf(p)), 0, targets)
		if err != nil {
			rt.Fatal(err)
		}
		if b := failureBound(in, p.tau, p.delta); atLeast(k, targets, b) < level {
			rt.Fatalf("%d of %d targets failed; the bound is %v", k, targets, b)
		}
	})
}

// TestContrapositive: over functions and dials, one failure is worth at most 1/bound and at
// least a fifth of that, and a planted failure rate of 0.9 is rejected at 1e-6 within 200
// targets wherever the slack is below 0.01, while the same sampler without is not. A right
// sampler ever reaches the wealth 1e9 with probability 1e-9.
func TestContrapositive(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := plantsOf().Draw(rt, "plant")
		p.tau = 0
		if _, k, err := (plant{function: p.function, R: p.R, eps: p.eps, noise: p.noise, delta: 1}).measure(newRun(t, 0), 0, 1); err != nil {
			rt.Fatal(err)
		} else if k == 0 {
			p.function = "identity:n=5" // nothing fails for a constant
		}
		for _, p.delta = range []float64{0, 0.9} {
			const targets = 200
			in, k, err := p.measure(newRun(t, streamOf(p)), 0, targets)
			if err != nil {
				rt.Fatal(err)
			}
			bound := min(1, in.Slack(0))
			one := wealth.NewFailures(bound)
			one.Observe(1)
			if worth := math.Exp(one.LogWealth()); worth > (1+1e-12)/bound || worth < 1/(stakes*bound) {
				rt.Fatalf("one failure is worth %v, the bound is 1/%v", worth, bound)
			}
			failures := wealth.NewFailures(bound)
			for i := range targets { // the wealth does not depend on the order
				failures.Observe(float64(min(1, max(0, k-i))))
			}
			wealth := failures.LogWealth()
			if p.delta == 0 && wealth > -math.Log(level) {
				rt.Fatalf("the exact sampler is rejected: %d failures, wealth %v, bound %v", k, wealth, bound)
			}
			if p.delta > 0 && bound < 0.01 && wealth < math.Log(1e6) {
				rt.Fatalf("a sampler that fails on purpose is not rejected: %d failures, wealth %v, bound %v", k, wealth, bound)
			}
		}
	})
}

// TestConverse: the distance between uniform preimages and the exact posterior has the mean
// 1 - (1 - misread)^m, and what the oracle's sampler returns has the parities read off y,
// always. In 100 measurements it would notice a mean wrong by 0.4.
func TestConverse(t *testing.T) {
	oracle := inverter.Sampler(inverter.Enumerate())
	rapid.Check(t, func(rt *rapid.T) {
		const measurements = 100
		p := plantsOf().Draw(rt, "plant")
		in, err := p.instance()
		if err != nil {
			rt.Fatal(err)
		}
		problem, err := in.Problem("hard")
		if err != nil {
			rt.Fatal(err)
		}
		rng := newRun(t, streamOf(p)).stream("converse", 0)
		all, heads := newImages(in), 0
		for i := range measurements {
			y := in.Target(in.RandomImage(rng), rng)
			tv := all.oracleDistance(in, y)
			if rng.Float64() < tv {
				heads++
			}
			read := in.Decode(y)
			if i >= 5 || !slices.ContainsFunc(all, func(z []bool) bool { return slices.Equal(z, read) }) {
				continue
			}
			x := smoothed(in, 3, 0, rng)
			if err := oracle.Sample(t.Context(), x, problem, y, rng); err != nil {
				rt.Fatal(err)
			}
			if found := in.Read(x, read).Found; found < 3 && p.R > 8 {
				rt.Fatalf("only %d of 3 draws have the parities read", found)
			}
		}
		mean := -math.Expm1(float64(in.Function().M) * math.Log1p(-in.Misread()))
		if equal(heads, measurements, mean) < level {
			rt.Fatalf("%d of %d coins, want a share of %v", heads, measurements, mean)
		}
	})
}

// TestScore: over functions, dials and noise, the local rule is within the bound, by a bet on
// 30 points, half of which have a wrong sign; and within both of the looser bounds.
func TestScore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		name := fmt.Sprintf("%s,R=%v,eps=%v", functions().Draw(rt, "function"), rapid.Float64Range(4, 14).Draw(rt, "R"), rapid.Float64Range(0.2, 1.2).Draw(rt, "eps"))
		pair, err := newRules(name)
		if err != nil {
			rt.Fatal(err)
		}
		in, sigma := pair.local, math.Pow(10, rapid.Float64Range(-3, 3).Draw(rt, "log10 sigma"))
		scaled := sigma / in.Dials().R
		for what, bound := range map[string]float64{
			"signs": in.ScoreBoundSigns(scaled), "smooth": in.ScoreBoundSmooth(scaled), "both": in.ScoreBound(scaled),
		} {
			cell := scoreCell{rules: pair, sigma: sigma, bound: bound}
			p, err := cell.measure(30, newRun(t, streamOf(name, sigma)).stream("score", 0))
			if err != nil {
				rt.Fatal(err)
			}
			if p < level {
				rt.Fatalf("%s: the error is %v, the bound %v (p %v)", what, cell.error, bound, p)
			}
		}
	})
}

// TestSmoothing: no x has a ratio of the cosets beyond the bound, and mu = eps has it. The
// tolerance is the rounding of [largestLogRatio].
func TestSmoothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		eps := rapid.Float64Range(0.2, 1.2).Draw(rt, "eps")
		sigma := math.Pow(10, rapid.Float64Range(-3, 3).Draw(rt, "log10 sigma"))
		width := 1 + sigma*sigma
		bound := instance(rt, "identity:n=1,R=1,eps=%v", eps).LogCosetRatio(sigma)
		ratio := func(x float64) (difference, rounding float64) {
			zero, one := logCoset(0, eps, x, sigma), logCoset(1, eps, x, sigma)
			return one - zero, 1e-14 * (1 + math.Abs(zero) + math.Abs(one) + x*x/(sigma*sigma))
		}
		x := rapid.Float64Range(-10, 10).Draw(rt, "x") * math.Sqrt(width)
		if difference, rounding := ratio(x); math.Abs(difference) > bound+rounding {
			rt.Fatalf("log ratio %v at x = %v, bound %v", difference, x, bound)
		}
		if difference, rounding := ratio(eps * width); math.Abs(difference-bound) > rounding+1e-9*bound {
			rt.Fatalf("log ratio %v at mu = eps, want %v", difference, bound)
		}
	})
}

// TestOrthant: the mean posterior of secrets other than the signs is 1 - (1 - Q)^n, by a
// binomial test with 100 coins, which would notice a mean wrong by 0.4.
func TestOrthant(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const points = 100
		R, eps := rapid.Float64Range(1, 14).Draw(rt, "R"), rapid.Float64Range(0.2, 1.2).Draw(rt, "eps")
		in := instance(rt, "%s,R=%v,eps=%v", functions().Draw(rt, "function"), R, eps)
		exact, err := in.Enumerate()
		if err != nil {
			rt.Fatal(err)
		}
		sigma := math.Pow(10, rapid.Float64Range(-2, 2).Draw(rt, "log10 sigma"))
		rng := newRun(t, streamOf(R, eps, sigma, in.Function().Name)).stream("orthant", 0)
		x, heads := smoothed(in, points, sigma, rng), 0
		for row := range points {
			if rng.Float64() < exact.WrongSecret(x.RawRowView(row), sigma) {
				heads++
			}
		}
		if q := in.WrongSign(sigma); equal(heads, points, q) < level {
			rt.Fatalf("%d of %d coins, want a share of %v", heads, points, q)
		}
	})
}

// TestLargeNoise: at no point, however far from where the law is, do the outputs move the
// secret by more than tanh(m r/4); rounding as in [largeNoiseWithin].
func TestLargeNoise(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		R, eps := rapid.Float64Range(1, 8).Draw(rt, "R"), rapid.Float64Range(0.2, 1.2).Draw(rt, "eps")
		in := instance(rt, "%s,R=%v,eps=%v", functions().Draw(rt, "function"), R, eps)
		sigma := math.Pow(10, rapid.Float64Range(-1, 2).Draw(rt, "log10 sigma"))
		x := make([]float64, in.Dim())
		for i := range x {
			x[i] = rapid.Float64Range(-5, 5).Draw(rt, "x") * math.Hypot(1, sigma) / R
		}
		if shift, bound := secretShift(in, newImages(in), x, sigma), in.SecretShift(sigma/R); shift > bound+1e-11 {
			rt.Fatalf("the outputs move the secret by %v, bound %v", shift, bound)
		}
	})
}

// TestAcceptance: at y of a generated hard instance, the waiting time for 10 acceptances
// has the law that the formula says.
func TestAcceptance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := plant{
			function: fmt.Sprintf("goldreich:n=6,m=%d,seed=%d", rapid.IntRange(1, 3).Draw(rt, "m"), rapid.IntRange(0, 99).Draw(rt, "seed")),
			R:        rapid.Float64Range(3, 14).Draw(rt, "R"), eps: rapid.Float64Range(0.2, 1.2).Draw(rt, "eps"), noise: rapid.Float64Range(0.3, 1).Draw(rt, "eps/beta"),
		}
		in, err := p.instance()
		if err != nil {
			rt.Fatal(err)
		}
		problem, err := in.Problem("hard")
		if err != nil {
			rt.Fatal(err)
		}
		r := newRun(t, streamOf(p))
		rng := r.stream("acceptance", 0)
		y, err := affordable(problem, rng)
		if err != nil {
			rt.Fatal(err)
		}
		rate, err := rateOf(problem, y)
		if err != nil {
			rt.Fatal(err)
		}
		w, err := newWait(r, problem, y, 10, rate, rng)
		if err != nil {
			rt.Fatal(err)
		}
		if w.p() < level {
			rt.Fatalf("%d proposals for 10 draws at rate %v", w.proposals, w.rate)
		}
	})
}

// TestUnconditional: over functions and dials, diffusion yields points whose parities are f
// of their signs. Discretisation costs 1e-6 of the draws at most, over these dials ([TestFlow]): of
// 32 draws two failures have probability 5e-10, and are noticed; the share of failures that makes
// them likely, 0.9, is 12 %.
func TestUnconditional(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const draws = 32
		R, eps := rapid.Float64Range(8, 14).Draw(rt, "R"), rapid.Float64Range(0.2, 0.6).Draw(rt, "eps")
		in := instance(rt, "%s,R=%v,eps=%v", functions().Draw(rt, "function"), R, eps)
		k, err := Consistent(t.Context(), heun50, in, draws, newRun(t, streamOf(R, eps, in.Function().Name)).stream("unconditional", 0))
		if err != nil {
			rt.Fatal(err)
		}
		if atMost(k, draws, 1-1e-6) < level {
			rt.Fatalf("%d of %d draws have f(signs) = parities", k, draws)
		}
	})
}
