package external

import "strings"

// Kind is a way in which a program breaks the protocol.
type Kind string

const (
	Start     Kind = "crash at start"  // it ended before it said hello
	Crash     Kind = "crash"           // it ended while it was wanted
	Timeout   Kind = "time-out"        // it did not answer in time
	Protocol  Kind = "broken protocol" // what it wrote is not a message, or not the one that was due
	Failure   Kind = "error"           // it reports an exception of its own
	Memory    Kind = "out of memory"   // it reports, or dies of, the limit on its memory
	Shape     Kind = "wrong shape"     // the draws have another shape
	Short     Kind = "too few draws"   // the draws are right but too few
	NonFinite Kind = "non-finite draw" // a draw has NaN or Inf in it
	Repeat    Kind = "repeated draws"  // the draws do not depend on the seed
)

// Fault is one such failure.
type Fault struct {
	Kind    Kind
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
func (f *Fault) FaultKind() string { return string(f.Kind) }
