package theorems

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/internal/inverter"
	"assay/samplers"
	"assay/spec"
)

// cheap is a hard family that is cheap to measure.
var cheap = []growing{{"mq:n=%d,m=%[1]d,seed=%d", []int{6, 8, 10}}}

// TestLowerBoundControls: each of the three exponents is seen to be wrong, alone: the other two
// are right in all of these, as the first case shows, which changes nothing.
func TestLowerBoundControls(t *testing.T) {
	sat, err := inverter.Parse("sat")
	if err != nil {
		t.Fatal(err)
	}
	right := costs{rejectionWait, everyInput, inverting(sat)}
	t.Run("nothing wrong", func(t *testing.T) {
		result, err := lowerBoundOf(newRun(t, 0), cheap, right)
		if err != nil || !result.Holds {
			t.Errorf("%v, p %v\n%s", err, result.P, result.Detail)
		}
	})
	// Back substitution inverts it, and a solver finds that out: a handful of conflicts at any size.
	fails(t, "a function that unravels", func(r *run) (Result, error) {
		return lowerBoundOf(r, []growing{{"twotoone:n=%d,seed=%d", []int{8, 10, 12}}}, right)
	})
	// n + 1 inputs.
	fails(t, "linear algebra", func(r *run) (Result, error) {
		easy := right
		easy.invert = inverting(inverter.Linear())
		return lowerBoundOf(r, []growing{{"linear:n=%d,m=%[1]d,seed=%d", []int{8, 10, 12}}}, easy)
	})
	// An output more costs a factor of 8 or so; 32 draws tell 1 from 3 for certain.
	fails(t, "rejection that forgets an output", func(r *run) (Result, error) {
		wrong := right
		wrong.reject = rejectingBy(func(m spec.Linear) (*mat.Dense, float64) {
			a := mat.DenseCopyOf(m.A())
			a.SetRow(0, make([]float64, m.Dim()))
			return a, m.Beta()
		})
		return lowerBoundOf(r, cheap, wrong)
	})
	fails(t, "rejection with other noise", func(r *run) (Result, error) {
		wrong := right
		wrong.reject = rejectingBy(func(m spec.Linear) (*mat.Dense, float64) { return m.A(), 30 * m.Beta() })
		return lowerBoundOf(r, cheap, wrong)
	})
	fails(t, "enumeration that leaves out an input", func(r *run) (Result, error) {
		wrong := right
		wrong.enumerate = func(ctx context.Context, c *circuit.Circuit, z []bool) (uint64, error) {
			looked, err := everyInput(ctx, c, z)
			return looked - 1, err
		}
		return lowerBoundOf(r, cheap, wrong)
	})
}

// TestCountsDoNotDependOnProcessors: the solver, the search and the sampler count the same work
// however many processors share it, and other work on other streams.
func TestCountsDoNotDependOnProcessors(t *testing.T) {
	sat, err := inverter.Parse("sat")
	if err != nil {
		t.Fatal(err)
	}
	count := func(processors int, seed uint64) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		result, err := lowerBoundOf(newRun(t, seed), cheap, costs{rejectionWait, everyInput, inverting(sat)})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(result.Notes, "\n")
	}
	one := count(1, 1)
	if two := count(2, 1); one != two {
		t.Errorf("one processor counts\n%s\ntwo count\n%s", one, two)
	}
	if other := count(2, 2); one == other {
		t.Error("another seed counts the same")
	}
}

// rejectingBy waits for draws that are accepted by another measurement. A y whose first entry
// is forgotten is taken for 0 there.
func rejectingBy(of func(m spec.Linear) (*mat.Dense, float64)) func(context.Context, *spec.Problem, []float64, int, *rand.Rand) (int, error) {
	return func(ctx context.Context, p *spec.Problem, y []float64, draws int, rng *rand.Rand) (int, error) {
		measurement, _ := p.Linear()
		a, beta := of(measurement)
		m, err := spec.NewLinear(a, beta)
		if err != nil {
			return 0, err
		}
		wrong, err := spec.NewProblem("wrong", p.Prior(), m)
		if err != nil {
			return 0, err
		}
		y = append([]float64(nil), y...)
		if mat.Norm(a.RowView(0), 2) == 0 {
			y[0] = 0
		}
		sampler := &samplers.Rejection{Proposal: samplers.Prior(), Max: 1e12}
		err = sampler.Sample(ctx, mat.NewDense(draws, p.Dim(), nil), wrong, y, rng)
		examined, _ := sampler.Proposals()
		return int(examined), err
	}
}

