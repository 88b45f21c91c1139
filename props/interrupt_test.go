package props_test

import (
	"context"
	"errors"
	"flag"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"assay/props"
	"assay/props/metamorphic"
	"assay/samplers"
	"assay/spec"
)

// counted is a Gaussian that counts how often it is conditioned on a y, and is told the
// count.
type counted struct {
	*spec.Gaussian
	given func(count int64)
	count *atomic.Int64
}

func (c counted) Condition(m spec.Measurement) (spec.Conditional, error) {
	posterior, err := c.Gaussian.Condition(m)
	return countedConditional{posterior, c}, err
}

type countedConditional struct {
	spec.Conditional
	counted
}

func (c countedConditional) Given(y []float64) spec.Prior {
	c.given(c.count.Add(1))
	return c.Conditional.Given(y)
}

// countedProblem is one measurement of two coordinates.
func countedProblem(t *testing.T, given func(count int64)) (p *spec.Problem, count *atomic.Int64) {
	t.Helper()
	like := named(t, "gauss:d=2,m=1")[0]
	prior := counted{like.Prior().(*spec.Gaussian), given, new(atomic.Int64)}
	measurement, _ := like.Linear()
	p, err := spec.NewProblem("counted", prior, measurement)
	if err != nil {
		t.Fatal(err)
	}
	return p, prior.count
}

// TestInterruptedSetUp: of a thousand single y no more are prepared once ctx is done, and
// the verdict is that of no calls.
func TestInterruptedSetUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, count := countedProblem(t, func(count int64) {
		if count == 3 {
			cancel()
		}
	})
	v, err := props.Judge(ctx, samplers.Prior(), []*spec.Problem{p}, props.Local(1000))
	if err != nil {
		t.Fatal(err)
	}
	if v.Stop != props.StopInterrupted || v.Outcome != props.Inconclusive || v.Calls != 0 {
		t.Errorf("after %d calls: %s, %s", v.Calls, v.Outcome, v.Stop)
	}
	if count.Load() != 3 {
		t.Errorf("%d posteriors were prepared, want 3", count.Load())
	}
}

// TestInterruptedPass: a judgement that is interrupted while it finds out what a pass means
// has its verdict, says what is missing, and asks for hardly any more exact draws: each of
// the five errors planted may ask once on its way out. The control is not interrupted.
func TestInterruptedPass(t *testing.T) {
	const calls = 300
	for _, stop := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		const after = calls + 100 // somewhere in the pass
		p, count := countedProblem(t, func(count int64) {
			if stop && count == after {
				cancel()
			}
		})
		v, err := props.Judge(ctx, samplers.Exact(), []*spec.Problem{p}, props.Calls(calls), props.Jobs(1), props.Alpha(1e-3))
		if err != nil {
			t.Fatal(err)
		}
		if v.Outcome != props.NotRejected || v.Stop != props.StopCalls || v.Calls != calls {
			t.Fatalf("after %d calls: %s, %s", v.Calls, v.Outcome, v.Stop)
		}
		warned := strings.Contains(strings.Join(v.Warnings, "\n"), "interrupted before it was known")
		if noticed := len(v.Problems[0].Noticed) > 0; noticed == stop || warned != stop {
			t.Errorf("interrupted %v: said what it would have noticed %v, warned %v", stop, noticed, warned)
		}
		if more := count.Load() - after; stop && more > 5 {
			t.Errorf("%d more posteriors were asked for", more)
		}
	}
}

// cancelled is a test whose context is done when it says so.
type cancelled struct {
	recorder
	ctx context.Context
}

func (c *cancelled) Context() context.Context { return c.ctx }

// TestInterruptedProperty: a property and a replay that are interrupted fail and say why;
// a problem on which they were is judged again when it is met again.
func TestInterruptedProperty(t *testing.T) {
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("rapid.nofailfile", "false")
	_, text := caught(t)
	path := write(t, text)
	p := named(t, "gauss:d=2,m=1")[0]
	posterior := props.Posterior(samplers.Exact(), props.Over(rapid.Just(p)), props.Calls(5))
	relations := metamorphic.Property(samplers.Exact(), rapid.Just(p), metamorphic.Options{Calls: 5})
	for name, test := range map[string]struct {
		run  func(t rapid.TB)
		said string
	}{
		"posterior": {func(t rapid.TB) { rapid.Check(t, posterior) }, "props.Posterior: interrupted on gauss"},
		"replay":    {func(t rapid.TB) { props.Replay(t, path, samplers.Exact()) }, "c.json: interrupted"},
		"relations": {func(t rapid.TB) { rapid.Check(t, relations) }, "metamorphic.Property: interrupted on gauss"},
	} {
		for _, interrupted := range []bool{true, false} {
			ctx, cancel := context.WithCancelCause(t.Context())
			if interrupted {
				cancel(errors.New("enough"))
			}
			r := &cancelled{ctx: ctx}
			done := make(chan struct{})
			go func() {
				defer close(done)
				test.run(r)
			}()
			<-done
			cancel(nil)
			if said := r.log.String(); r.failed != interrupted || strings.Contains(said, test.said) != interrupted {
				t.Errorf("%s, interrupted %v: failed %v, said\n%s", name, interrupted, r.failed, said)
			}
		}
	}
}
