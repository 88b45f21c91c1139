package theorems

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"assay/spec"
)

// TestAcceptanceControls: 27 waits for 100 draws give a factor that they share to
// 1/sqrt(2700), and notice one of 1.14 nine times in ten at the statement's level; of 1.25
// (or of one where m = 8, beta = 2, that counts for more) they miss once in 1e7.
func TestAcceptanceControls(t *testing.T) {
	for name, factor := range map[string]func(m int, beta float64) float64{
		"no constant of the noise": func(m int, _ float64) float64 { return math.Pow(2*math.Pi, -float64(m)/2) },
		"a quarter more":           func(int, float64) float64 { return 1.25 },
		"a fifth less":             func(int, float64) float64 { return 0.8 },
		"a tenth more noise":       func(m int, _ float64) float64 { return math.Pow(1.1, float64(m)) },
	} {
		fails(t, name, func(r *run) (Result, error) {
			return acceptanceWithin(r, func(p *spec.Problem, y []float64) (float64, error) {
				rate, err := rateOf(p, y)
				measurement, _ := p.Linear()
				return min(1, rate*factor(len(y), measurement.Beta())), err
			})
		})
	}
}

// TestProposalsControls: what is wrong with an exponent, or with a third of the constant, is
// seen with certainty, for nothing is random.
func TestProposalsControls(t *testing.T) {
	for name, bound := range map[string]func(m int, lambda, beta, delta float64) float64{
		"sqrt(beta) for beta": func(m int, lambda, beta, delta float64) float64 {
			return proposalBound(m, lambda, beta, delta) - float64(m)*math.Log(1/math.Sqrt(beta))
		},
		"no sqrt(delta)": func(m int, lambda, beta, delta float64) float64 {
			return proposalBound(m, lambda, beta, delta) - float64(m)*math.Log(1/math.Sqrt(delta))
		},
		"no 2/delta": func(m int, lambda, beta, delta float64) float64 {
			return proposalBound(m, lambda, beta, delta) - math.Log(2/delta)
		},
		"an output less": func(m int, lambda, beta, delta float64) float64 { return proposalBound(m-1, lambda, beta, delta) },
		"beta to the power 0.8": func(m int, lambda, beta, delta float64) float64 {
			return proposalBound(m, lambda, beta, delta) + 0.2*float64(m)*math.Log(beta)
		},
		"no mean square": func(m int, _, beta, delta float64) float64 { return proposalBound(m, 0, beta, delta) },
		"a quarter of the constant": func(m int, lambda, beta, delta float64) float64 {
			return proposalBound(m, lambda, beta, delta) - float64(m)*math.Log(4)
		},
		"a third of its own logarithm": func(m int, lambda, beta, delta float64) float64 { return proposalBound(m, lambda, beta, delta) / 3 },
	} {
		fails(t, name, func(r *run) (Result, error) { return proposalsWithin(r, bound) })
	}
}

// TestBoundOfTheProof: the bound is that of its proof, with the volume of a ball for what is
// larger by Stirling's formula: by sqrt(pi m) to sqrt(pi m) exp(1/(6m)).
func TestBoundOfTheProof(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.IntRange(1, 100).Draw(t, "m")
		lambda := rapid.Float64Range(0, 10).Draw(t, "lambda")
		beta := math.Pow(10, rapid.Float64Range(-6, 2).Draw(t, "log10 beta"))
		delta := math.Pow(10, rapid.Float64Range(-9, 0).Draw(t, "log10 delta"))
		half, squared := float64(m)/2, 2*float64(m)*(lambda+beta*beta)/delta
		logGamma, _ := math.Lgamma(half + 1)
		ball := half*math.Log(math.Pi*squared) - logGamma
		exact := math.Log(2/delta) + ball - half*math.Log(2*math.Pi*beta*beta)
		excess := proposalBound(m, lambda, beta, delta) - exact - math.Log(math.Pi*float64(m))/2
		if excess < -1e-9 || excess > 1/(6*float64(m))+1e-9 {
			t.Fatalf("the bound exceeds that of a ball by %v beyond Stirling's factor", excess)
		}
	})
}

