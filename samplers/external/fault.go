package external

import "strings"

// Fault is a way in which a program breaks the protocol.
type Fault struct {
	// Kind is in words: "crash at start", "crash", "time-out", "broken protocol", "error" (an
	// exception that the program reports itself), "out of memory", "wrong shape", "too few
	// draws", "non-finite draw" or "repeated draws" (they do not depend on the seed).
	Kind    string
	Message string
	// Stderr holds the last lines that the process wrote on standard error, if any.
	Stderr []string

	unseen string // which environment variables it did not see, if that may be why; or empty
}

func (f *Fault) Error() string {
	if len(f.Stderr) == 0 {
		return f.Message + f.unseen
	}
	return f.Message + f.unseen + "; last on its standard error: " + strings.Join(f.Stderr, " | ")
}

// FaultKind names the kind for package props, which reports it in its verdict.
func (f *Fault) FaultKind() string { return f.Kind }
