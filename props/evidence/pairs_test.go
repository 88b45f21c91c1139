package evidence

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// reversible is a law of a truth and draws that form a chain from it: symmetric in the two
// members of every pair of truth and draw, and in nothing else.
type reversible [3][3]float64 // its joint law of two neighbours

// newReversible returns a chain that mostly stays where it is.
func newReversible(t *rapid.T) (c reversible) {
	total := 0.0
	for i := range c {
		for j := range i + 1 {
			w := rapid.Float64Range(0.01, 1).Draw(t, "weight")
			if i == j {
				w *= 10
			}
			c[i][j], c[j][i] = w, w
		}
	}
	for _, row := range c {
		for _, w := range row {
			total += w
		}
	}
	for i := range c {
		for j := range c {
			c[i][j] /= total
		}
	}
	return c
}

// paths calls visit with every sequence of states of the given length and its probability.
func (c reversible) paths(length int, visit func(path []int, probability float64)) {
	var walk func(path []int, probability float64)
	walk = func(path []int, probability float64) {
		if len(path) == length {
			visit(path, probability)
			return
		}
		for next := range c {
			p := probability
			margin := c[next][0] + c[next][1] + c[next][2]
			if len(path) == 0 {
				p *= margin
			} else {
				last := path[len(path)-1]
				p *= c[last][next] / (c[last][0] + c[last][1] + c[last][2])
			}
			walk(append(path[:len(path):len(path)], next), p)
		}
	}
	walk(nil, 1)
}

// always is a source that breaks every tie of two the same way.
type always uint64

func (a always) Uint64() uint64 { return uint64(a) }

// TestPairsAreEValues checks the one fact exactly for draws that depend on each other and on
// the truth: over all 3^(L+1) paths of a reversible chain that starts at the truth, the
// factor by which the wealth of pairs grows has mean 1, after any past, and so has that of every
// expert. A tie of two members, as of a chain that stays where it is, is broken either way with
// probability 1/2. Rounding is the only tolerance. Pools are the control: to them the chain
// looks wrong, and somewhere in the same runs the mean is off by a thousandth at least.
func TestPairsAreEValues(t *testing.T) {
	worst := 0.0
	rapid.Check(t, func(t *rapid.T) {
		const witnesses = 2
		draws := rapid.IntRange(1, 3).Draw(t, "draws")
		past := rapid.IntRange(0, 20).Draw(t, "past")
		seed := rapid.Uint64().Draw(t, "seed")
		chain := newReversible(t)
		rng := rand.New(rand.NewPCG(seed, 1))
		history, places := calls(past, witnesses, draws+1, 1, rng)
		state := func() (v [3]float64) {
			for i := range v {
				v[i] = rng.NormFloat64()
			}
			return v
		}
		means := [witnesses][3]float64{state(), state()}
		mean := func(independent bool) (total float64, each []float64) {
			chain.paths(draws+1, func(path []int, probability float64) {
				values := make([][]float64, witnesses)
				for k := range values {
					for _, s := range path {
						values[k] = append(values[k], means[k][s])
					}
				}
				for way := range 2 {
					p := newProcess(witnesses, features(witnesses), draws, !independent, 0)
					ties := rand.New(rand.NewPCG(seed, 3))
					for i, call := range history {
						p.Observe(call, places[i], ties)
					}
					if !independent { // a pool may have ties of three
						ties = rand.New(always(way))
					}
					before := p.LogWealth()
					p.Observe(values, 0, ties)
					total += probability / 2 * math.Exp(p.LogWealth()-before)
					if each == nil {
						each = make([]float64, len(p.portfolio.Factor))
					}
					for e, f := range p.portfolio.Factor {
						each[e] += probability / 2 * f
					}
				}
			})
			return total, each
		}
		total, each := mean(false)
		if math.Abs(total-1) > 1e-12 {
			t.Fatalf("mean factor 1%+.3g, want 1", total-1)
		}
		for e, m := range each {
			if math.Abs(m-1) > 1e-12 {
				t.Fatalf("mean factor of expert %d is 1%+.3g, want 1", e, m-1)
			}
		}
		if draws > 1 {
			total, _ = mean(true)
			worst = max(worst, math.Abs(total-1))
		}
	})
	if worst < 1e-3 {
		t.Errorf("pools: the mean factor is within %.3g of 1 for every chain: the chains show nothing", worst)
	}
}
