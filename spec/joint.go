package spec

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// JointLaw is a law of (x, y) that can be drawn from. Nothing else need be known of it. For
// what is known it implements further interfaces: [Prior] for draws of x alone, [Density] and
// [Denoiser] for the law of x, [Measurement] for draws of y given x, [Likelihood], [Forward],
// [Exact], and fmt.Stringer for its words.
type JointLaw interface {
	// Dim returns d, the length of x.
	Dim() int
	// Rows returns m, the length of y.
	Rows() int
	// Draw stores a draw of the law in x (length d) and y (length m). It must be safe for
	// concurrent use.
	Draw(x, y []float64, rng *rand.Rand)
}

// Exact is a joint law whose posteriors are known.
type Exact interface {
	// Posterior does the work that does not depend on y.
	Posterior() (Conditional, error)
}

var (
	_ JointLaw = (*Problem)(nil)
	_ Exact    = (*Problem)(nil)
)

// NewJoint returns the problem of sampling x given y from their joint law. The name is for
// people and for the digest: a joint law has no text form, so that two must differ in it. It is an error if
// x has no coordinates, or y a negative number of them.
func NewJoint(name string, law JointLaw) (*Problem, error) {
	if d, m := law.Dim(), law.Rows(); d < 1 || m < 0 {
		return nil, fmt.Errorf("problem %s: x has %d coordinates and y %d, want at least 1 and 0", name, d, m)
	}
	prior, ok := law.(Prior)
	if !ok {
		prior = marginal{law}
	}
	p := &Problem{name: name, prior: prior, given: law, joint: law}
	p.prepare(func() (Conditional, error) {
		if exact, ok := law.(Exact); ok {
			return exact.Posterior()
		}
		return nil, fmt.Errorf("problem %s: no exact posterior is known for a joint law of type %T", name, law)
	})
	return p, nil
}

// marginal is the law of x in a joint law.
type marginal struct{ JointLaw }

func (p marginal) Sample(dst *mat.Dense, rng *rand.Rand) {
	y := make([]float64, p.Rows())
	for i := range dst.RawMatrix().Rows {
		p.Draw(dst.RawRowView(i), y, rng)
	}
}
