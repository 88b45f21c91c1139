package evidence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// atom is one call that has a probability: values of the witnesses on a pool, and the truth.
type atom struct {
	values [][]float64
	truth  int
}

// ahead is what two witnesses of a process may see next, after a past that has taught the
// kernel and the learner: every expert's factor on every atom.
type ahead struct {
	draws       int
	independent bool
}

// process returns one after a past of 15 calls in which the truth is too high in one witness
// and too low in the other.
func (a ahead) process(distance float64) *process {
	p := newProcess(2, features(2), a.draws, !a.independent, distance)
	rng := rand.New(rand.NewPCG(7, 7))
	values, places := calls(15, 2, a.draws+1, 0, rng)
	for i, call := range values {
		call[0][places[i]] += 1.5
		call[1][places[i]] -= 1
		p.Observe(call, places[i], rng)
	}
	return p
}

// factors returns the factor of each expert on an atom.
func (a ahead) factors(distance float64, at atom) []float64 {
	p := a.process(distance)
	p.Observe(at.values, at.truth, rand.New(rand.NewPCG(0, 0)))
	return p.portfolio.Factor
}

// expert says which one has the given number.
func expert(number int) string {
	p := ahead{1, true}.process(0)
	ranks, values := 2*p.rank.experts(), 2*valueExperts
	switch {
	case number >= ranks+values:
		return fmt.Sprintf("learner %d", number-ranks-values)
	case number >= ranks:
		return fmt.Sprintf("value bet %d", number-ranks)
	case number%p.rank.experts() == p.rank.experts()-1:
		return "kernel"
	}
	return fmt.Sprintf("rank shape %d", number)
}

// extremes are pools in which a far member stands on one side of all the others, the side
// being far, one sign a witness; of each pool the atoms in which one of its members or another
// is the truth. There are 8 atoms at most, so that each has probability 1/8 at least.
func (a ahead) extremes() (pools [][]atom) {
	const beyond = 1e9 // all clipped
	members := a.draws + 1
	for _, far := range [][]float64{{1, 1}, {1, -1}} {
		values := [][]float64{make([]float64, members), make([]float64, members)}
		for k := range values {
			for i := range values[k] {
				if !a.independent { // the draws of a call may be one and the same
					continue
				}
				values[k][i] = -far[k] * beyond * (1 + float64(i)/float64(members))
			}
			values[k][0] = far[k] * beyond
		}
		if a.independent {
			var atoms []atom
			for place := range members {
				atoms = append(atoms, atom{values, place})
			}
			pools = append(pools, atoms)
			continue
		}
		turned := [][]float64{make([]float64, members), make([]float64, members)}
		for k := range turned {
			for i := 1; i < members; i++ {
				turned[k][i] = values[k][0]
			}
		}
		pools = append(pools, []atom{{values, 0}, {turned, 0}})
	}
	return pools
}

// TestToleranceIsSpent: under any law within total variation D of an exchangeable one the mean
// of an expert's factor is at most 1. The laws that come closest to exceeding it move D from
// the call on which the factor is smallest to that on which it is largest, both of which have
// probability under the exchangeable law: its mean over the places of one pool grows by
// D (f_max - f_min). These are enumerated: the truth above or below all draws in either
// witness, far enough to be clipped. For pairs, and for pools of two, every expert's mean is 1
// on one of them, at D = 0 and beyond, so that no allowance is smaller than it need be, nor
// larger. For larger pools that holds of ranks; values and learners are allowed for as if all
// others could stand at one end of the range, which their median forbids, so that there the
// mean may fall short of 1: by 0.1 at most at D = 0.1 for four members (0.082 is what it comes to).
// Rounding is the only tolerance otherwise.
func TestToleranceIsSpent(t *testing.T) {
	for _, a := range []ahead{{1, true}, {3, false}, {3, true}} {
		for _, D := range []float64{0, 0.01, 0.1} {
			t.Run(fmt.Sprintf("%+v distance %v", a, D), func(t *testing.T) {
				var means, low, high []float64
				for _, atoms := range a.extremes() {
					mean := make([]float64, len(a.factors(D, atoms[0])))
					if means == nil {
						low, high = make([]float64, len(mean)), make([]float64, len(mean))
						floats.AddConst(math.Inf(1), low)
						floats.AddConst(math.Inf(-1), high)
					}
					for _, at := range atoms {
						for e, f := range a.factors(D, at) {
							mean[e] += f / float64(len(atoms))
							low[e], high[e] = min(low[e], f), max(high[e], f)
						}
					}
					means = mean
				}
				gap := 0.0
				for e, mean := range means {
					sup := mean + D*(high[e]-low[e])
					if sup > 1+1e-12 {
						t.Errorf("%s: a mean of 1%+.3g is within the tolerance", expert(e), sup-1)
					}
					ranks := a.draws == 3 && a.independent && e < 2*len(betaExponents)*len(betaExponents)
					if a.draws == 1 || !a.independent || D == 0 || ranks {
						if sup < 1-1e-12 {
							t.Errorf("%s: no mean within the tolerance exceeds 1%+.3g; more is allowed for than need be", expert(e), sup-1)
						}
					}
					gap = max(gap, 1-sup)
				}
				t.Logf("the largest mean within the tolerance is 1 - %.3g at least", gap)
				if gap > 0.1 {
					t.Errorf("the largest mean within the tolerance falls short of 1 by %v for some expert", gap)
				}
			})
		}
	}
}

// TestSoftmaxSpan: the span of n softmax(t)[0] over a box is that over its corners, as the
// function is monotone in each entry; they are enumerated.
func TestSoftmaxSpan(t *testing.T) {
	for n := 2; n <= 6; n++ {
		for _, width := range []float64{0, 0.4, 3, 25.6} {
			low, high := math.Inf(1), math.Inf(-1)
			for corner := range 1 << n {
				var first, sum float64
				for i := range n {
					w := math.Exp(width * float64(corner>>i&1))
					if i == 0 {
						first = w
					}
					sum += w
				}
				f := float64(n) * first / sum
				low, high = min(low, f), max(high, f)
			}
			if got := softmaxSpan(width, n); math.Abs(got-(high-low)) > 1e-13*float64(n) {
				t.Errorf("width %v, %d members: span %v, want %v", width, n, got, high-low)
			}
		}
	}
}
