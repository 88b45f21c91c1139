package parallel

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// onProcessors runs f with 1, 2 and 5 processors.
func onProcessors(t *testing.T, f func(t *testing.T)) {
	for _, processors := range []int{1, 2, 5} {
		t.Run(fmt.Sprint(processors), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
			f(t)
		})
	}
}

func TestEachIndexOnce(t *testing.T) {
	onProcessors(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 2, 31, 1000} {
			seen := make([]atomic.Int64, n)
			Do(n, func(i int) { seen[i].Add(1) })
			for i := range seen {
				if seen[i].Load() != 1 {
					t.Fatalf("index %d of %d was worked on %d times", i, n, seen[i].Load())
				}
			}
		}
	})
}

func TestChunks(t *testing.T) {
	onProcessors(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 31, 32, 33, 100} {
			seen := make([]atomic.Int64, n)
			err := Chunks(t.Context(), n, 32, func(lo, hi int) error {
				if lo%32 != 0 || hi-lo > 32 || hi < n && hi-lo != 32 {
					return fmt.Errorf("chunk [%d, %d) of %d", lo, hi, n)
				}
				for i := lo; i < hi; i++ {
					seen[i].Add(1)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range seen {
				if seen[i].Load() != 1 {
					t.Fatalf("row %d of %d was worked on %d times", i, n, seen[i].Load())
				}
			}
		}
	})
}

// TestFirstError: every index from 7 on fails, the later ones sooner, and 7 is blamed;
// few are begun after it.
func TestFirstError(t *testing.T) {
	onProcessors(t, func(t *testing.T) {
		var begun atomic.Int64
		later := make(chan struct{})
		var once sync.Once
		err := Each(t.Context(), 1000, func(i int) error {
			begun.Add(1)
			switch {
			case i < 7:
				return nil
			case i == 7 && runtime.GOMAXPROCS(0) > 1:
				<-later
			case i > 7:
				defer once.Do(func() { close(later) })
			}
			return fmt.Errorf("index %d", i)
		})
		if err == nil || err.Error() != "index 7" {
			t.Errorf("got %v, want the error of index 7", err)
		}
		if most := int64(7 + runtime.GOMAXPROCS(0)); begun.Load() > most {
			t.Errorf("%d were begun, want at most %d", begun.Load(), most)
		}
	})
}

func TestContext(t *testing.T) {
	onProcessors(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var begun atomic.Int64
		err := Each(ctx, 1000, func(int) error {
			if begun.Add(1) == 3 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that it was cancelled", err)
		}
		if most := int64(3 + runtime.GOMAXPROCS(0)); begun.Load() > most {
			t.Errorf("%d were begun, want at most %d", begun.Load(), most)
		}
		// What was finished before ctx was done is not a failure.
		ctx, cancel = context.WithCancel(t.Context())
		if err := Each(ctx, 1, func(int) error { cancel(); return nil }); err != nil {
			t.Errorf("the last one cancelled: %v", err)
		}
	})
}

func TestLimited(t *testing.T) {
	for _, most := range []int{1, 3} {
		var running, highest int
		var mu sync.Mutex
		err := Limited(t.Context(), 100, most, func(int) error {
			mu.Lock()
			running++
			highest = max(highest, running)
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		})
		if err != nil || highest > most {
			t.Errorf("%d at a time, want at most %d (%v)", highest, most, err)
		}
	}
}

// explode is named in the stack of its panic.
func explode(v any) { panic(v) }

func TestPanics(t *testing.T) {
	onProcessors(t, func(t *testing.T) {
		planted := errors.New("planted")
		for _, n := range []int{1, 10} {
			func() {
				defer func() {
					r := recover()
					value, stack := Recovered(r)
					if value != planted {
						t.Errorf("%d: recovered %v, want the panic of the work", n, value)
					}
					if !strings.Contains(string(stack), "explode") {
						t.Errorf("%d: the stack does not lead to the panic:\n%s", n, stack)
					}
					if err, ok := r.(error); !ok || !errors.Is(err, planted) || !strings.Contains(err.Error(), "planted") {
						t.Errorf("%d: %v is not the error that was raised", n, r)
					}
				}()
				Do(n, func(int) { Do(n, func(int) { explode(planted) }) }) // forwarded twice
			}()
		}
	})
}

func TestGoexit(t *testing.T) {
	onProcessors(t, func(t *testing.T) {
		beyond := false
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			Do(10, func(i int) {
				if i == 4 {
					runtime.Goexit()
				}
			})
			beyond = true
		}()
		<-ended
		if beyond {
			t.Error("the caller goes on as if all had been done")
		}
	})
}

func Example() {
	squares := make([]int, 5)
	Do(len(squares), func(i int) { squares[i] = i * i })
	fmt.Println(squares, slices.Max(squares))
	// Output: [0 1 4 9 16] 16
}
