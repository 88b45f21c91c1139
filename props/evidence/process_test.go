package evidence

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
	"pgregory.net/rapid"
)

// calls returns n calls of k witnesses on pools of the given size, standard normal
// but for the truth, which is shifted.
func calls(n, witnesses, members int, shift float64, rng *rand.Rand) (values [][][]float64, places []int) {
	for range n {
		place := rng.IntN(members)
		call := make([][]float64, witnesses)
		for k := range call {
			call[k] = make([]float64, members)
			for i := range members {
				call[k][i] = rng.NormFloat64()
			}
			call[k][place] += shift
		}
		values = append(values, call)
		places = append(places, place)
	}
	return values, places
}

func features(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}

// TestFactorIsEValue checks the one fact exactly: after any past, the factor by
// which the wealth grows, averaged over which member of a given pool is the truth, is
// 1. Rounding is the only tolerance: some thousand experts of relative error 1e-15
// each. A factor that were off by a thousandth for one witness would show as 1e-5.
func TestFactorIsEValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		witnesses := rapid.IntRange(1, 5).Draw(t, "witnesses")
		draws := rapid.SampledFrom([]int{1, 2, 3, 9}).Draw(t, "draws")
		past := rapid.IntRange(0, 25).Draw(t, "past")
		independent := draws > 1 || rapid.Bool().Draw(t, "independent")
		scale := math.Exp(rapid.Float64Range(-200, 200).Draw(t, "log scale"))
		shift := rapid.Float64Range(-3, 3).Draw(t, "shift")
		seed := rapid.Uint64().Draw(t, "seed")

		history, places := calls(past, witnesses, draws+1, shift, rand.New(rand.NewPCG(seed, 1)))
		next, _ := calls(1, witnesses, draws+1, 0, rand.New(rand.NewPCG(seed, 2)))
		for _, call := range append(history, next...) {
			for _, v := range call {
				floats.Scale(scale, v)
			}
		}
		mean := 0.0
		for place := range draws + 1 {
			p := newProcess(witnesses, features(witnesses), draws, !independent, 0)
			ties := rand.New(rand.NewPCG(seed, 3))
			for i, call := range history {
				p.Observe(call, places[i], ties)
			}
			before := p.LogWealth()
			p.Observe(next[0], place, ties)
			mean += math.Exp(p.LogWealth()-before) / float64(draws+1)
		}
		if math.Abs(mean-1) > 1e-10 {
			t.Fatalf("mean factor over the places of the truth is 1%+.2g, want 1", mean-1)
		}
	})
}

// TestWealthStaysLowUnderNull checks Ville's inequality where the exact identity
// above does not reach: ties, atoms, heavy tails and infinities. The wealth is
// allowed to reach 20 with probability 1/20; of 1000 runs more than 88 do with
// probability 1e-6 (exact binomial tail). Draws that depend on each other, and controls that
// must be rejected, are in TestPairsAllowDependence.
func TestWealthStaysLowUnderNull(t *testing.T) {
	const runs, allowed = 1000, 88
	for name, law := range map[string]func(value []float64, rng *rand.Rand){
		"ties": func(value []float64, rng *rand.Rand) {
			for i := range value {
				value[i] = float64(rng.IntN(2))
			}
		},
		"all equal": func(value []float64, rng *rand.Rand) { clear(value) },
		"heavy tails": func(value []float64, rng *rand.Rand) {
			for i := range value {
				value[i] = rng.NormFloat64() / math.Pow(rng.Float64(), 3)
			}
		},
		"infinite": func(value []float64, rng *rand.Rand) {
			for i := range value {
				value[i] = bounded(1 / float64(rng.IntN(2)))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			high := 0
			for run := range runs {
				if reaches(20, 40, 3, true, law, uint64(run)) {
					high++
				}
			}
			if high > allowed {
				t.Errorf("wealth reached 20 in %d of %d runs, want at most %d", high, runs, allowed)
			}
		})
	}
}

// reaches reports whether the wealth reaches the threshold within n calls on one
// witness, values by law, which finds the truth in element 0.
func reaches(threshold float64, n, draws int, independent bool, law func([]float64, *rand.Rand), seed uint64) bool {
	rng := rand.New(rand.NewPCG(seed, 17))
	p := newProcess(1, features(1), draws, !independent, 0)
	value := make([]float64, draws+1)
	for range n {
		law(value, rng)
		p.Observe([][]float64{value}, 0, rng)
		if p.LogWealth() >= math.Log(threshold) {
			return true
		}
	}
	return false
}

