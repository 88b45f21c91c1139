package props_test

import (
	"bytes"
	"context"
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/props"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

var nullRuns = flag.Int("null", 300, "runs of the exact sampler in TestNull; the full test is 10000")

const nullAlpha = 0.01

// TestNull judges the exact sampler at alpha = 0.01 on generated problems, one a
// run: singular and discrete laws, ties, atoms and absurd noise levels included; with
// 1, 3 and 9 draws a call, every fourth run as if its draws depended on each other, and
// every fifth on two problems together. More than alpha of false alarms is refuted by an exact binomial test at level
// 1e-6: with 10,000 runs it fails beyond 150, so it would notice a true rate of
// 0.018 with probability 0.99.
func TestNull(t *testing.T) {
	alarms := falseAlarms(t, *nullRuns, samplers.Exact())
	p := atLeast(alarms, *nullRuns, nullAlpha)
	t.Logf("%d false alarms in %d runs at alpha %v (%.2f %%); as many or more have probability %.3g under the bound",
		alarms, *nullRuns, nullAlpha, 100*float64(alarms)/float64(*nullRuns), p)
	if p < 1e-6 {
		t.Errorf("the exact sampler is rejected more often than alpha")
	}
}

// TestNullNoticesFault is the negative control: a sampler whose draws are wrong by an
// eighth of their deviation from the prior mean must fail the same binomial test in
// 300 runs of the same length. (It is rejected in more than a tenth of them.)
func TestNullNoticesFault(t *testing.T) {
	exact := samplers.Exact()
	wide := spec.NewSampler("wide", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if err := exact.Sample(ctx, dst, p, y, rng); err != nil {
			return err
		}
		other := mat.DenseCopyOf(dst)
		if err := exact.Sample(ctx, other, p, y, rng); err != nil {
			return err
		}
		other.Sub(dst, other)
		other.Scale(0.25, other)
		dst.Add(dst, other)
		return nil
	})
	const runs = 300
	alarms := falseAlarms(t, runs, wide)
	if p := atLeast(alarms, runs, nullAlpha); p > 1e-6 {
		t.Errorf("%d rejections in %d runs have probability %.3g under the null: the test cannot see a wrong sampler", alarms, runs, p)
	}
}

// atLeast returns the probability that n trials of probability p give k successes or
// more.
func atLeast(k, n int, p float64) float64 {
	if k == 0 {
		return 1
	}
	return 1 - distuv.Binomial{N: float64(n), P: p}.CDF(float64(k-1))
}

// falseAlarms returns how many of the runs reject the candidate.
func falseAlarms(t *testing.T, runs int, candidate spec.Sampler) (alarms int) {
	t.Helper()
	generator := problems.Small()
	dependent := spec.NewSampler(candidate.Name(), false, candidate.Sample)
	for run := range runs {
		s := candidate
		if run%4 == 3 {
			s = dependent
		}
		on := []*spec.Problem{generator.Example(run)}
		if other := generator.Example(run + 1<<20); run%5 == 4 && !bytes.Equal(other.Digest(), on[0].Digest()) {
			on = append(on, other)
		}
		v, err := props.Judge(t.Context(), s, on, props.Alpha(nullAlpha),
			props.Calls(100), props.Draws([]int{1, 3, 9}[run%3]), props.Seed(uint64(run)), props.Terse())
		if err != nil {
			t.Fatal(err)
		}
		if v.Fault != nil {
			t.Fatalf("run %d: %v", run, v.Fault)
		}
		if v.Outcome == props.Rejected {
			alarms++
		}
	}
	return alarms
}

// TestAtLeast checks the binomial tail against a sum of its terms.
func TestAtLeast(t *testing.T) {
	const n, p = 300, 0.01
	for _, k := range []int{0, 1, 5, 30} {
		sum := 0.0
		for i := k; i <= n; i++ {
			sum += math.Exp(distuv.Binomial{N: n, P: p}.LogProb(float64(i)))
		}
		if got := atLeast(k, n, p); math.Abs(got-sum) > 1e-12 {
			t.Errorf("P(X >= %d) = %v, want %v", k, got, sum)
		}
	}
}
