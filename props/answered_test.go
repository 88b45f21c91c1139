package props_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/tally"
	"assay/props"
	"assay/props/run"
	"assay/samplers"
	"assay/spec"
)

// mute is a sampler that says its name and is not to be asked.
func mute(t testing.TB, of spec.Sampler) spec.Sampler {
	return spec.NewSampler(of.Name(), of.Independent(), func(context.Context, *mat.Dense, *spec.Problem, []float64, *rand.Rand) error {
		t.Error("the sampler is asked, and not the runner")
		return nil
	})
}

// TestAnsweredByFiles: a verdict is the same, byte for byte, whether the sampler answers, or somebody
// else by files while it is waited for, or the files alone, later. The control are the same files
// under the names of other calls.
func TestAnsweredByFiles(t *testing.T) {
	p, dir := named(t, "gauss:d=2,m=1"), t.TempDir()
	opts := []props.JudgeOption{props.Calls(12), props.Terse(), props.Jobs(6)}
	v, err := props.Judge(t.Context(), samplers.Exact(), p, opts...)
	want := form(t, v, err)
	opts = append(opts, props.AnsweredBy(run.Offline(dir)))

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if _, err := run.AnswerFiles(ctx, dir, run.InProcess(samplers.Exact(), p[0])); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	v, err = props.Judge(t.Context(), mute(t, samplers.Exact()), p, opts...)
	if got := form(t, v, err); got != want {
		t.Errorf("through files:\n%s\nin process:\n%s", got, want)
	}
	cancel()
	<-done
	v, err = props.Judge(t.Context(), mute(t, samplers.Exact()), p, opts...)
	if got := form(t, v, err); got != want {
		t.Errorf("recorded:\n%s\nin process:\n%s", got, want)
	}
	exchange(t, dir)
	v, err = props.Judge(t.Context(), mute(t, samplers.Exact()), p, opts...)
	if err != nil || v.Fault == nil || v.Calls > 0 || !strings.Contains(v.Fault.Message, "the answer is to another call") || strings.Contains(v.Fault.Message, "\n") {
		t.Errorf("the answers of other calls: %v, %v", v, err)
	}
}

