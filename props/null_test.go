package props_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"assay/internal/parallel"
	"assay/props"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

var (
	nullRuns   = flag.Int("null", 300, "runs of the exact sampler in TestNull; the full test is 10000")
	familyRuns = flag.Int("families", 100, "runs of each family in TestNullByFamily; the full test is 10000")
)

const nullAlpha = 0.01

// TestNull judges the exact sampler at alpha = 0.01 on generated problems, one a
// run: singular and discrete laws, ties, atoms and absurd noise levels included; with
// 1, 3 and 9 draws a call, every fourth run as if its draws depended on each other, and
// every fifth on two problems together. More than alpha of false alarms is refuted by an exact binomial test at level
// 1e-6: with 10,000 runs it fails beyond 150, so it would notice a true rate of
// 0.018 with probability 0.99.
func TestNull(t *testing.T) {
	alarms := falseAlarms(t, *nullRuns, samplers.Exact(), func(run int) []*spec.Problem { return generated(problems.Small(), run) })
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
	alarms := falseAlarms(t, runs, wide, func(run int) []*spec.Problem { return generated(problems.Small(), run) })
	if p := atLeast(alarms, runs, nullAlpha); p > 1e-6 {
		t.Errorf("%d rejections in %d runs have probability %.3g under the null: the test cannot see a wrong sampler", alarms, runs, p)
	}
}

// TestNullByFamily is TestNull for each family by itself, and under a tolerance, for the
// exact sampler and for one at the edge of the tolerance. A family whose true rate is twice
// the bound would fail, with 10,000 runs, with probability 0.9998; with 100 one whose rate
// is 0.2.
func TestNullByFamily(t *testing.T) {
	each := func(g *rapid.Generator[*spec.Problem]) func(int) []*spec.Problem {
		return func(run int) []*spec.Problem { return generated(g, run) }
	}
	always := func(on ...*spec.Problem) func(int) []*spec.Problem {
		return func(int) []*spec.Problem { return on }
	}
	tolerance := spec.Tolerance{Tau: 0.05, Delta: 0.02}
	for _, test := range []struct {
		name      string
		candidate spec.Sampler
		on        func(run int) []*spec.Problem
		opts      []props.JudgeOption
	}{
		{"gaussian", samplers.Exact(), each(problems.Gaussian()), nil},
		{"mixture", samplers.Exact(), each(problems.Mixture()), nil},
		{"dataset", samplers.Exact(), each(problems.DataSet()), nil},
		{"hard", samplers.Exact(), always(named(t, "hard:goldreich:n=8")...), []props.JudgeOption{props.Calls(30)}},
		{"tolerance", samplers.Exact(), each(problems.Small()), []props.JudgeOption{props.Within(tolerance), props.Calls(50)}},
		{"edge", extremal{tolerance.Tau, tolerance.Delta, branch, true}, always(fork(t, tolerance.Delta, true)), []props.JudgeOption{props.Within(tolerance), props.Calls(50)}},
		{"local", samplers.Exact(), each(problems.Small()), []props.JudgeOption{props.Local(4)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			alarms := falseAlarms(t, *familyRuns, test.candidate, test.on, test.opts...)
			p := atLeast(alarms, *familyRuns, nullAlpha)
			t.Logf("%d false alarms in %d runs at alpha %v (%.2f %%); as many or more have probability %.3g under the bound",
				alarms, *familyRuns, nullAlpha, 100*float64(alarms)/float64(*familyRuns), p)
			if p < 1e-6 {
				t.Errorf("a right sampler is rejected more often than alpha")
			}
		})
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

// generated returns the problems of a run: one of the generator, and in every fifth run two.
func generated(generator *rapid.Generator[*spec.Problem], run int) []*spec.Problem {
	on := []*spec.Problem{generator.Example(run)}
	if other := generator.Example(run + 1<<20); run%5 == 4 && !bytes.Equal(other.Digest(), on[0].Digest()) {
		on = append(on, other)
	}
	return on
}

// falseAlarms returns how many of the runs reject the candidate, with 1, 3 and 9 draws a
// call and in every fourth run as if the draws depended on each other.
func falseAlarms(t *testing.T, runs int, candidate spec.Sampler, on func(run int) []*spec.Problem, opts ...props.JudgeOption) int {
	t.Helper()
	dependent := spec.NewSampler(candidate.Name(), false, candidate.Sample)
	var alarms atomic.Int64
	err := parallel.Each(t.Context(), runs, func(run int) error {
		s := candidate
		if run%4 == 3 {
			s = dependent
		}
		v, err := props.Judge(t.Context(), s, on(run), slices.Concat([]props.JudgeOption{props.Alpha(nullAlpha), props.Jobs(1),
			props.Calls(100), props.Draws([]int{1, 3, 9}[run%3]), props.Seed(uint64(run)), props.Terse()}, opts)...)
		switch {
		case err != nil:
			return fmt.Errorf("run %d: %w", run, err)
		case v.Fault != nil:
			return fmt.Errorf("run %d: %w", run, v.Fault)
		case v.Outcome == props.Rejected:
			alarms.Add(1)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return int(alarms.Load())
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
