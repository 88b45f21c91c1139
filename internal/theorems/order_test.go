package theorems

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"assay/spec"
)

var allSchemes = []scheme{heunScheme, eulerScheme, ancestralScheme}

// TestWrittenOut: the samplers and a second writing of them have the same levels, bring nodes to
// the same points, where that is not random, and have steps with the same noise. Rounding of the
// moved coordinates, some 1e-16 of the noise at the start, 300, is 1e-13 here.
func TestWrittenOut(t *testing.T) {
	const steps, reach = 60, 100
	r := newRun(t, 0)
	law, err := threeModes.law()
	if err != nil {
		t.Fatal(err)
	}
	nodes := []float64{-2, 2, -1, 1, -0.5, 0.5, -0.1, 0.1}
	for _, s := range allSchemes {
		other := s.as(func(n int) written { return written{steps: n, noise: s.noise} })
		one, err := s.trace(r.ctx, copies{law, 4}, steps, reach, nodes, nil, r.stream("one", 0))
		if err != nil {
			t.Fatal(err)
		}
		two, err := other.trace(r.ctx, copies{law, 4}, steps, reach, nodes, nil, r.stream("two", 0))
		if err != nil {
			t.Fatal(err)
		}
		for i := range one.levels {
			if math.Abs(one.levels[i]/two.levels[i]-1) > 1e-12 {
				t.Fatalf("%s: level %d is %v and %v", s.name, i, one.levels[i], two.levels[i])
			}
		}
		for i := range nodes {
			if s.noise == nil && math.Abs(one.end[i]-two.end[i]) > 1e-9 {
				t.Errorf("%s brings node %v to %v and %v", s.name, nodes[i], one.end[i], two.end[i])
			}
		}
		seen, err := other.observe(r, steps, 1)
		if err != nil {
			t.Fatal(err)
		}
		if p := seen.p(); p < level {
			t.Errorf("%s: the second writing has p = %v", s.name, p)
		}
	}
}

// TestNodes: a flow from where it starts by itself and one from nodes have the same factor
// on a Gaussian, which is that of the recursion written out; rounding as in [TestWrittenOut].
func TestNodes(t *testing.T) {
	const steps, reach = 40, 20
	r := newRun(t, 0)
	law, err := spec.NewDiagonal(make([]float64, len(spectrum)), spectrum)
	if err != nil {
		t.Fatal(err)
	}
	free, err := heunScheme.trace(r.ctx, law, steps, reach, nil, nil, r.stream("nodes", 0))
	if err != nil {
		t.Fatal(err)
	}
	actual, _, err := heunScheme.variances(r.ctx, spectrum, steps, reach, r.stream("nodes", 1))
	if err != nil {
		t.Fatal(err)
	}
	for i, deviation := range spectrum {
		c, factor := deviation*deviation, free.levels[0]
		for k, s := range free.levels[1:] {
			from := free.levels[k]
			slope := from / (c + from*from)
			factor *= 1 + (s-from)/2*(slope+(1+(s-from)*slope)*s/(c+s*s))
		}
		last := free.levels[steps-1]
		factor *= c / (c + last*last)
		for what, got := range map[string]float64{"free": free.end[i] / free.start[i], "from a node": math.Sqrt(actual[i])} {
			if math.Abs(got/factor-1) > 1e-9 {
				t.Errorf("deviation %v, %s: %v, by the recursion %v", deviation, what, got, factor)
			}
		}
	}
}

// TestLimits: what the variances tend to, by steps whose first terms of error are taken out. What
// remains is less than the square of the error, and for Heun's method of the order of its power 3/2,
// 1e-8.
func TestLimits(t *testing.T) {
	const reach = 100
	r := newRun(t, 0)
	for _, s := range allSchemes {
		coarse, limit, err := s.variances(r.ctx, spectrum, 4000, reach, r.stream("limits", 0))
		if err != nil {
			t.Fatal(err)
		}
		fine, _, err := s.variances(r.ctx, spectrum, 8000, reach, r.stream("limits", 0))
		if err != nil {
			t.Fatal(err)
		}
		weight := math.Pow(7999./3999, s.order)
		for i, want := range limit {
			got := (weight*fine[i] - coarse[i]) / (weight - 1)
			rest := math.Pow(coarse[i]/want-1, 2) + 1e-7
			if math.Abs(got/want-1) > rest {
				t.Errorf("%s: variance %v tends to %v, want %v", s.name, spectrum[i]*spectrum[i], got, want)
			}
			if math.Abs(fine[i]/want-1) < rest {
				t.Errorf("%s: the control is too good: variance %v is %v, its limit %v", s.name, spectrum[i]*spectrum[i], fine[i], want)
			}
		}
	}
}

// TestFloor: the bound on the floor of the range is within a factor of 1.3 for Heun's method (Pinsker's
// sqrt(pi/2)) and 2.6 for the others, so that half or a third of it is refuted.
func TestFloor(t *testing.T) {
	for _, reach := range []float64{100, 300, 1000} {
		for _, s := range allSchemes {
			floor, _, err := s.floor(newRun(t, 0), reach)
			if err != nil {
				t.Fatal(err)
			}
			part := floor / floorBound(isotropic, reach)
			if want := 0.79 * map[bool]float64{true: 1, false: 0.5}[s.noise == nil]; part > 1 || part < 0.97*want {
				t.Errorf("%s, F = %v: %v of the bound, want %v", s.name, reach, part, want)
			}
		}
	}
}

