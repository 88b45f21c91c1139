package props_test

import (
	"context"
	"flag"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/internal/tractable"
	"assay/props"
	"assay/samplers"
	"assay/spec"
)

var (
	controlSeeds   = flag.Int("seeds", 1, "seeds with which every control of the target must fail; the full test is 20")
	singleProblems = flag.Int("target", 40, "problems on which a sampler is judged one by one against the target; the full test is 100")
)

// matching is the claim that a sampler matches the target on generated problems. It is
// judged twice: by the property of rapid on singleProblems, other ones each time and each by
// itself, and on pooledProblems taken as one, where an error that all of them share adds up.
//
// A fault on a share s of all problems is met by the first with probability 1 - (1 - s)^40,
// 0.95 for one problem in 14 (one in 33 with the full 100); that it is told there takes a
// growth of the evidence by (log 10^6)/calls a call, and more for later problems. The second
// sees a fault by the same growth on average, in 100 times as many calls, at
// least 1.3 times those that its control needs.
type matching struct {
	over     *rapid.Generator[*spec.Problem]
	within   func(*spec.Problem) spec.Tolerance // nil asks for the exact law
	calls    int                                // on each problem of the property
	together int                                // on each of those taken as one
	// alike chooses those taken as one, which are judged within the largest delta of theirs:
	// it had better be that of most. nil takes all.
	alike func(*spec.Problem) bool
	// slowControls says that some problems would keep some controls for hours.
	slowControls bool
}

// pooledProblems is how many problems are taken as one.
const pooledProblems = 100

func (m matching) options(calls int, seed uint64) []props.FittedOption {
	opts := []props.FittedOption{props.Calls(calls), props.Seed(seed)}
	if m.within != nil {
		opts = append(opts, props.WithinEach(m.within))
	}
	return opts
}

func (m matching) property(s spec.Sampler, seed uint64) func(*rapid.T) {
	opts := []props.PosteriorOption{props.Over(m.over)}
	for _, option := range m.options(m.calls, seed) {
		opts = append(opts, option)
	}
	return props.Posterior(s, opts...)
}

func (m matching) judge(t *testing.T, s spec.Sampler, seed uint64) *props.Verdict {
	var on []*spec.Problem
	met := map[string]bool{}
	for i := 0; len(on) < pooledProblems; i++ {
		p := m.over.Example(int(seed)<<20 + i)
		if m.alike != nil && !m.alike(p) {
			continue
		}
		if !met[string(p.Digest())] {
			met[string(p.Digest())] = true
			on = append(on, p)
		}
	}
	opts := []props.JudgeOption{props.Terse()}
	for _, option := range m.options(m.together, seed) {
		opts = append(opts, option)
	}
	return judge(t, s, on, opts...)
}

// holds fails the test if the sampler is rejected. That happens to a right one with
// probability 2e-6.
func (m matching) holds(t *testing.T, s spec.Sampler) {
	defer setFlag(t, "rapid.checks", strconv.Itoa(*singleProblems))()
	rapid.Check(t, m.property(s, 0))
	v := m.judge(t, s, 0)
	t.Logf("%s: evidence 10^%.1f on %d problems, 10^%.1f together", s.Name(), v.Log10Wealth, len(v.Problems), v.Together.Log10Wealth)
	if v.Outcome != props.NotRejected {
		t.Errorf("%s", v)
	}
}

