package props_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/problems"
	_ "assay/props/problems/hard" // hard: in names of problems
	"assay/samplers"
	"assay/spec"
)

func named(t testing.TB, names ...string) []*spec.Problem {
	t.Helper()
	var all []*spec.Problem
	for _, name := range names {
		p, err := problems.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func judge(t testing.TB, s spec.Sampler, on []*spec.Problem, opts ...props.JudgeOption) *props.Verdict {
	t.Helper()
	v, err := props.Judge(t.Context(), s, on, opts...)
	if err != nil {
		t.Fatal(err)
	}
	valid(t, v)
	return v
}

// TestExactIsNotRejected at alpha 1e-6: it fails by chance with that probability.
func TestExactIsNotRejected(t *testing.T) {
	v := judge(t, samplers.Exact(), named(t, "digits/inpaint", "gauss", "gmm:d=8,dy=1"), props.Calls(500))
	if v.Outcome != props.NotRejected || v.Stop != props.StopCalls {
		t.Errorf("exact: %s", v)
	}
}

// TestPriorIsRejected on every named problem that measures something: a sampler that
// ignores y must be seen wherever y says anything.
func TestPriorIsRejected(t *testing.T) {
	for name := range problems.List() {
		p := named(t, name)
		v := judge(t, samplers.Prior(), p)
		want := props.Rejected
		if p[0].Rows() == 0 {
			want = props.NotRejected
		}
		if v.Outcome != want {
			t.Errorf("prior on %s: %s, want %s", name, v.Outcome, want)
		}
	}
}

// TestOneBadProblemIsNamed: among several problems the verdict names the one on
// which the candidate fails.
func TestOneBadProblemIsNamed(t *testing.T) {
	on := named(t, "gauss", "gmm:d=8,dy=1", "digits/denoise")
	half := spec.NewSampler("half", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if p == on[1] {
			return samplers.Prior().Sample(ctx, dst, p, y, rng)
		}
		return samplers.Exact().Sample(ctx, dst, p, y, rng)
	})
	v := judge(t, half, on)
	if v.Outcome != props.Rejected || v.Worst().Problem != on[1].Name() {
		t.Errorf("%s; want rejected on %s", v, on[1].Name())
	}
}

// TestSharedErrorIsPooled: an error on all of six problems is found with few calls more
// than on one of them, as all calls count together. Without that each problem would need
// calls enough by itself, six times as many in all; the limit of three times has room for
// the time at which one run stops, which varies by a third or so. The control: what is
// wrong on one problem only is not found together.
func TestSharedErrorIsPooled(t *testing.T) {
	on := named(t, "gauss:d=2,m=1", "gauss:d=3,m=1", "gauss:d=4,m=2", "gauss:d=5,m=2", "gauss:d=6,m=3", "gauss:d=7,m=3")
	wide := planted(0.5, 0, true)
	one := judge(t, wide, on[:1])
	all := judge(t, wide, on)
	t.Logf("%d calls on one problem, %d on six", one.Calls, all.Calls)
	if one.Outcome != props.Rejected || one.Together != nil {
		t.Errorf("on one: %s", one)
	}
	if all.Outcome != props.Rejected || all.Calls > 3*one.Calls {
		t.Errorf("on six: %s; want at most 3 times the calls of one", all)
	}
	if all.Together == nil || all.Together.Log10Wealth < all.Worst().Log10Wealth {
		t.Errorf("on six, together: %+v; want more than on any one", all.Together)
	}
	if !strings.Contains(all.String(), "rejected on 6 problems together") {
		t.Errorf("in words: %s", all)
	}
	once := spec.NewSampler("once", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if p == on[2] {
			return wide.Sample(ctx, dst, p, y, rng)
		}
		return samplers.Exact().Sample(ctx, dst, p, y, rng)
	})
	v := judge(t, once, on)
	if v.Outcome != props.Rejected || v.Worst().Problem != on[2].Name() || v.Together.Log10Wealth > v.Worst().Log10Wealth {
		t.Errorf("wrong on one of six: %s", v)
	}
}

