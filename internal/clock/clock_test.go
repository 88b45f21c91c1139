package clock

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props/run"
)

// takes answers the n-th call after the n-th time, and the last never.
type takes []time.Duration

func (r takes) Answer(ctx context.Context, c run.Call) run.Answer {
	select {
	case <-time.After(r[c.Replicate]):
		return run.Answer{Draws: mat.NewDense(1, 1, nil)}
	case <-ctx.Done():
		return run.Answer{Fault: &run.Fault{Kind: "error", Message: ctx.Err().Error()}}
	}
}

const never = time.Duration(math.MaxInt64)

// timedRun makes calls one by one on a clock until the time is over, and reads it.
func timedRun(t *testing.T, early int, limit time.Duration, times ...time.Duration) (last *Pending) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		clock := new(Clock)
		clock.Begin(early)
		r := clock.Timed(takes(append(times, never)))
		for n := range len(times) + 1 {
			r.Answer(ctx, run.Call{Sampler: "s", Digest: "d", Replicate: uint64(n)})
		}
		last = clock.Stop()
	})
	return last
}

// repeated is a time, n times.
func repeated(n int, d time.Duration) (times []time.Duration) {
	for range n {
		times = append(times, d)
	}
	return times
}

// TestStalled: what a run that ended in its last call was: a stall or slowness. Time is that
// of a fake clock.
func TestStalled(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		early   int
		limit   time.Duration
		times   []time.Duration
		stalled bool
		usual   time.Duration
	}{
		"a stall after quick answers":                   {0, time.Second, repeated(30, 10*ms), true, 10 * ms},
		"a wait of less than a twentieth":               {0, time.Second, repeated(96, 10*ms), false, 10 * ms},
		"a wait of a twentieth":                         {0, time.Second, repeated(95, 10*ms), true, 10 * ms},
		"slow answers":                                  {0, time.Second, repeated(8, 100*ms), false, 100 * ms},
		"slow answers, and three times as long":         {0, time.Second, repeated(7, 100*ms), true, 100 * ms},
		"three slow answers among quick ones":           {0, time.Second, append(repeated(3, 100*ms), repeated(45, 10*ms)...), false, 100 * ms},
		"a stall after two breaks":                      {0, time.Second, append(repeated(2, 100*ms), repeated(55, 10*ms)...), true, 10 * ms},
		"a stall after three processes that start long": {3, time.Second, append(repeated(3, 100*ms), repeated(45, 10*ms)...), true, 10 * ms},
		"nothing answered":                              {0, time.Second, nil, true, 0},
	} {
		last := timedRun(t, c.early, c.limit, c.times...)
		if last == nil {
			t.Errorf("%s: no call is pending", name)
			continue
		}
		waited := c.limit
		for _, d := range c.times {
			waited -= d
		}
		if last.Stalled != c.stalled || last.Usual != c.usual.Seconds() || last.Waited != waited.Seconds() || last.Call != len(c.times) {
			t.Errorf("%s: stalled %v, usual %v, waited %v for call %d; want %v, %v, %v and %d",
				name, last.Stalled, last.Usual, last.Waited, last.Call, c.stalled, c.usual, waited, len(c.times))
		}
	}
}

// TestClockAtATime: calls that wait for one break of a process, or for two at a time, are one
// break; but what most calls take is usual, however many are under way at a time.
func TestClockAtATime(t *testing.T) {
	const quick, slow, none = 0, 1, 2
	for name, c := range map[string]struct {
		rounds  []int // of eight calls at a time, each of which takes such a time
		stalled bool
	}{
		"one break":           {[]int{quick, quick, slow, quick}, true},
		"two breaks":          {[]int{quick, slow, quick, slow, quick, quick}, true},
		"three breaks":        {[]int{quick, slow, slow, quick, quick, quick, slow}, false},
		"two rounds and slow": {[]int{slow, slow}, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			clock := new(Clock)
			clock.Begin(0)
			r := clock.Timed(takes{10 * time.Millisecond, 300 * time.Millisecond, never})
			for _, which := range c.rounds {
				var group sync.WaitGroup
				for i := range 8 {
					time.Sleep(time.Duration(i) * time.Millisecond)
					group.Go(func() { r.Answer(t.Context(), run.Call{Digest: "d", Replicate: uint64(which)}) })
				}
				group.Wait()
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			r.Answer(ctx, run.Call{Digest: "d", Replicate: none})
			if last := clock.Stop(); last == nil || last.Stalled != c.stalled {
				t.Errorf("%s: %+v, want stalled %v", name, last, c.stalled)
			}
		})
	}
}

// TestClockGroups: a call is compared with those on its own problem, or with all if the clock
// says so; what an earlier run left is forgotten, and its answers are not.
func TestClockGroups(t *testing.T) {
	for _, together := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			clock := &Clock{Together: together}
			clock.Begin(0)
			r := clock.Timed(takes{500 * time.Millisecond, time.Millisecond, never})
			for range 5 {
				r.Answer(t.Context(), run.Call{Digest: "large", Replicate: 0})
				r.Answer(t.Context(), run.Call{Digest: "small", Replicate: 1})
			}
			gone, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			r.Answer(gone, run.Call{Digest: "large", Replicate: 2})
			clock.Begin(0)
			if last := clock.Stop(); last != nil {
				t.Errorf("call %d of an earlier run is pending", last.Call)
			}
			time.Sleep(-time.Since(clock.began.Add(2 * time.Minute)))
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			r.Answer(ctx, run.Call{Digest: "small", Replicate: 2})
			want := time.Millisecond
			if together {
				want = 500 * time.Millisecond
			}
			if last := clock.Stop(); last == nil || last.Usual != want.Seconds() || !last.Stalled {
				t.Errorf("together %v: %+v, want a stall where %v is usual", together, last, want)
			}
		})
	}
}

// TestClockPasses: a call under way when the clock is read is named like one that was called
// off, a fault makes no custom, and a stall is named before a longer wait that is none.
func TestClockPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := new(Clock)
		clock.Begin(0)
		slow := clock.Timed(takes{10 * time.Second, never})
		for range 3 {
			slow.Answer(t.Context(), run.Call{Digest: "slow", Replicate: 0})
			clock.Timed(failing{}).Answer(t.Context(), run.Call{Digest: "quick", Replicate: 0})
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go slow.Answer(ctx, run.Call{Digest: "slow", Replicate: 1})
		time.Sleep(5 * time.Second)
		go slow.Answer(ctx, run.Call{Digest: "quick", Replicate: 1})
		time.Sleep(4 * time.Second)
		synctest.Wait()
		for _, now := range []string{"under way", "called off"} {
			last := clock.Stop()
			if last == nil || last.Problem != "quick" || !last.Stalled || last.Usual != 0 || last.Waited != 4 {
				t.Errorf("%s: %+v, want the quick one, after 4 s", now, last)
			}
			cancel()
			synctest.Wait()
		}
	})
}

// failing takes a second to fail.
type failing struct{}

func (failing) Answer(context.Context, run.Call) run.Answer {
	time.Sleep(time.Second)
	return run.Answer{Fault: &run.Fault{Kind: "error", Message: "no"}}
}
