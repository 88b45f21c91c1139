package planted

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func stream() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// TestByHand: each error that needs no chance, worked out by hand; in binary fractions, so that
// nothing is rounded.
func TestByHand(t *testing.T) {
	s := &Setting{Centre: []float64{1, 1}, Other: []float64{0, 5}}
	for name, test := range map[string]struct {
		wrong Error
		want  []float64
	}{
		"none":                      {None, []float64{2, -1}},
		"shift":                     {Shift(1, 0.5), []float64{2, -0.5}},
		"across, from above":        {Across(0, 3), []float64{-1, -1}},
		"across, from below":        {Across(1, 3), []float64{2, 2}},
		"scale":                     {Scale(0.5), []float64{1.5, 0}},
		"widen":                     {Widen(2), []float64{6, -13}},
		"lower, which the other is": {Lower(0), []float64{0, 5}},
		"lower, which it is not":    {Lower(1), []float64{2, -1}},
		"redrawn":                   {Redrawn(1), []float64{2, 5}},
		"always the first":          {Either(1, Shift(0, 1), Shift(0, 2)), []float64{3, -1}},
		"never the first":           {Either(0, Shift(0, 1), Shift(0, 2)), []float64{4, -1}},
	} {
		x := []float64{2, -1}
		if test.wrong(x, s, stream()); !slices.Equal(x, test.want) {
			t.Errorf("%s: %v, want %v", name, x, test.want)
		}
	}
}

// TestEitherTakesOneNumber: the stream is where it is after one number whatever p is, so that
// draws that a judge makes afterwards do not depend on the size of an error.
func TestEitherTakesOneNumber(t *testing.T) {
	want := stream()
	want.Float64()
	next := want.Uint64()
	for _, p := range []float64{0, 0.5, 1} {
		rng := stream()
		Either(p, None, None)([]float64{0}, nil, rng)
		if got := rng.Uint64(); got != next {
			t.Errorf("p = %v: another number follows", p)
		}
	}
}

// TestSizes: what the errors make of standard normal draws. With 40,000 rows a mean errs by at most
// 1/200 in deviation and a variance of normal draws by sqrt(2/40000) = 1/141; six of them is 0.043, passed
// with probability 2e-9 a figure. The fourth moment of t with 8 degrees is 4.5: its variance errs
// by sqrt(3.5/40000), within the same. The control is draws without an error, which must miss each.
func TestSizes(t *testing.T) {
	const n, tolerance = 40_000, 0.043
	for name, test := range map[string]struct {
		wrong          Error
		mean, variance float64
		kurtosis       bool // it is this that shows, not mean nor variance
	}{
		"shift":             {Shift(0, 0.2), 0.2, 1, false},
		"shift of one half": {Either(0.5, Shift(0, 2), None), 1, 2, false},
		"scale":             {Scale(1.2), 0, 1.44, false},
		"widen":             {Widen(0.5), 0, 2.5, false},
		"student":           {Student(8), 0, 1, true},
		"lower":             {Lower(0), -1 / math.Sqrt(math.Pi), 1 - 1/math.Pi, false},
	} {
		moments := func(wrong Error) (mean, variance, kurtosis float64) {
			rng, x := stream(), mat.NewDense(n, 1, nil)
			exact := func(x []float64, rng *rand.Rand) { x[0] = rng.NormFloat64() }
			s := &Setting{Centre: []float64{0}, Other: []float64{0}, Exact: exact}
			Rows(x, s, Drawn(func(x []float64, s *Setting, rng *rand.Rand) {
				exact(s.Other, rng)
				wrong(x, s, rng)
			}), rng)
			values := mat.Col(nil, 0, x)
			mean, variance = stat.MeanVariance(values, nil)
			return mean, variance, stat.ExKurtosis(values, nil)
		}
		agrees := func(wrong Error) bool {
			mean, variance, kurtosis := moments(wrong)
			// The excess kurtosis of t with 8 degrees is 1.5, of a normal law 0 with an
			// error of sqrt(24/40000) = 0.025: 0.5 tells them apart.
			return math.Abs(mean-test.mean) <= tolerance*math.Sqrt(test.variance) && math.Abs(variance-test.variance) <= tolerance*test.variance &&
				(kurtosis > 0.5) == test.kurtosis
		}
		if !agrees(test.wrong) {
			mean, variance, kurtosis := moments(test.wrong)
			t.Errorf("%s: mean %.3f, variance %.3f, excess kurtosis %.2f; want %.3f and %.3f", name, mean, variance, kurtosis, test.mean, test.variance)
		}
		if agrees(None) {
			t.Errorf("%s: draws without an error pass too", name)
		}
	}
}
