// Package parallel holds the one loop that shares work out over the processors, and the one
// that makes calls which others answer ([InOrder]). The result depends on the work alone, not
// on how many processors there are or which is quickest: each piece of work has an index, and
// puts its result where the index says; answers are handed out in the order of the calls.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Do calls work(0), ..., work(n-1), as many at a time as there are processors.
func Do(n int, work func(i int)) {
	_ = Each(context.Background(), n, func(i int) error { // which never fails
		work(i)
		return nil
	})
}

// Each calls work(0), ..., work(n-1), as many at a time as there are processors. Once one
// has failed, or ctx is done, no other is begun; those under way are waited for. It
// returns the error of the first that failed, by index: since they are begun in order, no
// other could have. It returns ctx.Err() if one was not begun because ctx is done.
//
// A panic of work counts as a failure, and is raised again on the goroutine of the caller,
// as a [*Panic]; runtime.Goexit, as by a test that fails, ends that goroutine too.
func Each(ctx context.Context, n int, work func(i int) error) error {
	return Limited(ctx, n, runtime.GOMAXPROCS(0), work)
}

// Chunks is [Each] for the chunks [lo, hi) of n, of the given size but for the last.
func Chunks(ctx context.Context, n, size int, work func(lo, hi int) error) error {
	return Each(ctx, (n+size-1)/size, func(chunk int) error {
		lo := chunk * size
		return work(lo, min(lo+size, n))
	})
}

// Limited is [Each] with at most the given number at a time.
func Limited(ctx context.Context, n, most int, work func(i int) error) error {
	if n == 1 || most == 1 { // on the caller's goroutine, where a panic needs no help
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := work(i); err != nil {
				return err
			}
		}
		return nil
	}
	l := loop{ctx: ctx, work: work, first: n}
	var workers sync.WaitGroup
	for range min(n, most) {
		workers.Go(func() {
			for !l.failed.Load() {
				i := int(l.next.Add(1)) - 1
				if i >= n {
					return
				}
				l.run(i)
			}
		})
	}
	workers.Wait()
	switch {
	case l.failure.panicked != nil:
		panic(l.failure.panicked)
	case l.failure.exited:
		runtime.Goexit()
	}
	return l.failure.err
}

// loop is a loop under way.
type loop struct {
	ctx    context.Context
	work   func(i int) error
	next   atomic.Int64 // to begin
	failed atomic.Bool

	mu      sync.Mutex // guards what follows
	first   int        // that failed
	failure outcome    // of it
}

// outcome is how a piece of work ended; zero is well.
type outcome struct {
	err      error
	panicked *Panic
	exited   bool
}

// run does the work of an index and notes how it ended.
func (l *loop) run(i int) {
	end := outcome{exited: true} // unless it comes to one of the others
	defer func() {
		if v := recover(); v != nil {
			end = outcome{panicked: newPanic(v)}
		}
		if end == (outcome{}) {
			return
		}
		l.failed.Store(true)
		l.mu.Lock()
		defer l.mu.Unlock()
		if i < l.first {
			l.first, l.failure = i, end
		}
	}()
	err := l.ctx.Err()
	if err == nil {
		err = l.work(i)
	}
	end = outcome{err: err}
}
