// Package circuit builds, evaluates and translates Boolean circuits over AND and
// XOR. Negation is free: it is a bit of a [Lit], never a gate.
//
// Start with [Builder], which hashes structurally and folds constants, and
// [Circuit], what it builds. A Circuit is immutable and safe for concurrent use.
// From there: [Circuit.Eval] computes one input; [Compile] makes a [Program] that
// computes [Lanes] inputs at once, on AVX2 where the processor has it; [Search] finds preimages by enumeration; [Circuit.Specialise] fixes inputs;
// [Circuit.CNF] encodes for a SAT solver; [ReadBristol] and [WriteBristol] exchange
// circuits with other programs.
//
// The package does not know the functions that its circuits compute; those are in
// package oneway.
package circuit

//go:generate go -C kernelgen run .
