package evidence

import (
	"gonum.org/v1/gonum/mat"
)

// pool is one call as the witnesses see it: the truth among the draws, in an order
// that says nothing, blurred. Whatever is computed from it is symmetric in its
// members but for the fresh reference, which is independent of them.
type pool struct {
	x         *mat.Dense // members x d, blurred
	z         *mat.Dense // the same, each coordinate centred and scaled by the prior
	zMean     []float64  // the mean of the rows of z
	y         []float64  // length m
	u         []float64  // y centred and scaled by its own law, length m
	ax        *mat.Dense // A x, members x m; nil if m = 0
	reference []float64  // a fresh draw of the prior, centred and scaled like z
}

// members returns the number of members, the truth included.
func (p *pool) members() int { return p.x.RawMatrix().Rows }

// statistic computes the values of one or more witnesses on every member of a
// pool.
type statistic interface {
	// names returns the names of the witnesses, as a report shows them.
	names() []string
	// features returns how many of them, from the first, the learner is offered.
	features() int
	// pooled reports whether a value looks at the other members of the pool too,
	// so that on a pool of two it says nothing.
	pooled() bool
	// evaluate stores the value of witness k on member i in dst[k][i].
	evaluate(dst [][]float64, p *pool)
}
