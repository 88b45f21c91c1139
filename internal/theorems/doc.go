// Package theorems tests the mathematics that the hard instances rest on: every
// statement of the paper that a program can check is a [Statement], which measures
// the quantity in question and compares it with its bound.
//
// Statements about probabilities are judged by tests that are exact at every sample
// size, a binomial tail or an e-process; none is judged by a tolerance that somebody
// chose. Where a statement would still hold if its bound were far too large, it also
// says how much of the bound was used. Start with list, in statement.go.
//
// The source is Gupta, Jalal, Parulekar, Price and Xun, "Diffusion Posterior Sampling is
// Computationally Intractable" (ICML 2024), with the constants of package reduction.
package theorems
