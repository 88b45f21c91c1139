package evidence

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNewtonStep: with one witness, the first step of a learner is g/(1/t^2 + v), g being the
// truth's value less the mean and v the variance over the pool, at theta = 0, where all are
// equally likely; the factor of the call after that is the softmax of its formula. The
// reference is written out here, as sums.
func TestNewtonStep(t *testing.T) {
	phi := []float64{0.5, -1, 2, 0.25}
	const truth = 2
	b := newLearnedBets([]int{0})
	factor := make([]float64, len(learnedScales))
	b.add(factor, [][]float64{phi}, truth, 1)
	b.learn()
	mean, variance := 0.0, 0.0
	for _, v := range phi {
		mean += v / 4
	}
	for _, v := range phi {
		variance += (v - mean) * (v - mean) / 4
	}
	for e, scale := range learnedScales {
		if math.Abs(factor[e]-1) > 1e-15 {
			t.Errorf("before it has learnt anything learner %d bets %v, want 1", e, factor[e])
		}
		theta := (phi[truth] - mean) / (1/(scale*scale) + variance)
		if got := b.learners[e].theta[0]; math.Abs(got-theta) > 1e-15 {
			t.Errorf("learner %d: theta is %v, want %v", e, got, theta)
		}
		next := make([]float64, len(learnedScales))
		b.add(next, [][]float64{phi}, truth, 1)
		sum := 0.0
		for _, v := range phi {
			sum += math.Exp(theta * v)
		}
		if want := 4 * math.Exp(theta*phi[truth]) / sum; math.Abs(next[e]-want) > 1e-14 {
			t.Errorf("learner %d: factor %v, want %v", e, next[e], want)
		}
	}
}

// TestLearnerGrows: where the truth is always above the draws in one feature and below in
// the other, each learner's wealth grows in every call but the first, and after 50 calls it is
// worth more than 1.5: a learner whose step goes the wrong way, which is an e-value too, loses
// in every one of them. Nothing is random.
func TestLearnerGrows(t *testing.T) {
	b := newLearnedBets([]int{0, 1})
	log := make([]float64, len(learnedScales))
	for call := range 50 {
		factor := make([]float64, len(learnedScales))
		b.add(factor, [][]float64{{1, -.5, -.5}, {-1, 1, 0}}, 0, 1)
		b.learn()
		for e, f := range factor {
			log[e] += math.Log(f)
			if call > 0 && f <= 1 {
				t.Fatalf("call %d: learner %d bets %v on what it has seen every time", call, e, f)
			}
		}
	}
	for e, l := range log {
		if l < math.Log(1.5) {
			t.Errorf("learner %d is worth %.3g after 50 calls, want 1.5 at least", e, math.Exp(l))
		}
	}
}

// TestLearnerOfPairs: a pair that weighs 1/L teaches as much as one L-th of a call.
func TestLearnerOfPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	phi := [][]float64{{rng.NormFloat64(), rng.NormFloat64()}}
	whole, parts := newLearnedBets([]int{0}), newLearnedBets([]int{0})
	dst := make([]float64, len(learnedScales))
	whole.add(dst, phi, 0, 1)
	for range 4 {
		parts.add(dst, phi, 0, 0.25)
	}
	whole.learn()
	parts.learn()
	for e := range learnedScales {
		if a, b := whole.learners[e].theta[0], parts.learners[e].theta[0]; math.Abs(a-b) > 1e-15 || a == 0 {
			t.Errorf("learner %d: theta %v from four quarters, %v from one whole", e, b, a)
		}
	}
}
