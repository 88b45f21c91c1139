package spec

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Measurement is a law of y given x: a simulator, of which nothing else need be known.
// [Linear] is the one that most methods are made for.
//
// Anything else that a measurement can do is a capability, with an interface of its own:
// [Likelihood], [Forward], and json.Marshaler and fmt.Stringer for its text form (see
// [RegisterMeasurement]) and its words. A problem has accessors for them, see [Problem].
type Measurement interface {
	// Dim returns d, the length of x.
	Dim() int
	// Rows returns m, the length of y; 0 if nothing is measured.
	Rows() int
	// Measure stores in y (length m) a draw of the law of y given x (length d). It must
	// not change x, and be safe for concurrent use.
	Measure(y, x []float64, rng *rand.Rand)
}

// Likelihood is a measurement, or a joint law, whose likelihood is known.
type Likelihood interface {
	// LogLikelihood stores in dst (length n) log p(y | x_i), for y (length m) and the
	// rows of x (n x d): a density, or a probability where y is discrete. -Inf where y
	// cannot come from x_i.
	LogLikelihood(dst []float64, x *mat.Dense, y []float64)
}

// Forward is a measurement, or a joint law, with a noiseless y for each x: A x where it is
// linear, |A x| where only magnitudes are seen. It says where to look, and how good an x
// is in the units of y; it need not be the mean of y.
type Forward interface {
	// Forward stores in row i of dst (n x m) the noiseless measurement of row i of x
	// (n x d). It does nothing if m = 0, when dst may be nil.
	Forward(dst, x *mat.Dense)
}
