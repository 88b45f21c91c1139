// Package kinds names the ways in which a call of a sampler fails: the one list of them. The
// words stand in messages and journals, and package props makes codes of them. They are
// constants without a type, as each package that has faults has a type of its own for them.
package kinds

const (
	Panic     = "panic"           // of a sampler of this process
	Error     = "error"           // it returned an error, or reports an exception of its own
	NonFinite = "non-finite draw" // a draw has NaN or Inf in it
	Shape     = "wrong shape"     // the draws have another shape
	Refusal   = "refusal"         // it declines, see spec.Refusal; no mistake
	Start     = "crash at start"  // a program ended before it said hello
	Crash     = "crash"           // a program ended while it was wanted
	Timeout   = "time-out"        // it did not answer in time
	Protocol  = "broken protocol" // what it wrote is not a message, or not the one that was due
	Memory    = "out of memory"   // it reports, or dies of, the limit on its memory
	Short     = "too few draws"   // the draws are right but too few
	Repeat    = "repeated draws"  // the draws do not depend on the seed
)

// All are the kinds, in the order of docs/verdict.schema.json.
var All = []string{Panic, Error, NonFinite, Shape, Refusal, Start, Crash, Timeout, Protocol, Memory, Short, Repeat}