// TestGrowthControls: every other exponent is refuted.
func TestGrowthControls(t *testing.T) {
	for name, claim := range map[string]func(m int) float64{
		"sqrt(beta) for beta": func(m int) float64 { return float64(m) / 2 },
		"an output less":      func(m int) float64 { return float64(m - 1) },
		"no beta":             func(int) float64 { return 0 },
		"two hundredths less": func(m int) float64 { return 0.98 * float64(m) },
		"two hundredths more": func(m int) float64 { return 1.02 * float64(m) },
	} {
		fails(t, "beta: "+name, func(*run) (Result, error) { return inBeta(claim).exponents() })
	}
	for name, claim := range map[string]func(m int) float64{
		"no delta":                func(int) float64 { return 0 },
		"delta for its root":      func(m int) float64 { return 2 * float64(m) },
		"delta, and 2/delta":      func(m int) float64 { return 2*float64(m) + 2 },
		"an output less":          func(m int) float64 { return float64(m) + 1 },
		"no 2/delta":              func(m int) float64 { return float64(m) },
		"2/delta alone":           func(int) float64 { return 2 },
		"a part in 1000 too much": func(m int) float64 { return 1.001 * (float64(m) + 2) },
	} {
		fails(t, "delta: "+name, func(*run) (Result, error) { return inDelta(claim).exponents() })
	}
}

// TestRadial compares the density and the tail of a radial problem with the sums that define
// them, and draws of y with the quantile: of n of them the count beyond is binomial, false
// alarm [level] each; of 20,000, 100 of which should be beyond, it would notice a share wrong
// by a factor of 2.
func TestRadial(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := rapid.IntRange(1, 6).Draw(rt, "m")
		beta := math.Pow(10, rapid.Float64Range(-3, 0).Draw(rt, "log10 beta"))
		delta := math.Pow(10, rapid.Float64Range(-5, -0.5).Draw(rt, "log10 delta"))
		law := rapid.SampledFrom([]radial{normalOutputs(m, beta), rareOutputs(m, beta, delta), heavyOutputs(m, beta, 2.5)}).Draw(rt, "law")
		p, err := law.problem()
		if err != nil {
			rt.Fatal(err)
		}
		got, err := law.logProposals(delta)
		if err != nil {
			rt.Fatal(err)
		}
		r, density := law.radius(delta), 0.0
		for k, w := range law.weights {
			variance := law.deviations[k]*law.deviations[k] + beta*beta
			density += w * math.Exp(-r*r/(2*variance)) * math.Pow(beta*beta/variance, float64(m)/2)
		}
		if want := -math.Log(density); math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			rt.Fatalf("log proposals %v, want %v", got, want)
		}
		if tail := law.tail(r); math.Abs(tail/delta-1) > 1e-9 {
			rt.Fatalf("the share beyond the radius is %v, want %v", tail, delta)
		}
		const n = 1000
		x, y := make([]float64, m), make([]float64, m)
		rng, beyond := newRun(t, streamOf(m, beta, delta, law.name)).stream("radial", 0), 0
		for range n {
			p.Draw(x, y, rng)
			if mat.Norm(mat.NewVecDense(m, y), 2) > r {
				beyond++
			}
		}
		if equal(beyond, n, delta) < level {
			rt.Fatalf("%d of %d y are beyond the radius of %v", beyond, n, delta)
		}
	})
}

// TestProposalsOfHardInstances: over hard instances of up to 8 outputs, the y that take more
// proposals than the bound are a share delta at most. Of 200 draws it would notice 0.35 for
// a delta of 0.1.
func TestProposalsOfHardInstances(t *testing.T) {
	const delta, draws = 0.1, 200
	for i, m := range []int{1, 2, 4, 8} {
		in := instance(t, "goldreich:n=8,m=%d,R=1", m)
		p, err := in.Problem("hard")
		if err != nil {
			t.Fatal(err)
		}
		rng := newRun(t, 0).stream("proposals of hard instances", i)
		measurement, _ := p.Linear()
		over := takingMore(t, p, draws, proposalBound(m, 1+1e-9, measurement.Beta(), delta), rng)
		if atLeast(over, draws, delta) < level {
			t.Errorf("m = %d: %d of %d y take more proposals than the bound", m, over, draws)
		}
	}
}

// takingMore returns at how many of the given number of y rejection takes more proposals than
// exp(limit).
func takingMore(t *testing.T, p *spec.Problem, count int, limit float64, rng *rand.Rand) (more int) {
	t.Helper()
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	for range count {
		p.Draw(x, y, rng)
		log, err := logRateOf(p, y)
		if err != nil {
			t.Fatal(err)
		}
		if -log > limit {
			more++
		}
	}
	return more
}

