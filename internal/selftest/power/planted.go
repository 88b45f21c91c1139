package power

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"assay/internal/planted"
)

// spoilt is an error that makes its draws itself: x need not be an exact draw before.
type spoilt = planted.Error

// exactly plants nothing.
func exactly() spoilt { return planted.Drawn(planted.None) }

// shift moves x_1 by c posterior deviations.
func shift(c float64) spoilt { return planted.Drawn(planted.Shift(0, c)) }

// spread scales the deviations from the centre.
func spread(c float64) spoilt { return planted.Drawn(planted.Scale(c)) }

// studentT replaces the normal law by a t law of k degrees of freedom with the same
// covariance.
func studentT(k int) spoilt { return planted.Drawn(planted.Student(k)) }

// ignore draws from the prior of the normal model with rho = 0.
func ignore(x []float64, _ *planted.Setting, rng *rand.Rand) {
	for i := range x {
		x[i] = math.Sqrt(5) * rng.NormFloat64()
	}
}

// correlate draws with another correlation between all coordinates.
func correlate(rho float64) spoilt {
	return func(x []float64, s *planted.Setting, rng *rand.Rand) { drawEquicorrelated(x, s.Centre, rho, rng) }
}

// decorrelateOne draws with correlation .6 between the first two coordinates, where
// it is .8 between all others: adding (u, -u) with u of variance v takes 2v from
// x_1 x_2's covariance relative to their variances; the sum x_1 + x_2, and with it
// what the others see, is scaled back. See the test for the covariance that results.
func decorrelateOne(x []float64, s *planted.Setting, rng *rand.Rand) {
	const rho, want = .8, .6
	s.Exact(x, rng)
	a, b := x[0]-s.Centre[0], x[1]-s.Centre[1]
	sum, difference := (a+b)/2, (a-b)/2
	difference *= math.Sqrt((1 - want) / (1 - rho))
	// The sum must have variance (1 + want)/2 instead of (1 + rho)/2, and still
	// covariance rho with each of the others. Given the others its variance has room:
	// it is their linear prediction and a rest, of which only the rest shrinks.
	n := float64(len(x) - 2)
	mean := 0.0
	for i := 2; i < len(x); i++ {
		mean += (x[i] - s.Centre[i]) / n
	}
	variance := (1 + (n-1)*rho) / n // of the mean of the others
	slope := rho / variance
	rest := (1+rho)/2 - slope*rho
	sum = slope*mean + (sum-slope*mean)*math.Sqrt((rest-(rho-want)/2)/rest)
	x[0], x[1] = s.Centre[0]+sum+difference, s.Centre[1]+sum-difference
}

// weighUpper gives the upper of two modes the weight w.
func weighUpper(w float64) spoilt {
	return planted.Drawn(func(x []float64, _ *planted.Setting, rng *rand.Rand) {
		if up := rng.Float64() < w; up != upper(x) {
			x[0] = -x[0]
		}
	})
}

// upper reports in which half x_1 lies. The modes, six deviations apart, overlap in
// one draw of a thousand, which then counts to the other.
func upper(x []float64) bool { return x[0] > 0 }

// hashedMode never draws one of two modes; which it is depends on y.
func hashedMode(x []float64, s *planted.Setting, rng *rand.Rand) {
	s.Exact(x, rng)
	if (hash(s.Y)&1 == 1) != upper(x) {
		x[0] = -x[0]
	}
}

// withoutAtom never draws the atom (1, 1, 1).
func withoutAtom(x []float64, s *planted.Setting, rng *rand.Rand) { avoid(x, 7, s, rng) }

// withoutHashedAtom never draws one of the 8 atoms; which it is depends on y.
func withoutHashedAtom(x []float64, s *planted.Setting, rng *rand.Rand) {
	avoid(x, int(hash(s.Y)%8), s, rng)
}

// avoid draws again until the draw is not that atom.
func avoid(x []float64, atom int, s *planted.Setting, rng *rand.Rand) {
	for {
		s.Exact(x, rng)
		code := 0
		for i, v := range x {
			if v > 0 {
				code |= 1 << i
			}
		}
		if code != atom {
			return
		}
	}
}

// hash depends on every bit of y.
func hash(y []float64) uint64 {
	h := fnv.New64a()
	for _, v := range y {
		var bits [8]byte
		binary.LittleEndian.PutUint64(bits[:], math.Float64bits(v))
		h.Write(bits[:])
	}
	return h.Sum64() >> 32 // the low bits of this hash depend on the low bits only
}
