// Package external lets a candidate be another process: any program, in any language,
// that speaks JSON-RPC 2.0 over its standard input and output. docs/protocol.md
// describes the protocol; [Candidate] is the [spec.Sampler] that speaks it, with as
// many processes as calls are to be made at a time; [Conform] tells the author of a
// program, in words, what it does wrong. The package judges no draws.
//
// A process sees a problem, a y, a number of draws and a seed. It never sees the x that
// y was measured from, nor the streams of the judge: the seed is derived from the stream
// of the call, so that the draws do not depend on which process made them. Its
// environment is cut down to an allow-list and it inherits no descriptor. That keeps
// honest programs honest; it is not a sandbox.
//
// Anything that a process does wrong is reported as a [*Fault], which says in words
// what it was and ends with the last lines that the process wrote on standard error.
// A process at fault is killed with its whole process group, and the next call starts
// another.
package external