// chain is a law of draws that each are right, but depend on each other.
func chain(value []float64, rng *rand.Rand) {
	const rho = 0.9
	value[0] = rng.NormFloat64()
	value[1] = rng.NormFloat64()
	for i := 2; i < len(value); i++ {
		value[i] = rho*value[i-1] + math.Sqrt(1-rho*rho)*rng.NormFloat64()
	}
}

// TestPairsAllowDependence: pairs must not reject a chain of right draws (bounds as
// above), where pools do (the control that shows that the chain matters), and must
// reject a chain of wrong ones.
func TestPairsAllowDependence(t *testing.T) {
	const runs, allowed = 1000, 88
	pairs, pools, shifted := 0, 0, 0
	for run := range runs {
		seed := uint64(run)
		if reaches(20, 100, 9, false, chain, seed) {
			pairs++
		}
		if run < 20 {
			if reaches(1e6, 400, 9, true, chain, seed) {
				pools++
			}
			if reaches(1e6, 400, 9, false, func(value []float64, rng *rand.Rand) {
				chain(value, rng)
				value[0] += 1
			}, seed) {
				shifted++
			}
		}
	}
	if pairs > allowed {
		t.Errorf("pairs: wealth reached 20 in %d of %d runs on right dependent draws, want at most %d", pairs, runs, allowed)
	}
	if pools < 20 {
		t.Errorf("pools: rejected %d of 20 chains as independent draws, want all", pools)
	}
	if shifted < 20 {
		t.Errorf("pairs: rejected %d of 20 chains whose truth is one deviation off, want all", shifted)
	}
}

// groups returns the logarithm of the wealth of each group of bets by itself: ranks, values,
// learners.
func groups(p *process) (log [3]float64) {
	share := p.portfolio.Share
	for i, n := range []int{p.witnesses * p.rank.experts(), p.witnesses * valueExperts, len(learnedScales)} {
		log[i] = p.LogWealth() + math.Log(3*floats.Sum(share[:n]))
		share = share[n:]
	}
	return log
}

// TestEachGroupSees: among three witnesses, an error that a group of bets is there for makes
// that group's own wealth, its third of the portfolio, reach 1e6 within 600 calls. A truth
// twice as widely spread as the draws is above and below them equally often, which ranks see
// and bets that are monotone in the value do not; a difference of two witnesses that is small
// besides what they have in common is seen by the learner alone. There the others must not
// reach 1e6, or the test would show nothing of the group: each of them has gained less than
// 10^6 in as many calls in which the one has gained 10^15 or more.
func TestEachGroupSees(t *testing.T) {
	const ranks, values, learner = 0, 1, 2
	for name, test := range map[string]struct {
		law   func(call [][]float64, rng *rand.Rand)
		group int
		alone bool
	}{
		"spread": {func(call [][]float64, rng *rand.Rand) { call[1][0] *= 2 }, ranks, true},
		"shift":  {func(call [][]float64, rng *rand.Rand) { call[1][0]++ }, values, false},
		"difference": {func(call [][]float64, rng *rand.Rand) {
			for i := range call[0] {
				common := 3 * rng.NormFloat64()
				call[0][i] += common
				call[1][i] += common
			}
			call[0][0] += 0.6
			call[1][0] -= 0.6
		}, learner, true},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			p := newProcess(3, features(3), 3, false, 0)
			for range 600 {
				values, _ := calls(1, 3, 4, 0, rng)
				test.law(values[0], rng)
				p.Observe(values[0], 0, rng)
			}
			for group, log := range groups(p) {
				if group == test.group && log < math.Log(1e6) {
					t.Errorf("group %d is worth 10^%.1f after 600 calls, want 10^6", group, log/math.Ln10)
				}
				if group != test.group && test.alone && log > math.Log(1e6) {
					t.Errorf("group %d, which should not see it, is worth 10^%.1f", group, log/math.Ln10)
				}
			}
			if top := p.shares()[0]; top.Witness == 2 {
				t.Errorf("the leading witness is number 2, which says nothing")
			}
		})
	}
}
