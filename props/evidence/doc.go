// Package evidence is the statistics of assay: it turns calls of a candidate
// into wealth, a number that is rarely large if the candidate is right.
//
// One fact carries everything. Draw (x*, y) from the joint law and ask the
// candidate for L draws given y. If it samples the posterior and its draws are
// independent, the pool of L+1 vectors is exchangeable given y. Hence for any
// non-negative g chosen from the past, y and the unordered pool,
//
//	E = (L+1) g(x*) / sum of g over the pool
//
// has mean exactly 1: an e-value, with no asymptotics. Products of e-values over
// fresh calls are martingales, weighted averages of those are martingales, and a
// non-negative martingale that starts at 1 ever reaches 1/alpha with probability
// at most alpha (Ville). So a candidate may be rejected at the first call at which
// its wealth reaches 1/alpha, however many witnesses were looked at.
//
// Two things make the fact hold for the program and not only for the formula. The
// pool is shuffled before any witness sees it, so a witness cannot tell the truth
// by its place. And every member of the pool is blurred by the same Gaussian noise,
// far below any scale of the problem and far above rounding, wherever it lies: constant and discrete
// coordinates are ordinary input, their ties broken at random, and a truth and a
// draw that differ in the last bits of a float64 do not differ to a witness.
//
// Start with [Session]. Read pool.go, memory.go and battery.go for what is looked at,
// process.go (and internal/wealth) for how it is bet on: rank.go, value.go and learned.go hold the three groups of
// bets.
package evidence
