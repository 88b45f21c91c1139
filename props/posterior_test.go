package props_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// TestPosterior: the exact sampler passes on generated problems of every kind, odd
// ones included; it fails by chance with probability 1e-6.
func TestPosterior(t *testing.T) { rapid.Check(t, props.Posterior(samplers.Exact())) }

// recorder is a testing.TB for rapid that keeps what it is told.
type recorder struct {
	failed bool
	log    strings.Builder
}

func (r *recorder) Helper()                   {}
func (r *recorder) Name() string              { return "recorder" }
func (r *recorder) Logf(f string, a ...any)   { fmt.Fprintf(&r.log, f+"\n", a...) }
func (r *recorder) Log(a ...any)              { fmt.Fprintln(&r.log, a...) }
func (r *recorder) Skipf(f string, a ...any)  { r.Logf(f, a...); r.SkipNow() }
func (r *recorder) Skip(a ...any)             { r.Log(a...); r.SkipNow() }
func (r *recorder) SkipNow()                  { runtime.Goexit() }
func (r *recorder) Errorf(f string, a ...any) { r.Logf(f, a...); r.Fail() }
func (r *recorder) Error(a ...any)            { r.Log(a...); r.Fail() }
func (r *recorder) Fatalf(f string, a ...any) { r.Logf(f, a...); r.FailNow() }
func (r *recorder) Fatal(a ...any)            { r.Log(a...); r.FailNow() }
func (r *recorder) FailNow()                  { r.Fail(); runtime.Goexit() }
func (r *recorder) Fail()                     { r.failed = true }
func (r *recorder) Failed() bool              { return r.failed }

// check runs a property under rapid and returns whether it failed, and what it said.
// It leaves no failure file behind.
func check(t *testing.T, property func(*rapid.T)) (failed bool, said string) {
	if err := flag.Set("rapid.nofailfile", "true"); err != nil {
		t.Fatal(err)
	}
	defer flag.Set("rapid.nofailfile", "false")
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		rapid.Check(r, property)
	}()
	<-done
	return r.failed, r.log.String()
}

// TestPosteriorFails: the property fails a candidate that ignores y, one that is
// exact but for a shift of a tenth of what it should be in problems of two
// coordinates or more, one that crashes, and one that refuses everything, which
// is not to be taken for a pass.
func TestPosteriorFails(t *testing.T) {
	exact := samplers.Exact()
	wrap := func(name string, then func(dst *mat.Dense) error) spec.Sampler {
		return spec.NewSampler(name, true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
			if err := exact.Sample(ctx, dst, p, y, rng); err != nil {
				return err
			}
			return then(dst)
		})
	}
	for name, test := range map[string]struct {
		candidate spec.Sampler
		said      string
	}{
		"prior": {samplers.Prior(), "rejected on generated"},
		"shrunk": {wrap("shrunk", func(dst *mat.Dense) error {
			if _, d := dst.Dims(); d > 1 {
				dst.Scale(0.9, dst)
			}
			return nil
		}), "rejected on generated"},
		"crash":   {wrap("crash", func(dst *mat.Dense) error { panic("boom") }), "boom"},
		"refuser": {wrap("refuser", func(dst *mat.Dense) error { return spec.Refuse("not today") }), "only generated 0 valid tests"},
	} {
		t.Run(name, func(t *testing.T) {
			failed, said := check(t, props.Posterior(test.candidate))
			if !failed || !strings.Contains(said, test.said) {
				t.Errorf("failed: %v; want a failure that says %q; said:\n%s", failed, test.said, said)
			}
			if strings.Contains(said, "flaky") {
				t.Errorf("rapid calls the property flaky:\n%s", said)
			}
		})
	}
}

// TestProblemsShownInWords: a failing property shows the problem, not where it is in memory.
func TestProblemsShownInWords(t *testing.T) {
	p := named(t, "gauss:d=2,m=1")[0]
	crash := spec.NewSampler("crash", true, func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error { panic("boom") })
	failed, said := check(t, props.Posterior(crash, props.Over(rapid.Just(p))))
	if want := "draw problem: " + p.String() + "\n"; !failed || !strings.Contains(said, want) {
		t.Errorf("failed %v, want %q among:\n%s", failed, want, said)
	}
}
