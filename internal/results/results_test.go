package results

import (
	"slices"
	"sync"
	"testing"
)

// TestHanded: who watches sees every result, in order, until it stops, and others go on; the
// caller gets what was given.
func TestHanded(t *testing.T) {
	var one, two []any
	stopOne := Watch(func(result any) { one = append(one, result) })
	stopTwo := Watch(func(result any) { two = append(two, result) })
	if Handed(7) != 7 || Handed("words") != "words" {
		t.Error("another result comes back")
	}
	stopOne()
	stopOne()
	Handed(8)
	stopTwo()
	Handed(9)
	if !slices.Equal(one, []any{7, "words"}) || !slices.Equal(two, []any{7, "words", 8}) {
		t.Errorf("seen were %v and %v", one, two)
	}
}

// TestHandedAtOnce: results come from several goroutines while watchers come and go.
func TestHandedAtOnce(t *testing.T) {
	var mu sync.Mutex
	seen := 0
	defer Watch(func(any) { mu.Lock(); seen++; mu.Unlock() })()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 100 {
				Watch(func(any) {})()
				Handed(i)
			}
		})
	}
	all.Wait()
	if seen != 800 {
		t.Errorf("%d of 800 results were seen", seen)
	}
}