// TestTwiceTheSameProblem: its calls would be the same, and count twice.
func TestTwiceTheSameProblem(t *testing.T) {
	on := named(t, "gauss", "gauss")
	if _, err := props.Judge(t.Context(), samplers.Exact(), on); err == nil || !strings.Contains(err.Error(), on[0].Name()+" is given twice") {
		t.Errorf("error %v", err)
	}
}

// TestUntil: a judgement ends after the call at which enough says so, as one whose budget is
// spent but for the reason that it gives; one that is never enough goes on to the end; and what is rejected before is rejected.
func TestUntil(t *testing.T) {
	on := named(t, "gauss")
	after := func(n int) props.RunOption {
		return props.Until(func(p props.Progress) bool { return p.Calls >= n })
	}
	for n, want := range map[int]int{1: 1, 150: 150, 1000: 300} {
		v := judge(t, samplers.Exact(), on, props.Calls(300), props.Terse(), after(n))
		stop := props.StopUntil
		if want == 300 {
			stop = props.StopCalls
		}
		if v.Calls != want || v.Stop != stop || v.Outcome == props.Rejected {
			t.Errorf("enough after %d: %d calls, %s (%s), want %d calls and no rejection", n, v.Calls, v.Outcome, v.Stop, want)
		}
	}
	if v := judge(t, samplers.Prior(), on, after(300)); v.Outcome != props.Rejected || v.Stop != props.StopWealth {
		t.Errorf("prior: %s (%s), want rejected", v.Outcome, v.Stop)
	}
}

// TestVerdictIsDeterministic: the same seed gives the same bytes whatever the number
// of processors; another seed gives others.
func TestVerdictIsDeterministic(t *testing.T) {
	run := func(processors int, seed uint64) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		on := named(t, "digits/inpaint", "gmm:d=8,dy=1")
		pigdm, err := samplers.Parse("pigdm:steps=10")
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(judge(t, pigdm, on, props.Seed(seed)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	one := run(1, 7)
	for _, processors := range []int{2, 5} {
		if diff := cmp.Diff(one, run(processors, 7)); diff != "" {
			t.Errorf("%d processors differ from one:\n%s", processors, diff)
		}
	}
	if one == run(1, 8) {
		t.Error("another seed gives the same verdict")
	}
}

// TestFaults: what a candidate can do wrong other than in its draws, each a typed fault at
// the call where it happens, never a verdict on its draws.
func TestFaults(t *testing.T) {
	exact := samplers.Exact()
	for name, test := range map[string]struct {
		misbehave func(dst *mat.Dense) error
		kind      props.FaultKind
		message   string
	}{
		"panic":    {func(*mat.Dense) error { panic("index out of range [3]") }, props.FaultPanic, "index out of range [3]"},
		"error":    {func(*mat.Dense) error { return errors.New("no convergence") }, props.FaultError, "no convergence"},
		"refusal":  {func(*mat.Dense) error { return spec.Refuse("d is %d", 99) }, props.FaultRefusal, "d is 99"},
		"infinite": {func(dst *mat.Dense) error { dst.Set(2, 1, math.Inf(-1)); return nil }, props.FaultNonFinite, "draw 2 of 3 has -Inf in coordinate 1"},
		"unfilled": {func(dst *mat.Dense) error { dst.Set(0, 0, math.NaN()); return nil }, props.FaultNonFinite, "draw 0 of 3 has NaN in coordinate 0"},
		"shape":    {func(dst *mat.Dense) error { dst.Reset(); return nil }, props.FaultShape, "returned 0 x 0 draws, want 3 x 4"},
	} {
		t.Run(name, func(t *testing.T) {
			on := named(t, "gauss")
			late := spec.NewSampler(name, true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
				if err := exact.Sample(ctx, dst, p, y, rng); err != nil {
					return err
				}
				if y[0] > 2 { // now and then, and for the same y each time
					return test.misbehave(dst)
				}
				y[0] = 0 // a candidate that scribbles on its argument harms nobody
				return nil
			})
			v := judge(t, late, on)
			if v.Outcome != props.Inconclusive || v.Fault == nil || v.Fault.Kind != test.kind || !strings.Contains(v.Fault.Message, test.message) {
				t.Fatalf("%+v, fault %v; want %s with %q", v.Outcome, v.Fault, test.kind, test.message)
			}
			if v.Fault.Call != v.Calls || v.Fault.Problem != on[0].Name() {
				t.Errorf("fault at call %d of %s, want %d of %s", v.Fault.Call, v.Fault.Problem, v.Calls, on[0].Name())
			}
		})
	}
}

// TestGoesOn: a problem on which the candidate is at fault is set aside, and asked about no
// more; the others are judged as before, to a rejection or to the end of their budget. A
// verdict without a rejection is inconclusive then: by the fault, not by a refusal, if there
// are both.
func TestGoesOn(t *testing.T) {
	on := named(t, "gauss", "gmm:d=8,dy=1", "digits/inpaint")
	for _, test := range []struct {
		name    string
		behind  spec.Sampler
		outcome props.Outcome
		stop    props.Stop
	}{
		{"exact", samplers.Exact(), props.Inconclusive, props.StopFault},
		{"prior", samplers.Prior(), props.Rejected, props.StopWealth},
	} {
		t.Run(test.name, func(t *testing.T) {
			var asked [3]atomic.Int64
			s := spec.NewSampler(test.name, true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
				asked[slices.Index(on, p)].Add(1)
				switch p {
				case on[0]:
					return spec.Refuse("d is too small")
				case on[2]:
					return errors.New("no convergence")
				}
				return test.behind.Sample(ctx, dst, p, y, rng)
			})
			v := judge(t, s, on, props.Calls(200), props.Jobs(2))
			if v.Outcome != test.outcome || v.Stop != test.stop || v.Fault == nil || v.Fault.Problem != on[2].Name() {
				t.Errorf("%s by %s, fault %v; want %s by %s, at fault on the digits", v.Outcome, v.Stop, v.Fault, test.outcome, test.stop)
			}
			if gauss, mixture := v.Problems[0], v.Problems[1]; gauss.Fault == nil || gauss.Fault.Kind != props.FaultRefusal || gauss.Calls != 0 || mixture.Fault != nil ||
				test.outcome != props.Rejected && mixture.Calls != 200 {
				t.Errorf("gauss: %+v, the mixture: %+v; want 0 calls and a refusal, 200 and no fault", gauss, mixture)
			}
			for _, words := range []string{"refusal on " + on[0].Name() + ", call 0: d is too small", "error on " + on[2].Name() + ", call 0: no convergence"} {
				if !strings.Contains(v.String(), words) {
					t.Errorf("the verdict lacks %q:\n%v", words, v)
				}
			}
			// Two calls are under way at a time, and as many may have ended and wait to be taken in.
			for _, i := range []int{0, 2} {
				if n := asked[i].Load(); n > 4 {
					t.Errorf("%d calls on %s, which was set aside at the first", n, on[i].Name())
				}
			}
		})
	}
}

