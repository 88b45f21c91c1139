// Package results is the way that every result goes from a door to its caller, so that tests can
// look at all of them: importing assay/internal/schema has each one checked against the
// published schemas. Nobody looks in a program.
package results

import (
	"slices"
	"sync"
)

// watcher is one who looks; its address is what stop knows it by.
type watcher struct{ look func(result any) }

var (
	mu       sync.RWMutex
	watchers []*watcher
)

// Watch has look called with every result that is handed over from now on, before its caller
// has it, until stop is called. It may be called from several goroutines at a time. It is for tests.
func Watch(look func(result any)) (stop func()) {
	w := &watcher{look}
	mu.Lock()
	defer mu.Unlock()
	watchers = append(slices.Clone(watchers), w)
	return func() {
		mu.Lock()
		defer mu.Unlock()
		watchers = slices.DeleteFunc(slices.Clone(watchers), func(other *watcher) bool { return other == w })
	}
}

// Handed returns the result, a value that is written as JSON or such a text as a
// [encoding/json.RawMessage], after all who watch have seen it.
func Handed[T any](result T) T {
	mu.RLock()
	now := watchers
	mu.RUnlock()
	for _, w := range now {
		w.look(result)
	}
	return result
}
