// Package problems holds the problems that candidates are judged on: a catalogue
// of named ones ([Parse], [List]), a user's own data ([FromFile]), and
// generators for rapid ([Any], [Small] and one for each family).
//
// A name such as "gmm:d=8,dy=1,seed=1" is all that is needed to get a problem
// again: what is random in it comes from the seed in its name. The generators
// choose problems, never noise.
//
// Families that depend on more than judging does are packages of their own, which
// register themselves when they are imported: see problems/hard.
//
// It judges nothing: that is the work of the package above. Start with
// catalogue.go.
package problems
