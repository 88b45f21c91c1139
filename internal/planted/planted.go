// Package planted spoils exact draws by a known amount: what a judge should notice, and
// how soon, is measured on such draws. An [Error] changes one exact draw in place;
// [Either] mixes two, and [Rows] spoils a batch. Sizes are in the units of x. What an error looks
// at besides the draw is in the [Setting]. Errors that depend on more than that, such as on the
// atoms of a law or the target of an inversion, are written where that is known, as values of
// the same type.
//
// The package plants errors and does not judge; it knows nothing of problems and imports
// no package of this module.
package planted

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Setting is what an error may look at. What it does not need may be missing.
type Setting struct {
	Y      []float64
	Centre []float64 // of the posterior: its mean, or for two modes the point between them
	Other  []float64 // a second exact draw, independent of the first
	// Exact fills x with an exact draw.
	Exact func(x []float64, rng *rand.Rand)
}

// Error changes x, an exact draw, in place, and may draw from rng.
type Error func(x []float64, s *Setting, rng *rand.Rand)

// None leaves an exact draw as it is.
func None([]float64, *Setting, *rand.Rand) {}

// Either does a with probability p and b otherwise. It always takes one number from the
// stream, before them, also where p is 0 or 1.
func Either(p float64, a, b Error) Error {
	return func(x []float64, s *Setting, rng *rand.Rand) {
		if rng.Float64() < p {
			a(x, s, rng)
		} else {
			b(x, s, rng)
		}
	}
}

// Drawn makes x an exact draw of the setting first, in place of what it was.
func Drawn(then Error) Error {
	return func(x []float64, s *Setting, rng *rand.Rand) {
		s.Exact(x, rng)
		then(x, s, rng)
	}
}

// Rows applies the error to each row of x (n x d), in order.
func Rows(x *mat.Dense, s *Setting, wrong Error, rng *rand.Rand) {
	rows, _ := x.Dims()
	for i := range rows {
		wrong(x.RawRowView(i), s, rng)
	}
}

// Shift moves coordinate j by c.
func Shift(j int, c float64) Error {
	return func(x []float64, _ *Setting, _ *rand.Rand) { x[j] += c }
}

// Across moves coordinate j by c towards 0 and beyond.
func Across(j int, c float64) Error {
	return func(x []float64, _ *Setting, _ *rand.Rand) { x[j] -= math.Copysign(c, x[j]) }
}

// Scale multiplies the deviations from the centre by c.
func Scale(c float64) Error {
	return func(x []float64, s *Setting, _ *rand.Rand) {
		for i, at := range s.Centre {
			x[i] = at + c*(x[i]-at)
		}
	}
}

// Widen moves x away from the other draw by c times their difference. That keeps the mean
// of the law and makes its covariance 1 + 2c + 2c^2 times what it was, without a centre being
// known.
func Widen(c float64) Error {
	return func(x []float64, s *Setting, _ *rand.Rand) {
		for i := range x {
			x[i] += c * (x[i] - s.Other[i])
		}
	}
}

// Student makes of a normal law round the centre a t law of k degrees of freedom, k > 2,
// with the same covariance.
func Student(k int) Error {
	return func(x []float64, s *Setting, rng *rand.Rand) {
		chi := 0.0
		for range k {
			g := rng.NormFloat64()
			chi += g * g
		}
		Scale(math.Sqrt(float64(k-2)/chi))(x, s, rng)
	}
}

// Lower replaces x by the other draw where that is lower in coordinate j: of two draws the
// lower lies in the upper half with probability 1/4.
func Lower(j int) Error {
	return func(x []float64, s *Setting, _ *rand.Rand) {
		if s.Other[j] < x[j] {
			copy(x, s.Other)
		}
	}
}

// Redrawn replaces coordinate j by that of the other draw, which knows nothing of the rest of x.
func Redrawn(j int) Error {
	return func(x []float64, s *Setting, _ *rand.Rand) { x[j] = s.Other[j] }
}
