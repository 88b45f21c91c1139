package parallel

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// TestInOrder: answers come in the order of the calls though they end in another, no more are under
// way than allowed, and none is begun after the caller broke off or ctx is done.
func TestInOrder(t *testing.T) {
	calls := make([]int, 200)
	for i := range calls {
		calls[i] = i
	}
	var running, most, begun atomic.Int64
	ask := func(i int) int {
		begun.Add(1)
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
		running.Add(-1)
		return i
	}
	const at = 4
	now := func() int { return at }
	if got := slices.Collect(InOrder(t.Context(), calls, now, at, ask)); !slices.Equal(got, calls) {
		t.Errorf("answers come as %v", got)
	}
	if most.Load() > 4 || begun.Load() != 200 {
		t.Errorf("%d at a time, %d in all; want at most 4, 200", most.Load(), begun.Load())
	}
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		begun.Store(0)
		last := -1
		for i := range InOrder(ctx, calls, now, at, ask) {
			if last = i; i != 5 {
				continue
			}
			if !cancelled {
				break
			}
			cancel()
		}
		cancel()
		if last != 5 || begun.Load() > 5+2+2*4 { // those answered, under way, and ahead
			t.Errorf("cancelled %v: ended after %d, with %d begun", cancelled, last, begun.Load())
		}
	}
}

// busy says how many calls keep it busy.
type busy struct{ now, most int }

func (b *busy) AtOnce(numbers int) (now, most int) { return b.now / numbers, b.most / numbers }

// TestWidth: what says how many calls keep it busy is asked anew each time; of what does not say,
// or says that it does not know, there are as many as processors.
func TestWidth(t *testing.T) {
	of := &busy{6, 10}
	now, most := Width(of, 2)
	if now() != 3 || most != 5 {
		t.Errorf("%d and at most %d, want 3 and 5", now(), most)
	}
	if of.now = 8; now() != 4 {
		t.Errorf("later %d, want 4", now())
	}
	for _, silent := range []any{nil, 7, &busy{}} {
		if now, most := Width(silent, 2); now() != runtime.GOMAXPROCS(0) || most != runtime.GOMAXPROCS(0) {
			t.Errorf("%v: %d and at most %d, want the number of processors", silent, now(), most)
		}
	}
}
