// Package power measures how many calls it takes to reject a wrong sampler: by the
// evidence of package evidence, and by the tests that people use for the same purpose,
// on the same draws and at the same false-alarm probability.
//
// A [Case] is a wrong sampler on a problem; [Toys] are cases small enough to be
// understood. The rivals are tests of a fixed number of calls, and one sequential
// rule. They are given what nobody has in practice: the number of calls that in
// hindsight was best for that very case. Each is also tried armed with the
// witnesses of our own battery.
//
// Read toys.go for what is rejected, rivals.go for who rejects it, measure.go for how
// they are compared.
package power