// crowd is a right sampler that wants so many calls at a time, and more from its 20th call on.
type crowd struct {
	spec.Sampler
	few, many              int
	calls, running, before atomic.Int64
	after                  atomic.Int64
}

func (c *crowd) AtOnce(int) (now, most int) {
	if c.calls.Load() < 20 {
		return c.few, c.many
	}
	return c.many, c.many
}

func (c *crowd) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	running, most := c.running.Add(1), &c.after
	defer c.running.Add(-1)
	if c.calls.Add(1) < 20 {
		most = &c.before
	}
	for old := most.Load(); old < running && !most.CompareAndSwap(old, running); old = most.Load() {
	}
	time.Sleep(time.Millisecond)
	return c.Sampler.Sample(ctx, dst, p, y, rng)
}

// TestAtOnce: a candidate that says how many calls keep it busy is asked for so many at a time,
// as it says so; never for more, or those that are wanted first might be served last. The
// verdict is that of one call at a time.
func TestAtOnce(t *testing.T) {
	on := named(t, "gauss")
	c := &crowd{Sampler: samplers.Exact(), few: 2, many: 16}
	v := judge(t, c, on, props.Calls(200), props.Terse())
	if before, after := c.before.Load(), c.after.Load(); before > 2 || after > 16 || after < 3 {
		t.Errorf("%d, then %d calls at a time, want at most 2, then more, up to 16", before, after)
	}
	if w := judge(t, samplers.Exact(), on, props.Calls(200), props.Terse(), props.Jobs(1)); v.Log10Wealth != w.Log10Wealth {
		t.Errorf("wealth 10^%v, with one call at a time 10^%v", v.Log10Wealth, w.Log10Wealth)
	}
}

