//go:build unix

package external_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/tally"
	"assay/samplers/external"
	"assay/spec"
)

// What y[0] asks of a child with batches.
const (
	crashes  = 666
	declines = 667
	hangs    = 668
	dawdles  = 669
)

// batched returns the draws of the call of a request: exact ones plus a draw from the
// prior that it asks for. If y[0] asks for something else it does that, and reports so.
func (c *child) batched(m message, p *spec.Problem, y []float64, seed uint64, call int) (rows []float64, bad bool) {
	switch odd := append(slices.Clone(y), 0)[0]; odd {
	case crashes:
		os.Exit(3)
	case declines:
		c.refuse(m, 1, "y is too much")
		return nil, true
	case hangs:
		time.Sleep(time.Hour)
	case dawdles:
		time.Sleep(550 * time.Millisecond)
	}
	posterior, err := p.Posterior()
	if err != nil {
		panic(err)
	}
	x := mat.NewDense(m.Params.N, p.Dim(), nil)
	posterior.Given(y).Sample(x, rand.New(rand.NewPCG(seed, 0)))
	rows = x.RawMatrix().Data
	_, more := c.ask("prior_draws", map[string]any{"problem": number(m.Params.Problem), "n": m.Params.N, "call": call})
	for i, v := range more {
		rows[i] += v
	}
	return rows, false
}

// samples answers several calls at a time.
func (c *child) samples(m message) {
	fmt.Fprintln(os.Stderr, "a batch of", len(m.Params.Seeds))
	p, err := spec.ParseProblem(c.problems[number(m.Params.Problem)])
	if err != nil {
		panic(err)
	}
	k, n, d := len(m.Params.Seeds), m.Params.N, p.Dim()
	y := m.Params.Y.numbers()
	var all []float64
	for call, seed := range m.Params.Seeds {
		if c.mode == "batch seed" {
			seed = m.Params.Seeds[0]
		}
		rows, bad := c.batched(m, p, y[call*len(y)/k:(call+1)*len(y)/k], seed, call)
		if bad {
			return
		}
		all = append(all, rows...)
	}
	switch c.mode {
	case "batch crash":
		os.Exit(4)
	case "batch order":
		slices.Reverse(all)
		c.reply(m, map[string]any{"draws": pack(all, k, n, d)})
	case "batch shape":
		c.reply(m, map[string]any{"draws": pack(all, k*n, d)})
	default:
		c.reply(m, map[string]any{"draws": pack(all, k, n, d)})
	}
}

// outcome is what a call came to.
type outcome struct {
	draws *mat.Dense
	err   error
	asked float64 // draws of the prior, by callback
}

// one makes the call of a number, for 2 draws.
func one(ctx context.Context, c *external.Candidate, p *spec.Problem, i int, odd map[int]float64) outcome {
	y := make([]float64, p.Rows())
	y[0] = odd[i]
	draws, tally := mat.NewDense(2, p.Dim(), nil), new(tally.Tally)
	ctx = tally.In(ctx)
	err := c.Sample(ctx, draws, spec.Metered(ctx, p), y, spec.Stream(uint64(i), "test", nil, 0))
	spent, mistake := tally.Take()
	return outcome{draws, errors.Join(err, mistake), spent["prior draws"]}
}

// atOnce makes calls at the same time; y[0] is that of odd if it is in there, and 0
// otherwise.
func atOnce(ctx context.Context, c *external.Candidate, p *spec.Problem, calls int, odd map[int]float64) []outcome {
	outcomes := make([]outcome, calls)
	var callers sync.WaitGroup
	for i := range calls {
		callers.Go(func() { outcomes[i] = one(ctx, c, p, i, odd) })
	}
	callers.Wait()
	return outcomes
}

// startBatching starts a child that batches are put to, however slow it is.
func startBatching(t *testing.T, mode string, options external.Options) *external.Candidate {
	c := start(t, mode, options)
	c.BatchWithin(time.Minute)
	return c
}