// TestSlopeInterval: of growths whose logarithms are known, the median exponent, and an interval
// that covers it in at least 95 % of 2000 samples: fewer than 1842 have probability 1e-9. One
// step closer in on either side the coverage is 1 - 2 P(Bin(32, 1/2) < 11), or 93 %, of which
// more than 1842 come up half of the time: the bound is that tight.
func TestSlopeInterval(t *testing.T) {
	rng, covered := newRun(t, 0).stream("interval", 0), 0
	for range 2000 {
		g := &costGrowth{growing: growing{sizes: []int{8, 10, 12}}, logs: make([][3]float64, 32)}
		for i := range g.logs { // median slope 1, skew
			g.logs[i] = [3]float64{0, 2 + rng.NormFloat64(), 4 * math.Exp(rng.NormFloat64())}
		}
		if low, high := g.interval(); low <= 1 && 1 <= high {
			covered++
		}
	}
	if covered < 1842 {
		t.Errorf("the interval covers the median in %d of 2000 samples", covered)
	}
	few := &costGrowth{growing: growing{sizes: []int{8, 10, 12}}, logs: make([][3]float64, 4)}
	if low, high := few.interval(); !math.IsInf(low, -1) || !math.IsInf(high, 1) {
		t.Errorf("four slopes give the interval [%v, %v], want all numbers", low, high)
	}
}

// TestNoticedGrowth: a share of slopes below the cubic one that is said to be noticed nine
// times in ten is, by the sum of the binomial law, and a share a hundredth less is not.
func TestNoticedGrowth(t *testing.T) {
	g := &costGrowth{growing: growing{sizes: []int{8, 10, 12}}, logs: make([][3]float64, 100)}
	const alpha = 1e-6
	share := g.noticed(alpha)
	power := func(share float64) (p float64) {
		for below := range len(g.logs) + 1 {
			if atLeast(below, len(g.logs), 0.5) <= alpha {
				return atLeast(below, len(g.logs), share)
			}
		}
		return 0
	}
	if power(share) < 0.9-1e-9 || power(share-0.01) >= 0.9 {
		t.Errorf("a share of %v is noticed with probability %v, one of %v with %v", share, power(share), share-0.01, power(share-0.01))
	}
	g.logs = g.logs[:4] // too few to notice anything
	if share := g.noticed(alpha); share != 1 {
		t.Errorf("four slopes notice a share of %v", share)
	}
}

// TestNoticedRejection: an exponent that is wrong by as much as is said is noticed in nine of ten
// of 1000 waits at the largest m (fewer than 843 have probability 1e-8), and one that is wrong by half
// of it in fewer than half.
func TestNoticedRejection(t *testing.T) {
	const k, rate, alpha = 32, 1e-3, 1e-7
	w := &rejectionWaits{m: []float64{1, 2, 3}, waits: []*wait{{draws: k}, {draws: k}, {draws: k, rate: rate}}}
	rng := newRun(t, 0).stream("noticed rejection", 0)
	seen := func(bits float64) (count int) {
		for range 1000 {
			successes := 0.
			for range k {
				successes += rng.ExpFloat64()
			}
			proposals := int(math.Ceil(successes / rate * math.Exp2(3*bits)))
			if (&wait{draws: k, proposals: proposals, rate: rate}).p() <= alpha/3 {
				count++
			}
		}
		return count
	}
	bits := w.noticed(alpha)
	if count := seen(bits); count < 843 {
		t.Errorf("an exponent that is wrong by %v bits is noticed in %d of 1000 waits", bits, count)
	}
	if count := seen(bits / 2); count > 500 {
		t.Errorf("an exponent that is wrong by %v bits is noticed in %d of 1000 waits", bits/2, count)
	}
}

// TestWaitDeviation: the deviation of the slope is that of independent logarithms of gamma
// variables, whose variance comes from quadrature here.
func TestWaitDeviation(t *testing.T) {
	const k = 32
	log, _ := math.Lgamma(k)
	moment := func(n float64) float64 {
		return quad.Fixed(func(u float64) float64 { return math.Pow(u, n) * math.Exp(k*u-math.Exp(u)-log) }, 0, 6, 400, nil, 0)
	}
	variance := moment(2) - moment(1)*moment(1)
	w := &rejectionWaits{}
	for _, m := range []float64{1, 1, 2, 2, 3, 3} {
		w.m, w.waits = append(w.m, m), append(w.waits, &wait{draws: k})
	}
	// The slope is the sum over (m - 2)/4 times the logarithms: weights of squares 1/16, four.
	want := math.Sqrt(variance/4) / math.Ln2
	if got := w.deviation(); math.Abs(got/want-1) > 1e-3 {
		t.Errorf("deviation %v, by quadrature %v", got, want)
	}
}
