// Package inverter finds preimages: given a function f as a circuit and an image z,
// an x with f(x) = z and, if asked for, one that is uniform among all of them.
//
// Start with [Parse], which makes an [Inverter] from a name such as
// "sat:solver=cadical", and [List]. There are three ideas: enumeration of all inputs
// (enumerate.go), linear algebra for the functions that are affine (linear.go), and
// satisfiability (sat.go, with a solver in this process, gophersat.go, or a program
// on the PATH, program.go). Uniform preimages come from counting all of them, or, where
// those are too many to find, from random cells that are listed whole (cells.go), by
// the solver or, if small, by evaluation (sweep.go).
//
// [Sampler] closes the circle of package reduction: whoever draws uniform preimages
// samples the posterior of the hard instance, as whoever samples that posterior
// finds preimages.
package inverter