// untilBatched repeats work, which makes calls, until the child was asked for a batch: how
// many calls meet is up to the scheduler.
func untilBatched(t *testing.T, said *log, work func()) {
	t.Helper()
	for began := time.Now(); !strings.Contains(said.String(), "a batch of"); {
		if time.Since(began) > 30*time.Second {
			t.Fatal("no batch in 30 s")
		}
		work()
	}
}

// TestBatch: calls that are put to a program together come to what they come to one by one,
// to the last bit, and so do those for which something goes wrong: that is their own affair.
func TestBatch(t *testing.T) {
	p := problem(t, "gauss")
	for _, test := range []struct {
		name string
		odd  map[int]float64
		want func(error) bool
	}{
		{"well", nil, nil},
		{"refusal", map[int]float64{7: declines, 30: declines}, func(err error) bool {
			refusal := (*spec.Refusal)(nil)
			return errors.As(err, &refusal) && refusal.Reason == "y is too much"
		}},
		{"crash", map[int]float64{9: crashes, 33: crashes}, isFault(kinds.Crash, "sample: it ended with exit code 3")},
		{"hang", map[int]float64{11: hangs}, isFault(kinds.Timeout, "sample: no answer within")},
	} {
		t.Run(test.name, func(t *testing.T) {
			options := external.Options{Timeout: 10 * time.Second, Grace: 50 * time.Millisecond}
			if test.name == "hang" {
				options.Timeout = time.Second
			}
			single := start(t, "batch", options)
			want := make([]outcome, 40)
			for i := range want {
				want[i] = one(t.Context(), single, p, i, nil)
			}
			said := new(log)
			options.Stderr = said
			c := startBatching(t, "batch", options)
			untilBatched(t, said, func() {
				for i, got := range atOnce(t.Context(), c, p, len(want), test.odd) {
					switch _, odd := test.odd[i]; {
					case odd && !test.want(got.err):
						t.Fatalf("call %d: error %v", i, got.err)
					case !odd && got.err != nil:
						t.Fatalf("call %d, for which nothing goes wrong: %v", i, got.err)
					case !odd && !mat.Equal(got.draws, want[i].draws):
						t.Fatalf("call %d: the draws are\n%v, want\n%v", i, mat.Formatted(got.draws), mat.Formatted(want[i].draws))
					case !odd && got.asked != 2:
						t.Fatalf("call %d asked for %v draws of the prior, want 2", i, got.asked)
					}
				}
			})
			if processes := strings.Count(said.String(), "pid "); test.odd == nil && processes != 1 {
				t.Errorf("%d processes, want 1", processes)
			}
			c.Close()
			said.noneLeft(t)
		})
	}
}

func isFault(kind string, words string) func(error) bool {
	return func(err error) bool {
		fault := (*external.Fault)(nil)
		return errors.As(err, &fault) && fault.Kind == kind && strings.Contains(fault.Message, words)
	}
}

// TestAtOnce: a program is asked for as many calls at a time as it has processes, until it has
// shown that it is fast enough for batches.
func TestAtOnce(t *testing.T) {
	p := problem(t, "gauss")
	for _, test := range []struct {
		within time.Duration
		numbers,
		before, after, most int
	}{
		{time.Nanosecond, 8, 2, 2, 32},
		{time.Minute, 8, 2, 32, 32},
		{time.Minute, 1 << 13, 2, 8, 8},
		{time.Minute, 1 << 20, 2, 2, 2},
	} {
		c := start(t, "batch", external.Options{Jobs: 2})
		c.BatchWithin(test.within)
		before, most := c.AtOnce(test.numbers)
		if got := one(t.Context(), c, p, 0, nil); got.err != nil {
			t.Fatal(got.err)
		}
		if after, _ := c.AtOnce(test.numbers); before != test.before || after != test.after || most != test.most {
			t.Errorf("%d numbers within %v: %d, then %d, at most %d; want %d, %d, %d", test.numbers, test.within, before, after, most, test.before, test.after, test.most)
		}
	}
}