// TestLeadingError: the first term of the error, twice that of 8000 levels less that of 4000 where
// the next is of relative order h, is the error to 1e-3: the integrals are taken from 0 to
// infinity, but sigma is from 0.01 to 100, of which the ancestral one leaves out 4e-4.
func TestLeadingError(t *testing.T) {
	const reach = 100
	r := newRun(t, 0)
	for _, s := range allSchemes {
		ratio := func(steps int) float64 {
			actual, limit, err := s.variances(r.ctx, []float64{1}, steps, reach, r.stream("leading", 0))
			if err != nil {
				t.Fatal(err)
			}
			h := (math.Pow(reach, 1./7) - math.Pow(reach, -1./7)) / float64(steps-1)
			return math.Abs(math.Log(actual[0]/limit[0])) / 2 / math.Pow(h, s.order)
		}
		if got, want := 2*ratio(4000)-ratio(2000), leadingError(s); math.Abs(got/want-1) > 1e-3 {
			t.Errorf("%s: the error is %v h^%v, want %v", s.name, got, s.order, want)
		}
	}
}

// TestDistances compares the total variation of isotropic Gaussians with the tails in one and
// two dimensions, and with Pinsker's bound, which is larger by sqrt(pi/2) for small differences.
func TestDistances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := math.Pow(10, rapid.Float64Range(-4, 0.5).Draw(t, "log10 of the log of the ratio"))
		ratio := math.Exp(log)
		crossing := math.Sqrt(ratio * log / (ratio - 1)) // of N(0, 1) and N(0, ratio)
		one := distuv.UnitNormal.CDF(crossing)*2 - 2*distuv.UnitNormal.CDF(crossing/math.Sqrt(ratio))
		two := math.Exp(-log/(ratio-1)) - math.Exp(-log*ratio/(ratio-1))
		for d, want := range map[int]float64{1: one, 2: two} {
			if got := isotropicDistance(d, log); math.Abs(got-want) > 1e-12+1e-9*want {
				t.Fatalf("d = %d, log ratio %v: %v, want %v", d, log, got, want)
			}
		}
		d := rapid.IntRange(1, 100).Draw(t, "d")
		p, q := make([]float64, d), make([]float64, d)
		for i := range p {
			p[i], q[i] = 1, ratio
		}
		exact, bound := isotropicDistance(d, log), gaussianDistance(p, q)
		if exact > min(1, bound)*(1+1e-9) {
			t.Fatalf("d = %d: the distance %v exceeds the bound %v", d, exact, bound)
		}
		// As d grows at d log^2 = o(1) the ratio tends to sqrt(pi)/2 x sqrt(2); in one dimension it is 1.46.
		if log < 1e-3 && bound > 1.5*exact {
			t.Fatalf("d = %d: the distance %v is far below the bound %v", d, exact, bound)
		}
		if w := wasserstein([]float64{1, 4}, []float64{4, 1}); w != math.Sqrt2 {
			t.Fatalf("Wasserstein distance %v, want sqrt(2)", w)
		}
	})
}

// TestOrderFrom: errors a/n + b/n^2 have order 1, and those with a part of another order,
// or with one that stays, have none.
func TestOrderFrom(t *testing.T) {
	steps := []int{101, 201, 401, 801}
	found := func(f func(h float64) float64) order {
		var errors []float64
		for _, n := range steps {
			errors = append(errors, f(1/float64(n-1)))
		}
		return orderFrom(steps, errors)
	}
	for _, b := range []float64{-5, 0, 3, 20} {
		if o := found(func(h float64) float64 { return h + b*h*h }); !o.is(1) || o.is(2) || o.is(0) {
			t.Errorf("b = %v: order %v", b, o)
		}
	}
	for name, f := range map[string]func(h float64) float64{
		"a first order that shows":    func(h float64) float64 { return h*h + 1e-3*h },
		"a part that stays":           func(h float64) float64 { return h*h + 1e-6 },
		"an exponent of 1.9":          func(h float64) float64 { return math.Pow(h, 1.9) },
		"a power of a logarithm more": func(h float64) float64 { return h * h * math.Pow(math.Log(1/h), 4) },
	} {
		if o := found(f); o.is(2) {
			t.Errorf("%s: order %v", name, o)
		}
	}
}

// TestDeviationNoticed: chi-square sums of numbers whose deviation is off as said are
// noticed about nine times in ten, in the worse direction: of 400, 360 are expected, and fewer than 315
// or, in the worse direction, more than 393 come with probability 1e-9.
func TestDeviationNoticed(t *testing.T) {
	const runs, n, p = 400, 50, 1e-4
	rng := newRun(t, 0).stream("deviation noticed", 0)
	factor := deviationNoticed(n, p)
	least := runs
	for _, by := range []float64{factor, 1 / factor} {
		count := 0
		for range runs {
			sum := 0.0
			for range n {
				z := by * rng.NormFloat64()
				sum += z * z
			}
			if chiSquared(sum, n) < p {
				count++
			}
		}
		least = min(least, count)
	}
	if least < 315 || least > 393 {
		t.Errorf("a deviation off by a factor %v is noticed in %d of %d", factor, least, runs)
	}
}
