// Package metamorphic judges a candidate without any exact posterior: by relations
// between two problems that have the same posterior up to a known map.
//
// If (A, y, beta) becomes (cA, cy, c beta), nothing is known that was not known before,
// and the draws must have the law that they had. [Check] asks the candidate on both
// problems, takes the draws on the second back by the map, and compares: one draw on the
// first problem stands among the draws on the second as the truth stands among draws in
// package props. y is drawn from the prior and the measurement; the two runs share it,
// and no randomness. The null of a relation is that
//
//	for almost every y, the output laws of the candidate on the two problems agree after the map.
//
// Under it, given y, the pool is exchangeable, so that the evidence is exact at any
// sample size and the false alarms are bounded by alpha. The null holds for the exact
// sampler, and for every wrong one with the symmetry: a relation sees what breaks it and
// nothing else. A candidate that ignores y, for one, obeys every relation of y alone.
// A bug in both runs alike, such as a spread that is 10 % off everywhere, is seen by none.
// Which relation sees which of package mutants is in docs/metamorphic.md, and TestBugs has a
// bug or two for each relation. A candidate that claims independent
// draws and whose draws are not breaks all of them.
//
// The last check, joint calibration, compares the candidate with itself otherwise: x from
// its own unconditional sampler, y measured of x, and draws of the candidate given y. Its
// null is that (x, y) and (draw, y) have one law, that is, that the conditional sampler
// samples the posterior of the unconditional one. It sees a candidate that ignores y, and
// not a prior that is learnt wrongly but used consistently. A candidate that has no
// unconditional sampler is asked with a row of zeros for A.
//
// Two known heuristics: dps breaks scaling and repetition (TestHeuristics), for its step
// along the gradient of |y - A x0| is in the units of y, and grows with copies of a row,
// whatever beta is. pigdm breaks no relation in 500 calls on gauss and 200 on gmm and
// hard:goldreich, and on the latter two breaks joint calibration.
//
// Start with [Check]; [Property] is the same for generated problems.
package metamorphic
