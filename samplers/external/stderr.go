package external

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sync"

	"assay/internal/text"
)

// tailLines and lineBytes bound what a fault quotes of standard error, and traceLines what may be
// of one traceback.
const (
	tailLines  = 5
	lineBytes  = 300
	traceLines = 200
)

// tail passes on what a process writes on standard error, line by line with a prefix,
// and remembers the last lines.
type tail struct {
	to     io.Writer
	prefix string
	done   chan struct{} // closed at the end of what it writes

	mu    sync.Mutex
	lines []string
	own   string // of a traceback of Python: the last line that names a file of the user's own
	since int    // how many lines ago that was
}

// follow reads r to its end. What it passes on is safe to show.
func (t *tail) follow(r io.Reader) {
	defer close(t.done)
	scanner := bufio.NewReaderSize(r, 1<<14)
	for {
		line, err := scanner.ReadSlice('\n') // a longer line comes in pieces
		if said := stands(line); len(said) > 0 {
			t.mu.Lock()
			t.trace(said)
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

// trace notes where in the user's own code a traceback passes, as it may end deep in a library.
func (t *tail) trace(line []byte) {
	line = line[:min(len(line), lineBytes)]
	switch {
	case bytes.HasPrefix(line, []byte("Traceback (most recent call last):")):
		t.own = ""
	case bytes.HasPrefix(line, []byte("  File \"")) && !library.Match(line):
		t.own, t.since = string(line), 0
	case t.since > traceLines:
		t.own = ""
	}
	t.since++
}

// library matches a line of a traceback within what is installed.
var library = regexp.MustCompile(`^  File "(<frozen |[^"]*[/\\](site-packages|dist-packages|assay_candidate|lib[0-9]*[/\\]python[0-9.]+|Lib)[/\\])`)

// last returns the last lines so far, and before them that of the user's own code which a
// traceback among them comes from.
func (t *tail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.own == "" || slices.Contains(t.lines, t.own) {
		return slices.Clone(t.lines)
	}
	return append([]string{t.own}, t.lines...)
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
