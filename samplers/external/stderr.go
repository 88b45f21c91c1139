package external

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"sync"
)

// tailLines and lineBytes bound what a fault quotes of standard error.
const (
	tailLines = 5
	lineBytes = 300
)

// tail passes on what a process writes on standard error, line by line with a prefix,
// and remembers the last lines.
type tail struct {
	to     io.Writer
	prefix string
	done   chan struct{} // closed at the end of what it writes

	mu    sync.Mutex
	lines []string
}

// follow reads r to its end.
func (t *tail) follow(r io.Reader) {
	defer close(t.done)
	scanner := bufio.NewReaderSize(r, 1<<14)
	for {
		line, err := scanner.ReadSlice('\n') // a longer line comes in pieces
		if text := bytes.TrimRight(line, "\r\n"); len(text) > 0 {
			t.mu.Lock()
			if len(t.lines) == tailLines {
				t.lines = slices.Delete(t.lines, 0, 1)
			}
			t.lines = append(t.lines, string(text[:min(len(text), lineBytes)]))
			t.mu.Unlock()
		}
		if len(line) > 0 {
			out := append([]byte(t.prefix), bytes.TrimRight(line, "\r\n")...)
			t.to.Write(append(out, '\n')) // a reader who went away is not a fault of the candidate
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

// last returns the last lines so far.
func (t *tail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lines)
}

// serial lets several processes write to one writer, a line at a time.
type serial struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *serial) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}
