package spec

import "sync"

// room is how many numbers, of 8 bytes each, a [levels] may hold: those of 1,000 levels in
// four dimensions.
const room = 1 << 16

// levels remembers what was computed for each of the levels of noise K, since samplers go
// down the same levels in every call: mostly of a few rows, for which preparing a level takes
// longer than its use. What is remembered must not be changed. It is safe for concurrent use.
type levels[K comparable, V any] struct {
	mu   sync.RWMutex
	of   map[K]V
	held int
}

// get returns what was made for the level, or makes it. It holds so many numbers; if that is
// much of the room it is not remembered, and if there is no room left all else is forgotten.
func (l *levels[K, V]) get(level K, numbers int, make func() V) V {
	const overhead = 32
	numbers += overhead
	if numbers > room/32 {
		return make()
	}
	l.mu.RLock()
	known, ok := l.of[level]
	l.mu.RUnlock()
	if ok {
		return known
	}
	made := make()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil || l.held+numbers > room {
		l.of, l.held = map[K]V{}, 0
	}
	l.of[level] = made
	l.held += numbers
	return made
}