// exchange gives every call in the folder the answer to another.
func exchange(t *testing.T, dir string) {
	answers, err := filepath.Glob(filepath.Join(dir, "*.answer.json"))
	if err != nil || len(answers) < 2 {
		t.Fatalf("%q, %v", answers, err)
	}
	aside := filepath.Join(dir, "aside")
	err = os.Rename(answers[0], aside)
	for i, to := range answers {
		from := aside
		if i+1 < len(answers) {
			from = answers[i+1]
		}
		err = errors.Join(err, os.Rename(from, to))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// hasty is a runner that makes several calls at a time, of each few the last one first.
type hasty struct {
	run.Runner
	size int

	mu    sync.Mutex
	begun int
	ended []int // the calls, by the order in which they came, in the order in which they were answered
}

// AtOnce says that so many calls keep it busy.
func (r *hasty) AtOnce(int) (now, most int) { return r.size, r.size }

func (r *hasty) Answer(ctx context.Context, c run.Call) run.Answer {
	r.mu.Lock()
	own := r.begun
	r.begun++
	r.mu.Unlock()
	answer := r.Runner.Answer(ctx, c)
	time.Sleep(time.Duration(r.size-own%r.size) * 3 * time.Millisecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = append(r.ended, own)
	return answer
}

// TestAnsweredByAnother: the answers of a runner may come in any order, and those of several samplers
// and several problems from one runner.
func TestAnsweredByAnother(t *testing.T) {
	dps := samplers.DPS{Zeta: 0.5, Steps: 20}
	p := named(t, "gauss:d=2,m=1", "gmm:d=2,dy=1")
	opts := []props.JudgeOption{props.Calls(40), props.Terse()}
	v, err := props.Judge(t.Context(), dps, p, opts...)
	want := form(t, v, err)
	r := &hasty{Runner: run.InProcess(dps), size: 5}
	v, err = props.Judge(t.Context(), mute(t, dps), p, append(opts, props.AnsweredBy(r))...)
	if got := form(t, v, err); got != want {
		t.Errorf("by another:\n%s\nin process:\n%s", got, want)
	}
	r.mu.Lock() // calls that were begun before the verdict may go on
	if len(r.ended) < r.size || slices.IsSorted(r.ended) {
		t.Errorf("the answers came in order: %v", r.ended)
	}
	r.mu.Unlock()

	both := runnerOf(func(ctx context.Context, c run.Call) run.Answer {
		of := map[string]spec.Sampler{"candidate": dps, "reference": samplers.Exact()}[c.Role]
		if c.Sampler != of.Name() {
			t.Errorf("%s is called %s", c.Role, c.Sampler)
		}
		return run.InProcess(of).Answer(ctx, c)
	})
	c, err := props.Compare(t.Context(), dps, samplers.Exact(), p[1], props.Calls(100))
	want = form(t, c, err)
	c, err = props.Compare(t.Context(), mute(t, dps), mute(t, samplers.Exact()), p[1], props.Calls(100), props.AnsweredBy(both))
	if got := form(t, c, err); got != want {
		t.Errorf("by another:\n%s\nin process:\n%s", got, want)
	}
}

// idOf names a call as an answer to it does.
func idOf(c run.Call) string { return fmt.Sprintf("%x", c.ID()) }

// runnerOf is a function as a runner.
type runnerOf func(context.Context, run.Call) run.Answer

func (f runnerOf) Answer(ctx context.Context, c run.Call) run.Answer { return f(ctx, c) }

// TestAnswersThatAreNone: a runner whose answers are those of other calls is rejected, as its draws are
// of another y; if they say of which call they are, they are refused. What is no answer is a
// fault in one line. The control is the runner that answers what it is asked.
func TestAnswersThatAreNone(t *testing.T) {
	p := named(t, "gauss:d=2,m=1")
	exact := run.InProcess(samplers.Exact())
	// The y of another call is that of this one with another sign, which is as likely.
	other := func(c run.Call) run.Call {
		c.Y = []float64{-c.Y[0]}
		return c
	}
	answer := func(ctx context.Context, c run.Call) run.Answer {
		a := exact.Answer(ctx, c)
		a.Call = idOf(c)
		return a
	}
	wealth := map[string]float64{}
	for what, one := range map[string]struct {
		answer  runnerOf
		outcome props.Outcome
		fault   string
	}{
		"right":       {answer, props.NotRejected, ""},
		"of another":  {func(ctx context.Context, c run.Call) run.Answer { return exact.Answer(ctx, other(c)) }, props.Rejected, ""},
		"and says so": {func(ctx context.Context, c run.Call) run.Answer { return answer(ctx, other(c)) }, props.Inconclusive, "error on gauss:d=2,m=1,beta=0.5,seed=1, call 0: the answer is to another call, "},
		"another index": {func(ctx context.Context, c run.Call) run.Answer {
			a := answer(ctx, c)
			c.Replicate++
			a.Call = idOf(c)
			return a
		}, props.Inconclusive, "want one to call "},
		"another digest": {func(ctx context.Context, c run.Call) run.Answer {
			a := answer(ctx, c)
			c.Problem, c.Digest = nil, "00"
			a.Call = idOf(c)
			return a
		}, props.Inconclusive, ", number 0 on problem "},
		"nothing": {func(context.Context, run.Call) run.Answer { return run.Answer{} }, props.Inconclusive, "returned no draws"},
		"too few": {func(ctx context.Context, c run.Call) run.Answer { c.Draws--; return exact.Answer(ctx, c) }, props.Inconclusive, "returned 2 x 2 draws, want 3 x 2"},
		"a panic": {func(context.Context, run.Call) run.Answer { panic("no network") }, props.Inconclusive, "panic on gauss:d=2,m=1,beta=0.5,seed=1, call 0: no network"},
		"bad costs": {func(ctx context.Context, c run.Call) run.Answer {
			a := exact.Answer(ctx, c)
			a.Spent = tally.Costs{"dollars": -1}
			return a
		}, props.Inconclusive, "-1 dollars were spent; want a finite number"},
		"scribbling": {func(ctx context.Context, c run.Call) run.Answer { a := exact.Answer(ctx, c); c.Y[0] = 1e6; return a }, props.NotRejected, ""},
	} {
		v, err := props.Judge(t.Context(), mute(t, samplers.Exact()), p, props.Calls(400), props.Terse(), props.AnsweredBy(one.answer))
		if err != nil || v.Outcome != one.outcome || (v.Fault != nil) != (one.fault != "") {
			t.Errorf("%s: %v, %v", what, v, err)
			continue
		}
		if v.Fault != nil && (!strings.Contains(v.Fault.Error(), one.fault) || strings.Contains(v.Fault.Error(), "\n")) {
			t.Errorf("%s: %v, want %q", what, v.Fault, one.fault)
		}
		wealth[what] = v.Log10Wealth
	}
	if wealth["scribbling"] != wealth["right"] {
		t.Errorf("a runner that writes on the y of its call comes to 10^%v, not to 10^%v", wealth["scribbling"], wealth["right"])
	}
	if _, err := props.Judge(t.Context(), samplers.Exact(), p, props.AnsweredBy(nil)); err == nil || !strings.Contains(err.Error(), "no runner") {
		t.Errorf("no runner: %v", err)
	}
}

// TestNoWrongAnswerIsRemembered: what a runner of the user's answers is checked before a journal
// has it, so that the next run asks again. The control is the answers that are right.
func TestNoWrongAnswerIsRemembered(t *testing.T) {
	p := named(t, "gauss:d=2,m=1")
	exact := run.InProcess(samplers.Exact())
	for _, short := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "journal")
		var asked atomic.Int64
		for _, wrong := range []bool{short, false} {
			journal, err := run.OpenJournal(path, run.JournalOf{Samplers: []spec.Sampler{samplers.Exact()}, Problems: p})
			if err != nil {
				t.Fatal(err)
			}
			asked.Store(0)
			r := runnerOf(func(ctx context.Context, c run.Call) run.Answer {
				asked.Add(1)
				if wrong {
					c.Draws--
				}
				return exact.Answer(ctx, c)
			})
			v, err := props.Judge(t.Context(), samplers.Exact(), p, props.Calls(20), props.Jobs(1), props.Terse(), props.Remember(journal), props.AnsweredBy(r))
			if err != nil || (v.Fault != nil) != wrong {
				t.Errorf("wrong %v: %v, %v", wrong, v, err)
			}
			if err := journal.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if again := asked.Load() > 0; again != short {
			t.Errorf("wrong answers %v: the second run asked %d times", short, asked.Load())
		}
	}
}