// TestBatchAlone: what goes wrong only where several calls are put to a program at a time is
// a fault of one of them, the others are well, and it is asked no more that way.
func TestBatchAlone(t *testing.T) {
	p := problem(t, "gauss")
	for _, test := range []struct {
		mode  string
		fault func(error) bool
	}{
		{"batch crash", isFault(kinds.Crash, "samples: it ended with exit code 4 (in a batch of")},
		{"batch shape", isFault(kinds.Shape, "4], want")},
	} {
		t.Run(test.mode, func(t *testing.T) {
			said := new(log)
			c := startBatching(t, test.mode, external.Options{Stderr: said})
			faults := 0
			untilBatched(t, said, func() {
				for i, got := range atOnce(t.Context(), c, p, 40, nil) {
					switch {
					case got.err == nil:
					case test.fault(got.err):
						faults++
					default:
						t.Fatalf("call %d: %v", i, got.err)
					}
				}
			})
			for range 10 {
				for i, got := range atOnce(t.Context(), c, p, 40, nil) {
					if got.err != nil {
						t.Fatalf("call %d after that: %v", i, got.err)
					}
				}
			}
			if batches := strings.Count(said.String(), "a batch of"); faults != 1 || batches != 1 {
				t.Errorf("%d faults by %d batches, want 1 by 1", faults, batches)
			}
		})
	}
}

// TestGather: calls are put to a program together if they are on one problem, of one number of
// draws and not to be made alone, in the order in which they wait, and no more than it can take;
// whatever else waits goes on waiting. Two problems of one shape are two problems.
func TestGather(t *testing.T) {
	p, q := problem(t, "gauss"), problem(t, "gauss:seed=2")
	waiting := []external.Wait{{p, 2, false}, {q, 2, false}, {p, 3, false}, {p, 2, true}, {p, 2, false}, {q, 2, false}, {p, 2, false}}
	for _, test := range []struct {
		own, most   int
		batch, left []int
	}{
		{0, 64, []int{0, 4, 6}, []int{1, 2, 3, 5}},
		{6, 64, []int{0, 4, 6}, []int{1, 2, 3, 5}},
		{6, 2, []int{0, 6}, []int{1, 2, 3, 4, 5}},
		{4, 1, []int{4}, []int{0, 1, 2, 3, 5, 6}},
		{1, 64, []int{1, 5}, []int{0, 2, 3, 4, 6}},
		{2, 64, []int{2}, []int{0, 1, 3, 4, 5, 6}},
		{3, 64, []int{3}, []int{0, 1, 2, 4, 5, 6}},
	} {
		if batch, left := external.Gathered(test.own, test.most, waiting); !slices.Equal(batch, test.batch) || !slices.Equal(left, test.left) {
			t.Errorf("call %d, at most %d together: %v, leaving %v; want %v, leaving %v", test.own, test.most, batch, left, test.batch, test.left)
		}
	}
}

// TestBatchOfManyProblems: calls on two problems of one shape that wait at the same time come
// to what each comes to on its own problem, to the last bit.
func TestBatchOfManyProblems(t *testing.T) {
	const calls = 40
	on := []*spec.Problem{problem(t, "gauss"), problem(t, "gauss:seed=2")}
	options := external.Options{Timeout: 10 * time.Second, Grace: 50 * time.Millisecond}
	single := start(t, "batch", options)
	var want [2][]outcome
	for k, p := range on {
		for i := range calls {
			want[k] = append(want[k], one(t.Context(), single, p, i, nil))
		}
	}
	said := new(log)
	options.Stderr = said
	c := startBatching(t, "batch", options)
	meet := func() {
		var got [2][]outcome
		var callers sync.WaitGroup
		for k, p := range on {
			callers.Go(func() { got[k] = atOnce(t.Context(), c, p, calls, nil) })
		}
		callers.Wait()
		for k := range on {
			for i, one := range got[k] {
				if one.err != nil || !mat.Equal(one.draws, want[k][i].draws) {
					t.Fatalf("problem %d, call %d: %v and the draws\n%v, want\n%v", k, i, one.err, mat.Formatted(one.draws), mat.Formatted(want[k][i].draws))
				}
			}
		}
	}
	untilBatched(t, said, meet)
	for range 5 {
		meet()
	}
}

