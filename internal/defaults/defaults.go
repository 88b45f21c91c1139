// Package defaults has what the doors of package props and of those built on it do unless told
// otherwise, what the command says in its help, and what they may be told.
package defaults

const (
	Alpha   = 1e-6 // bound on the probability that a right candidate is rejected
	Calls   = 2000 // of the candidate, on each problem
	Draws   = 3    // asked for in a call
	Targets = 20   // images that a candidate is asked to invert
)