// hang is a candidate that waits for its context.
var hang = spec.NewSampler("hang", true, func(ctx context.Context, _ *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
	<-ctx.Done()
	return ctx.Err()
})

func TestTimeLimit(t *testing.T) {
	v := judge(t, hang, named(t, "gauss"), props.For(10*time.Millisecond))
	if v.Outcome != props.Inconclusive || v.Stop != props.StopTime {
		t.Errorf("a candidate that never answers: %s, %s", v.Outcome, v.Stop)
	}
	v = judge(t, samplers.Exact(), named(t, "gauss"), props.Calls(1e9), props.For(200*time.Millisecond))
	if v.Outcome != props.NotRejected || v.Stop != props.StopTime {
		t.Errorf("exact: %s, %s", v.Outcome, v.Stop)
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	v, err := props.Judge(ctx, hang, named(t, "gauss"))
	if err != nil || v.Outcome != props.Inconclusive || v.Stop != props.StopInterrupted {
		t.Errorf("interrupted: %v, %v", v, err)
	}
}

func TestMistakes(t *testing.T) {
	for want, opts := range map[string][]props.JudgeOption{
		"alpha is 0":  {props.Alpha(0)},
		"alpha is 1":  {props.Alpha(1)},
		"calls is 0":  {props.Calls(0)},
		"draws is -1": {props.Draws(-1)},
	} {
		if _, err := props.Judge(t.Context(), samplers.Exact(), named(t, "gauss"), opts...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if _, err := props.Judge(t.Context(), samplers.Exact(), nil); err == nil {
		t.Error("no problem: no error")
	}
	// A budget that cannot reject anything is not an acquittal.
	if v := judge(t, samplers.Exact(), named(t, "gauss"), props.Calls(5)); v.Outcome != props.Inconclusive {
		t.Errorf("5 calls of 3 draws at alpha 1e-6: %s, want inconclusive", v.Outcome)
	}
}

// information estimates the mutual information of x and y in nats, the mean of
// log p(y | x) - log p(y) over draws of both.
func information(t *testing.T, p *spec.Problem) float64 {
	t.Helper()
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	const draws = 200
	rng := spec.Stream(0, "information", p.Digest(), 0)
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	likelihood, sum := []float64{0}, 0.0
	for range draws {
		p.Draw(x, y, rng)
		measurement, _ := p.Linear()
		measurement.LogLikelihood(likelihood, mat.NewDense(1, len(x), x), y)
		sum += (likelihood[0] - posterior.LogEvidence(y)) / draws
	}
	return sum
}

// TestPriorIsRejectedWhereDataInform: on generated problems of all families, a sampler
// that ignores y is rejected wherever y tells at least 0.4 nats of x, 0.55 nats being a
// Gaussian measured once with a signal of 1.4 deviations of the noise. Where y tells nothing
// (m = 0, a point mass, rows of zeros) the same sampler is right, and must not be: the
// control, false alarms 1e-6 each. In between the estimate of the information, which errs
// by 0.1 or so, decides nothing.
func TestPriorIsRejectedWhereDataInform(t *testing.T) {
	generator := problems.Small()
	informed, blind := 0, 0
	for seed := range 120 {
		p := generator.Example(seed)
		nats := information(t, p)
		var want props.Outcome
		switch {
		case nats > 0.4:
			want = props.Rejected
			informed++
		case nats < 1e-6:
			want = props.NotRejected
			blind++
		default:
			continue
		}
		if v := judge(t, samplers.Prior(), []*spec.Problem{p}, props.Terse()); v.Outcome != want {
			t.Errorf("seed %d, %s with %.3g nats: %s", seed, p.Name(), nats, v)
		}
	}
	t.Logf("%d problems on which y informs, %d on which it does not", informed, blind)
	if informed < 20 || blind < 5 {
		t.Errorf("%d problems on which y informs and %d on which it does not, want 20 and 5 at least", informed, blind)
	}
}