// fails fails the test unless the control is rejected, with every seed: on the problems
// together, which takes fewer calls, or by the property. Controls that would be hours over
// some of the problems together are asked by the property first.
func (m matching) fails(t *testing.T, control spec.Sampler) {
	byProperty, longest := 0, 0
	fromProperty := func(seed uint64) bool {
		defer setFlag(t, "rapid.seed", strconv.FormatUint(seed+1, 10))() // 0 is any
		defer setFlag(t, "rapid.shrinktime", "0s")()
		failed, _ := check(t, m.property(control, seed))
		if failed {
			byProperty++
		}
		return failed
	}
	for seed := range uint64(*controlSeeds) {
		if m.slowControls && fromProperty(seed) {
			continue
		}
		v := m.judge(t, control, seed)
		if v.Outcome == props.Rejected {
			longest = max(longest, v.Calls)
			continue
		}
		if m.slowControls || !fromProperty(seed) {
			t.Errorf("%s passes with seed %d: evidence 10^%.1f", control.Name(), seed, v.Log10Wealth)
		}
	}
	t.Logf("%s: judged with %d seeds; rejected on single problems with %d of them, with the others on %d together after at most %d calls of %d",
		control.Name(), *controlSeeds, byProperty, pooledProblems, longest, pooledProblems*m.together)
}

// skipShort skips what takes many draws of many steps. Under the race detector, which is
// what -short is for, that is half an hour; the judgements of other tests run the same goroutines.
func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: hundreds of thousands of draws of up to 500 steps each")
	}
}

// setFlag sets a flag and returns what undoes it.
func setFlag(t *testing.T, name, value string) (undo func()) {
	old := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	return func() { flag.Set(name, old) }
}

// run judges the sampler and the controls. The first control is far off on every problem: were
// the calls on one too few to reject anybody within the tolerance, the property could not fail.
func (m matching) run(t *testing.T, s spec.Sampler, controls ...spec.Sampler) {
	t.Run("right", func(t *testing.T) { m.holds(t, s) })
	t.Run("far off", func(t *testing.T) {
		defer setFlag(t, "rapid.seed", "1")()
		defer setFlag(t, "rapid.shrinktime", "0s")()
		if failed, _ := check(t, m.property(farOff, 0)); !failed {
			t.Errorf("no single problem rejects it in %d calls", m.calls)
		}
	})
	for _, control := range controls {
		t.Run(control.Name(), func(t *testing.T) { m.fails(t, control) })
	}
}

// farOff draws a point a thousand deviations out, on every problem.
var farOff = spec.NewSampler("far off", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, rng *rand.Rand) error {
	dst.Apply(func(_, _ int, _ float64) float64 { return 1e3 + rng.NormFloat64() }, dst)
	return nil
})

// misjudging is rejection that accepts as if the noise had the deviation wrong(beta): the
// sampler itself, told another measurement.
func misjudging(name string, proposal spec.Sampler, wrong func(beta float64) float64) spec.Sampler {
	return spec.NewSampler("rejection with "+name, true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		measurement, _ := p.Linear()
		m, err := spec.NewLinear(measurement.A(), wrong(measurement.Beta()))
		if err != nil {
			return err
		}
		other, err := spec.NewProblem(p.Name(), p.Prior(), m)
		if err != nil {
			return err
		}
		return rejection(proposal).Sample(ctx, dst, other, y, rng)
	})
}

// rejection never gives up on the problems here: the rarest of some 10^5 measurements, 4.4
// deviations out in each of three rows, accepts one proposal in 10^6 or so.
func rejection(proposal spec.Sampler) spec.Sampler {
	return &samplers.Rejection{Proposal: proposal, Max: 1e12}
}

// inTheAcceptance are the faults of the acceptance.
func inTheAcceptance(proposal spec.Sampler) []spec.Sampler {
	return []spec.Sampler{
		misjudging("1.1 beta", proposal, func(beta float64) float64 { return 1.1 * beta }),
		misjudging("1.5 beta", proposal, func(beta float64) float64 { return 1.5 * beta }),
		misjudging("sqrt(beta)", proposal, math.Sqrt),
	}
}

// TestRejectionMatchesTheTarget: proposals by the prior make rejection exact, so that the
// null is the posterior itself.
func TestRejectionMatchesTheTarget(t *testing.T) {
	skipShort(t)
	m := matching{over: tractable.Problems(), calls: 300, together: 75}
	m.run(t, rejection(samplers.Prior()), inTheAcceptance(samplers.Prior())...)
}
