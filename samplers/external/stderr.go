package external

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"

	"assay/internal/text"
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

// follow reads r to its end. What it passes on is safe to show.
func (t *tail) follow(r io.Reader) {
	defer close(t.done)
	scanner := bufio.NewReaderSize(r, 1<<14)
	for {
		line, err := scanner.ReadSlice('\n') // a longer line comes in pieces
		if said := stands(line); len(said) > 0 {
			t.mu.Lock()
			if len(t.lines) == tailLines {
				t.lines = slices.Delete(t.lines, 0, 1)
			}
			t.lines = append(t.lines, string(said[:min(len(said), lineBytes)]))
			t.mu.Unlock()
		}
		if len(line) > 0 {
			shown := text.Safe(string(stands(line)))
			fmt.Fprintf(t.to, "%s%s\n", t.prefix, shown) // a reader who went away is not a fault of the candidate
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

// stands returns what a terminal would leave of a line: what follows the last carriage return, as
// bars of progress begin anew by one.
func stands(line []byte) []byte {
	line = bytes.TrimRight(line, "\r\n")
	return line[bytes.LastIndexByte(line, '\r')+1:]
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
