package parallel

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// InOrder makes calls, several at a time, and yields their answers in the order of the calls.
// As many are under way as now says, which is asked again before each, and at most so many
// are ahead of the answer that is waited for, the answered ones included. Calls do not depend
// on each other, so what is made of the answers does not depend on the schedule.
//
// The sequence ends early if ctx is done, or the caller breaks off: no other call is begun
// then. Those under way are not waited for, and what they answer is thrown away: whoever makes
// them tells them to end.
func InOrder[C, A any](ctx context.Context, calls []C, now func() int, most int, call func(C) A) iter.Seq[A] {
	return func(yield func(A) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for pending := range begin(ctx, calls, now, most, call) {
			select {
			case <-ctx.Done():
				return
			case a := <-pending:
				if ctx.Err() != nil || !yield(a) {
					return
				}
			}
		}
	}
}

// begin begins the calls in order, and returns where each answer will be.
func begin[C, A any](ctx context.Context, calls []C, now func() int, most int, call func(C) A) <-chan chan A {
	queue := make(chan chan A, most)
	var mu sync.Mutex
	ended := sync.NewCond(&mu)
	running := 0
	context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		ended.Broadcast()
	})
	go func() {
		defer close(queue)
		for _, next := range calls {
			mu.Lock()
			for running >= now() && ctx.Err() == nil {
				ended.Wait()
			}
			running++
			mu.Unlock()
			if ctx.Err() != nil {
				return
			}
			pending := make(chan A, 1)
			go func() {
				pending <- call(next)
				mu.Lock()
				defer mu.Unlock()
				running--
				ended.Signal()
			}()
			select {
			case queue <- pending:
			case <-ctx.Done():
				return
			}
		}
	}()
	return queue
}

// AtOnce returns how many calls, each for this many numbers, keep busy what may say so by a
// method of this name, as spec.Concurrent does: from now on and at most, or zeros if it does not
// say.
func AtOnce(of any, numbers int) (now, most int) {
	if c, ok := of.(interface {
		AtOnce(numbers int) (now, most int)
	}); ok {
		return c.AtOnce(numbers)
	}
	return 0, 0
}

// Width returns how many calls to make at a time, for [InOrder]: as many as [AtOnce] says, and
// otherwise as many as there are processors.
func Width(of any, numbers int) (now func() int, most int) {
	if _, most = AtOnce(of, numbers); most == 0 {
		most = runtime.GOMAXPROCS(0)
		return func() int { return most }, most
	}
	return func() int {
		now, _ := AtOnce(of, numbers)
		return now
	}, most
}
