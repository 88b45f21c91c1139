// Package oneway holds the functions from which hard instances are made: each as a
// Boolean circuit and as an independent reference in plain Go, so that every
// statement about one can be checked against the other.
//
// Start with [Parse], which makes a [Function] from a name such as
// "goldreich:n=16,m=16,pred=p5", and [List]. The functions are believed to be hard
// to invert at full size, or, in the case of the controls, are known not to be.
// What is public about a function (its hypergraph, matrix, weights, the known part
// of a key) is drawn from the stream of its seed argument, so that a name always
// means the same function.
//
// Bits are numbered as the standard of each function numbers them. Integers and
// words are least significant bit first (Speck, Simon, multiplication, subset
// sum), and so are the byte strings of FIPS 202 (Keccak); the byte strings of
// FIPS 180-4 and FIPS 197 (SHA-256, AES) are most significant bit first within each
// byte. A truncated input or output is the first bits in that order.
//
// This package neither inverts anything nor knows of priors; see package
// reduction.
package oneway
