package theorems

import (
	"context"
	"encoding/json"
	"math"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"assay/samplers"
)

// TestTails compares the binomial tails with sums of their terms.
func TestTails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		k := rapid.IntRange(-1, n+1).Draw(t, "k")
		p := rapid.SampledFrom([]float64{0, 1e-9, 0.01, 0.3, 0.5, 0.999, 1}).Draw(t, "p")
		upper, lower := 0.0, 0.0
		for i := range n + 1 {
			term := math.Exp(distuv.Binomial{N: float64(n), P: p}.LogProb(float64(i)))
			if p == 0 || p == 1 { // of which gonum makes NaN
				term = 0
				if (i == n) == (p == 1) && (i == 0 || i == n) {
					term = 1
				}
			}
			if i >= k {
				upper += term
			}
			if i <= k {
				lower += term
			}
		}
		if got := atLeast(k, n, p); math.Abs(got-upper) > 1e-12+1e-9*upper {
			t.Fatalf("P(X >= %d) = %v, want %v", k, got, upper)
		}
		if got := atMost(k, n, p); math.Abs(got-lower) > 1e-12+1e-9*lower {
			t.Fatalf("P(X <= %d) = %v, want %v", k, got, lower)
		}
	})
}

// TestMeanAtMost: at the edge of the claim a p-value below 0.05 comes up in at most 5 % of
// runs: of 1000, more than 90 have probability below 1e-7. Beyond it, at twice the bound,
// nearly every run is below 1e-3.
func TestMeanAtMost(t *testing.T) {
	rng := newRun(t, 0).stream("mean at most", 0)
	below := func(mean, bound, p float64) (count int) {
		for range 1000 {
			values := make([]float64, 200)
			for i := range values {
				if values[i] = 0; rng.Float64() < 2*mean {
					values[i] = rng.Float64() // of mean 1/2
				}
			}
			if meanAtMost(values, bound) < p {
				count++
			}
		}
		return count
	}
	if count := below(0.1, 0.1, 0.05); count > 90 {
		t.Errorf("%d of 1000 p-values are below 0.05", count)
	}
	if count := below(0.3, 0.1, 1e-3); count < 950 {
		t.Errorf("a mean of three times the bound is noticed in %d of 1000 runs only", count)
	}
	if p := meanAtMost([]float64{1, 1, 1}, 1); p != 1 {
		t.Errorf("a bound of 1 is exceeded with p-value %v", p)
	}
}

// TestWaiting: the waiting time is what the sum over its law says: N trials for k
// successes have probability binomial(N-1, k-1) r^k (1-r)^(N-k).
func TestWaiting(t *testing.T) {
	const k, rate = 4, 0.3
	early := 0.0
	for n := k; n < 60; n++ {
		law := math.Exp(distuv.Binomial{N: float64(n - 1), P: rate}.LogProb(k-1)) * rate
		early += law
		want := min(1, 2*min(early, 1-early+law))
		if got := (&wait{draws: k, proposals: n, rate: rate}).p(); math.Abs(got-want) > 1e-12 {
			t.Errorf("%d proposals: p-value %v, want %v", n, got, want)
		}
	}
}

func TestMargin(t *testing.T) {
	for _, c := range []struct {
		measured float64
		relation Relation
		bound    float64
		want     float64
	}{
		{1, AtMost, 4, 0.75}, {4, AtMost, 1, -0.75}, {0, AtMost, 1e-300, 1}, {0, AtMost, 0, 0},
		{1, AtLeast, 0.5, 0.5}, {0.5, AtLeast, 1, -0.5}, {0, AtLeast, 1, -1}, {0.9, Equals, 1, -0.1}, {1, Equals, 0.5, -0.5},
	} {
		if got := (Result{Measured: c.measured, Relation: c.relation, Bound: c.bound}).Margin(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v %s %v: margin %v, want %v", c.measured, c.relation, c.bound, got, c.want)
		}
	}
}

// TestDeterminism: a result is a function of the seed, however many processors share the
// work, and differs between seeds.
func TestDeterminism(t *testing.T) {
	text := func(processors int, seed uint64) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		diffusion := samplers.Diffusion{Method: samplers.Heun, Steps: 12} // few enough to fail at times
		shared, err := unconditionalBy(newRun(t, seed), diffusion, []string{"goldreich:n=64,m=64"})
		if err != nil {
			t.Fatal(err)
		}
		single, err := orthant(newRun(t, seed))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal([]Result{shared, single})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	one := text(1, 1)
	if two := text(2, 1); one != two {
		t.Errorf("one processor gives\n%s\ntwo give\n%s", one, two)
	}
	if other := text(2, 2); one == other {
		t.Error("another seed gives the same")
	}
}

// TestInterrupted: what was not checked is left out, and that is said.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	watched := 0
	report, err := Run(ctx, list(), 0, Quick, func(int, int) { watched++; cancel() })
	if err != nil {
		t.Fatal(err)
	}
	if !report.Interrupted || len(report.Results) == len(list()) || watched == 0 {
		t.Errorf("interrupted %v, %d results, watched %d times", report.Interrupted, len(report.Results), watched)
	}
	if _, err := list()[0].Check(t.Context(), 0, "ample"); err == nil {
		t.Error("no error for an unknown budget")
	}
}
