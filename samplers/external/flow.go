package external

// flow is what keeps a flood of callbacks from filling the memory. It is guarded by the mu of
// its frames, except for what only their reader uses.
type flow struct {
	read  int             // bytes of the line that came in last; the reader's
	came  []string        // the parts in it; the reader's
	asked int             // callbacks that came in and are not answered yet
	size  int             // bytes of those since there was none
	stale []string        // parts of those
	room  chan struct{}   // holds one when there may be room for more
	turn  chan struct{}   // holds one while an answer is computed or waits to be written
	gone  <-chan struct{} // closed when the process has ended
}

// Reading stops while so many callbacks, or so many bytes of them, have no answer yet.
const (
	maxAsked      = 64
	maxAskedBytes = 64 << 20
)

func newFlow() flow { return flow{room: make(chan struct{}, 1), turn: make(chan struct{}, 1)} }

// note counts the callback that came in last.
func (f *frames) note() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	f.size += f.read
	f.stale = append(f.stale, f.came...)
}

// admit waits until there is room for another callback. A program may send several before it
// reads an answer; what it sends beyond the bounds stays in the pipe, until it reads or its
// time is over.
func (f *frames) admit() {
	for {
		f.mu.Lock()
		full := f.asked >= maxAsked || f.size >= maxAskedBytes
		f.mu.Unlock()
		if !full {
			return
		}
		select {
		case <-f.room:
		case <-f.gone: // there will be no answers
			return
		}
	}
}

// answered notes that a callback has its answer, and lets the next one be computed.
func (f *frames) answered() {
	f.mu.Lock()
	f.asked = max(0, f.asked-1)
	var stale []string
	if f.asked == 0 {
		stale, f.stale, f.size = f.stale, nil, 0
	}
	f.mu.Unlock()
	f.drop(stale)
	select {
	case f.room <- struct{}{}:
	default: // it is told already
	}
	select {
	case <-f.turn:
	default: // jrpc2 answered by itself
	}
}

// drop forgets what is kept under some names, if anything is.
func (f *frames) drop(names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range names {
		delete(f.parts, name)
	}
}
