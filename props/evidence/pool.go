package evidence

import (
	"gonum.org/v1/gonum/mat"
)

// Pool is one call as the witnesses see it: the truth among the draws, in an order
// that says nothing, blurred. It does not say which member is the truth. Whatever is
// computed from it is symmetric in its members but for the fresh reference, which is
// independent of them. Nothing in it may be changed.
type Pool struct {
	X         *mat.Dense // members x d, blurred
	Z         *mat.Dense // the same, each coordinate centred and scaled by the prior
	Mean      []float64  // the mean of the rows of Z
	Y         []float64  // what was measured, length m
	U         []float64  // y centred and scaled by its own law, length m
	AX        *mat.Dense // A x, or another noiseless measurement, members x m; nil if none is known
	Reference []float64  // a fresh draw of the prior, centred and scaled like Z

	failure error // of a user's own statistic
}

// Members returns the number of members, the truth included.
func (p *Pool) Members() int { return p.X.RawMatrix().Rows }

// Fail says that a statistic of the user's own could not be evaluated on the pool, and why,
// naming itself: the judgement ends with that error.
func (p *Pool) Fail(err error) { p.failure = err }

// Statistic computes the values of one or more witnesses on every member of a pool. It is
// the one interface of the witnesses that every session has and of a user's own, see
// [Config]; [Function] makes one of a function of x and y.
//
// What validity needs of it is this. The value of a member is a function of that member, of
// y and of the unordered pool: permuting the members of a pool permutes their values, and
// nothing else. It may use randomness of its own that is independent of which member is the
// truth, but no memory of other calls: pools are evaluated in parallel, so that Evaluate must
// be safe for concurrent use. Then the values are as exchangeable as the members are, and
// whatever is bet on them has mean at most 1 for a right candidate. A value that is NaN counts
// as the lowest, and infinities as the largest numbers.
type Statistic interface {
	// Names returns the names of the witnesses, as a report shows them; always the same.
	Names() []string
	// Learned returns how many of them, from the first, the learner is offered, which bets
	// on several witnesses at once.
	Learned() int
	// Pooled reports whether a value looks at the other members of the pool too, so that on
	// a pool of two it says nothing, and among draws that depend on each other must not be
	// bet on.
	Pooled() bool
	// Evaluate stores the value of witness k on member i in dst[k][i].
	Evaluate(dst [][]float64, p *Pool)
}