// TestBatchOfSlowCalls: calls that are all in time are not a fault, though the time for one is
// over before several of them have been made. Three of them are enough for that.
func TestBatchOfSlowCalls(t *testing.T) {
	p := problem(t, "gauss")
	said := new(log)
	c := startBatching(t, "batch", external.Options{Timeout: 1500 * time.Millisecond, Grace: 50 * time.Millisecond, Stderr: said})
	one(t.Context(), c, p, 0, nil) // so that there is a pace
	slow := map[int]float64{}
	for i := range 9 {
		slow[i] = dawdles
	}
	for began := time.Now(); strings.Count(said.String(), "pid ") == 1; {
		if time.Since(began) > time.Minute {
			t.Fatal("no batch was late in a minute")
		}
		for i, got := range atOnce(t.Context(), c, p, 12, slow) {
			if got.err != nil {
				t.Errorf("call %d, which takes half a second: %v", i, got.err)
			}
		}
	}
}

// TestBatchCalledOff: a call that is called off returns at once, whoever makes it, and
// takes no other with it.
func TestBatchCalledOff(t *testing.T) {
	p := problem(t, "gauss")
	said := new(log)
	c := startBatching(t, "batch", external.Options{Timeout: 2 * time.Second, Grace: 50 * time.Millisecond, Stderr: said})
	untilBatched(t, said, func() { atOnce(t.Context(), c, p, 40, nil) })
	ctx, cancel := context.WithCancel(t.Context())
	var others, off []outcome
	var callers sync.WaitGroup
	callers.Go(func() { others = atOnce(t.Context(), c, p, 20, map[int]float64{3: hangs}) })
	callers.Go(func() { off = atOnce(ctx, c, p, 20, nil) })
	time.Sleep(100 * time.Millisecond)
	cancelled := time.Now()
	cancel()
	callers.Wait()
	for i, got := range off {
		if got.err != nil && !errors.Is(got.err, context.Canceled) {
			t.Errorf("call %d, called off: %v", i, got.err)
		}
	}
	for i, got := range others {
		if hung := isFault(kinds.Timeout, "sample: no answer within")(got.err); i == 3 && !hung || i != 3 && got.err != nil {
			t.Errorf("call %d, not called off: %v", i, got.err)
		}
	}
	if took := time.Since(cancelled); took > 20*time.Second {
		t.Errorf("all of that took %v", took)
	}
}

// TestWithdrawn: calls that are called off while they wait do not wait any more, and are not
// made. No process can serve them before they are: every one is taken.
func TestWithdrawn(t *testing.T) {
	p := problem(t, "gauss")
	c := start(t, "batch", external.Options{Grace: 50 * time.Millisecond})
	release := c.Occupy()
	ctx, cancel := context.WithCancel(t.Context())
	var outcomes []outcome
	var off sync.WaitGroup
	off.Go(func() { outcomes = atOnce(ctx, c, p, 5, nil) })
	for c.Waiting() < 5 {
		time.Sleep(time.Millisecond) // for as long as a test may take
	}
	cancel()
	off.Wait()
	for i, got := range outcomes {
		if !errors.Is(got.err, context.Canceled) {
			t.Errorf("call %d, called off: %v", i, got.err)
		}
	}
	if left := c.Waiting(); left != 0 {
		t.Errorf("%d of 5 calls still wait once they are called off", left)
	}
	release()
	if got := one(t.Context(), c, p, 0, nil); got.err != nil {
		t.Errorf("a call after those: %v", got.err)
	}
}
