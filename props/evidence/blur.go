package evidence

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// blur is the Gaussian noise that is added to every member of a pool, alike for all of
// them, so that nobody can tell the truth by its last bits.
//
// Its deviation in coordinate i is fine(M_i, M) = 1e-9 M_i + 1e-11 M, M_i being the largest
// |x_i| among draws of the prior and M the largest M_i. A right candidate that errs by
// rounding, by r in the worst case, is within total variation r/(h sqrt(2 pi)) of an exact
// one when blurred by h; r is about 1e-15 of the largest |x|.
//
// The pilot draws need not reach as far as a pool does. So the blurred pool is looked at
// once more, and where P_i, the largest |x_i| in it, or P, the largest P_i, are such that
// fine(P_i, P) exceeds [beyond] times fine(M_i, M), noise of the deviation of that excess
// is added. This keeps whatever was true of the pool once blurred: the excess is a function
// of the unordered blurred pool, the same for all members, so that an exchangeable pool
// stays exchangeable, and one that is within some total variation of an exchangeable one
// stays within it, as a kernel contracts it. Of pairs only that holds which is true of a truth
// and one draw, whatever the other draws are, and their size may tell the truth; so there
// each member is looked at by itself, and P_i is its own |x_i|. That is one kernel applied to
// each of the two, which keeps them exchangeable.
//
// It bounds rounding everywhere. If fine(P_i, P) is u times fine(M_i, M), then r is at most
// 1e-4 u fine(M_i, M), as fine is at least 1e-11 P, and the noise in all has a deviation of
// fine(M_i, M) times 1 up to u = 8, and of hypot(1, u - 8) beyond. The ratio is largest at
// u = 8 + 1/8, where it is 8.07e-4, so that each draw is within total variation
// 8.07e-4/sqrt(2 pi) = 3.3e-4 of an exact one. (That the excess moves with the rounding, by
// 1e-9 r, is 1e-9 of this.) Wealth grows from it by no more than about the square, 1e-7 L^2 a
// call. Where the pilot covers the pool both are 1/8 and 1/64 of that.
type blur struct {
	pairs bool
	fine  []float64 // by coordinate, of the pilot draws
	base  []float64 // the same, with the resolution h
}

// beyond is how many times as far as the pilot draws a pool must reach for more blur.
// Normal draws do not within any number of calls that is ever made.
const beyond = 8

// fine returns the deviation for a coordinate whose largest |x_i| is given, beside the
// largest of all coordinates.
func fine(largest, peak float64) float64 { return 1e-9*largest + 1e-11*peak }

// newBlur returns the blur of pools or of pairs, with noise of deviation h besides.
func newBlur(location *scaling, pairs bool, h float64) *blur {
	b := &blur{pairs: pairs}
	peak := location.peak()
	for _, largest := range location.largest {
		b.fine = append(b.fine, fine(largest, peak))
		b.base = append(b.base, math.Hypot(fine(largest, peak), h))
	}
	return b
}

// add blurs the rows of x as far as the pilot draws tell how much.
func (b *blur) add(x *mat.Dense, rng *rand.Rand) { addNoise(x, b.base, rng) }

// addExcess blurs the rows of x, once blurred, where they reach far beyond the pilot draws.
func (b *blur) addExcess(x *mat.Dense, rng *rand.Rand) {
	together, d := x.Dims()
	if b.pairs {
		together = 1
	}
	for i := 0; i < x.RawMatrix().Rows; i += together {
		part := x.Slice(i, i+together, 0, d).(*mat.Dense)
		if excess := b.excess(part); excess != nil {
			addNoise(part, excess, rng)
		}
	}
}

// excess returns the deviation of the noise that members which are looked at together need
// besides; nil if none.
func (b *blur) excess(x *mat.Dense) (excess []float64) {
	members, d := x.Dims()
	largest, peak := make([]float64, d), 0.0
	for i := range members {
		for j, v := range x.RawRowView(i) {
			largest[j] = max(largest[j], math.Abs(v))
			peak = max(peak, largest[j])
		}
	}
	for j := range largest {
		more := fine(largest[j], peak) - beyond*b.fine[j]
		if more > 0 && excess == nil {
			excess = make([]float64, d)
		}
		if more > 0 {
			excess[j] = more
		}
	}
	return excess
}

// addNoise adds to every row of x normal noise of the given deviations.
func addNoise(x *mat.Dense, deviation []float64, rng *rand.Rand) {
	for i := range x.RawMatrix().Rows {
		row := x.RawRowView(i)
		for j, h := range deviation {
			row[j] += h * rng.NormFloat64()
		}
	}
}
