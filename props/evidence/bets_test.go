package evidence

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems"
)

// TestValueFactors: the factors of the bets on values are exp(lambda phi_0)/mean exp(lambda phi_i), by
// the plain formula: lambda 0.05, 0.1, ... 3.2 of either sign. Powers by repeated squaring are off by
// less than 2^6 roundings.
func TestValueFactors(t *testing.T) {
	phi := []float64{0.3, -1.7, 4, -4}
	for truth := range phi {
		got := make([]float64, valueExperts)
		newValueBets(1).add(got, phi, truth, 0.5)
		for e := range valueDoubles {
			for sign, at := range map[float64]int{1: 2 * e, -1: 2*e + 1} {
				lambda := sign * 0.05 * math.Exp2(float64(e))
				mean := 0.0
				for _, v := range phi {
					mean += math.Exp(lambda*v) / float64(len(phi))
				}
				if want := 0.5 * math.Exp(lambda*phi[truth]) / mean; math.Abs(got[at]-want) > 1e-13*want {
					t.Errorf("truth %d, lambda %v: factor %v, want %v", truth, lambda, got[at], want)
				}
			}
		}
	}
}

// TestMeanRanks: a truth that is above all draws has mean rank 1, one below all of them 0, in pools and
// in pairs, whatever its place.
func TestMeanRanks(t *testing.T) {
	for _, independent := range []bool{true, false} {
		for truth := range 4 {
			p := newProcess(2, nil, 3, !independent, 0)
			for range 5 {
				above, below := []float64{1, 2, 3, 4}, []float64{1, 2, 3, 4}
				above[truth], below[truth] = 9, -9
				p.Observe([][]float64{above, below}, truth, rand.New(rand.NewPCG(1, 1)))
			}
			for _, w := range p.shares() {
				if want := float64(1 - w.Witness); w.MeanRank != want {
					t.Errorf("independent %v, truth %d, witness %d: mean rank %v, want %v", independent, truth, w.Witness, w.MeanRank, want)
				}
			}
		}
	}
}

// TestLearnerFollowsTheTruth: wherever in the pool the truth is, a learner comes to bet on what it is
// higher in than the draws, and against what it is lower in.
func TestLearnerFollowsTheTruth(t *testing.T) {
	for truth := range 3 {
		p := newProcess(2, features(2), 2, false, 0)
		values := [][]float64{{0, 1, 2}, {0, 1, 2}}
		values[0][truth], values[1][truth] = 5, -5
		p.Observe(values, truth, rand.New(rand.NewPCG(1, 1)))
		for _, l := range p.learned.learners {
			if !(l.theta[0] > 0 && l.theta[1] < 0) {
				t.Errorf("truth %d: theta %v, want the first above 0 and the second below", truth, l.theta)
			}
		}
	}
}

// TestPlaceSaysNothing: the truth comes to stand in every place of a pool. One of four is missed by 120
// pools with probability 4 (3/4)^120 = 4e-15.
func TestPlaceSaysNothing(t *testing.T) {
	p, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 3))
	b, err := newBattery(p, 3, false, 0, rng)
	if err != nil {
		t.Fatal(err)
	}
	places := map[int]int{}
	for range 120 {
		places[b.Evaluate([]float64{1, 2}, mat.NewDense(3, 2, nil), []float64{0}, rng).place]++
	}
	if len(places) != 4 {
		t.Errorf("of four places the truth was in %v", places)
	}
}

// TestPoolHoldsAll: a pool is the truth in its place and every draw once, but for the blur, here of
// 1e-8 at most.
func TestPoolHoldsAll(t *testing.T) {
	p, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 4))
	b, err := newBattery(p, 3, false, 0, rng)
	if err != nil {
		t.Fatal(err)
	}
	draws := mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6})
	for range 20 {
		pool, place := b.pool([]float64{-1, -2}, draws, []float64{0}, rng)
		seen := map[float64]bool{}
		for i := range 4 {
			x := pool.X.RawRowView(i)
			if math.Abs(x[1]-x[0]-math.Copysign(1, x[0])) > 1e-7 || (i == place) != (x[0] < 0) {
				t.Fatalf("member %d of a pool with the truth in place %d is %v", i, place, x)
			}
			seen[math.Round(x[0])] = true
		}
		if len(seen) != 4 {
			t.Fatalf("the pool holds %v", seen)
		}
	}
}

// TestDensitiesAddUp: the log posterior density, but for its constant, is the log-likelihood and the log
// prior density.
func TestDensitiesAddUp(t *testing.T) {
	p, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 5))
	b, err := newBattery(p, 3, false, 0, rng)
	if err != nil {
		t.Fatal(err)
	}
	s := b.Evaluate([]float64{1, 2}, mat.NewDense(3, 2, []float64{0, 1, -2, 0.5, 3, 1}), []float64{0.7}, rng)
	of := map[string][]float64{}
	for k, name := range b.names {
		of[name] = s.values[k]
	}
	for i := range 4 {
		likelihood, prior, posterior := of["log-likelihood"][i], of["log prior density"][i], of["log posterior density"][i]
		if math.Abs(likelihood+prior-posterior) > 1e-12*(1+math.Abs(posterior)) || likelihood == 0 || prior == 0 {
			t.Errorf("member %d: %v and %v come to %v", i, likelihood, prior, posterior)
		}
	}
}