// TestLatticeOutput: the masses of the cells of y are a law, the rates in them are those of
// draws, and what is beyond its quantile is a share delta of them, by a binomial test as in
// [TestRadial].
func TestLatticeOutput(t *testing.T) {
	const beta, delta, draws = 0.1, 0.05, 2000
	law, err := newLatticeOutput(beta)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, mass := range law.masses {
		sum += mass
	}
	if math.Abs(sum-1) > 1e-9 { // the sum over a grid of a twentieth of the narrowest part is exact to rounding
		t.Errorf("the masses sum to %v", sum)
	}
	p, err := instance(t, "identity:n=1,R=1,beta=%v", beta).Problem("hard")
	if err != nil {
		t.Fatal(err)
	}
	limit := law.logProposals(delta)
	over := takingMore(t, p, draws, limit, newRun(t, 0).stream("lattice output", 0))
	if equal(over, draws, delta) < level {
		t.Errorf("%d of %d y are beyond the quantile of %v", over, draws, delta)
	}
}

// TestScores: the scores of waits that follow the formula are standard normal. The sum of
// 2000 squares is chi-square, and the sum normal, up to rounding of [wait.score]; false alarm [level] each. It notices
// a variance off by 20 % and a mean off by 0.14.
func TestScores(t *testing.T) {
	const count = 2000
	for _, c := range []struct {
		draws int
		rate  float64
	}{{2, 0.7}, {5, 0.3}, {100, 0.01}} {
		rng := newRun(t, 0).stream(fmt.Sprint("scores", c.rate), 0)
		sum, squares := 0.0, 0.0
		for range count {
			trials := 0
			for range c.draws {
				trials += geometric(c.rate, rng)
			}
			z := (&wait{c.draws, trials, c.rate, 1 - rng.Float64()}).score()
			sum += z
			squares += z * z
		}
		if p := math.Erfc(math.Abs(sum) / math.Sqrt(2*count)); p < level {
			t.Errorf("%v: the mean of the scores is %v", c, sum/count)
		}
		if p := chiSquared(squares, count); p < level {
			t.Errorf("%v: the mean square of the scores is %v", c, squares/count)
		}
	}
}

// TestShare: the share accepted has the acceptance rate as its mean, to 6 standard errors of 4000
// waits (2e-9), some 5 % of it; counting the last success too would make it a quarter larger.
func TestShare(t *testing.T) {
	const count, draws, rate = 4000, 5, 0.1
	rng := newRun(t, 0).stream("share", 0)
	var values []float64
	for range count {
		trials := 0
		for range draws {
			trials += geometric(rate, rng)
		}
		values = append(values, (&wait{draws: draws, proposals: trials}).share())
	}
	mean, deviation := stat.MeanStdDev(values, nil)
	if tolerance := 6 * deviation / math.Sqrt(count); math.Abs(mean-rate) > tolerance || tolerance > 0.06*rate {
		t.Errorf("the mean share is %v, want %v within %v", mean, rate, tolerance)
	}
}

// TestWaitsNoticed: where all rates are off by the factor that the waits are said to notice, nine
// times in ten, they notice more than 150 of 200 times, of which 180 are expected (1e-9), and fewer
// than 80 times where they are off by the root of it (about 16 are expected).
func TestWaitsNoticed(t *testing.T) {
	const runs, count, draws, rate, p = 200, 20, 50, 0.01, 1e-4
	rng := newRun(t, 0).stream("noticed", 0)
	off := make(waits, count)
	for i := range off {
		off[i] = &wait{draws: draws, rate: rate}
	}
	factor := off.noticed(p)
	for _, c := range []struct {
		actual  float64
		atLeast int
		atMost  int
	}{{rate * factor, 150, runs}, {rate / factor, 150, runs}, {rate * math.Sqrt(factor), 0, 80}, {rate / math.Sqrt(factor), 0, 80}} {
		noticed := 0
		for range runs {
			var all waits
			for range count {
				trials := 0
				for range draws {
					trials += geometric(c.actual, rng)
				}
				all = append(all, &wait{draws, trials, rate, 1 - rng.Float64()})
			}
			if all.p() < p {
				noticed++
			}
		}
		if noticed < c.atLeast || noticed > c.atMost {
			t.Errorf("a factor of %v is noticed in %d of %d runs", c.actual/rate, noticed, runs)
		}
	}
}

// geometric draws how many trials one success takes.
func geometric(rate float64, rng *rand.Rand) int {
	return 1 + int(math.Log(1-rng.Float64())/math.Log1p(-rate))
}
