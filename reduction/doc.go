// Package reduction says why posterior sampling is hard: it makes priors from
// one-way functions that are easy to sample and to score, but on which any good
// posterior sampler would invert the function.
//
// The construction is that of Gupta, Jalal, Parulekar, Price and Xun (ICML 2024),
// in the notation of package spec. f maps n bits to m. A draw of the hard prior
// (see [Instance]) has a uniform secret s in the signs of its first n coordinates,
// and f(s) in the parities of its last m, which are points of a lattice; only those
// are measured. Start with [Instance], then coset.go for the law of one output
// coordinate, denoiser.go for the score that needs no sum over secrets, and
// posterior.go for the exact posterior, which does.
//
// The formulas are written in unscaled coordinates, where the secret sits at +-R
// with unit noise and the lattice has spacing eps; the prior itself is divided by R
// throughout, so that its covariance is of order 1.
package reduction
