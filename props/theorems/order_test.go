package theorems

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
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

// TestPartition: on a Gaussian the masses in the cells, propagated or mapped, are those of a
// Gaussian of the variance of the recursion, and of its limit, to the rounding of 60 steps and
// of the tails: a part in 1e9. Mapped ones are differences of tails; propagated ones are densities in the middle.
func TestPartition(t *testing.T) {
	const steps, reach, deviation, mean = 60, 50, 0.7, 2.
	r := newRun(t, 0)
	gaussian := line{[]float64{1}, []float64{mean}, []float64{deviation}}
	for _, s := range allSchemes {
		law, seen, err := s.partition(r.ctx, gaussian, steps, reach, r.stream("partition", 0))
		if err != nil {
			t.Fatal(err)
		}
		actual, limit, err := s.variances(r.ctx, []float64{deviation}, steps, reach, r.stream("partition", 0))
		if err != nil {
			t.Fatal(err)
		}
		last := seen.levels[steps-1]
		shrink := deviation * deviation / (deviation*deviation + last*last)
		at := func(variance float64) func(from, to float64) float64 {
			l := line{[]float64{1}, []float64{mean}, []float64{math.Sqrt(variance) / shrink}}
			if s.noise == nil {
				return func(from, to float64) float64 { return l.mass(from, to, 0) }
			}
			return func(from, to float64) float64 { return l.density((from+to)/2, 0) * (to - from) }
		}
		if d := law.distance(at(actual[0])); d > 1e-9 {
			t.Errorf("%s: the masses are %v from those of the recursion", s.name, d)
		}
		ideal, difference := at(limit[0]), 0.0
		for i := range law.masses {
			from, to := law.points[i], law.points[i+1]
			difference += math.Abs(ideal(from, to) - s.ideal(gaussian, seen)(from, to))
		}
		if difference > 1e-9 {
			t.Errorf("%s: the masses of the limit are %v from those of its variance", s.name, difference)
		}
		if d := law.distance(ideal); d < 1e-3 {
			t.Errorf("%s: the control is too good: %v from the limit", s.name, d)
		}
	}
}

// TestDrawsFollowThePartition: the distribution function of 4000 draws of the samplers is
// that of the cells, to the distance that is exceeded with probability [level] (Dvoretzky, Kiefer,
// Wolfowitz), 0.052; with 12 steps it is not that of the prior, by 0.1 or so.
func TestDrawsFollowThePartition(t *testing.T) {
	const draws = 4000
	r := newRun(t, 0)
	limit := math.Sqrt(math.Log(2/level) / (2 * draws))
	p, err := threeModes.problem(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []scheme{eulerScheme, ancestralScheme, heunScheme} {
		for _, steps := range []int{25, 60} {
			law, err := s.proposals(r, threeModes, steps)
			if err != nil {
				t.Fatal(err)
			}
			x := mat.NewDense(draws, 1, nil)
			if err := s.sampler(steps).Sample(r.ctx, x, p, nil, r.stream("draws "+s.name, steps)); err != nil {
				t.Fatal(err)
			}
			if d := furthest(x.RawMatrix().Data, law); d > limit {
				t.Errorf("%s with %d steps: the draws are %v from the cells, at most %v expected", s.name, steps, d, limit)
			}
		}
	}
	few, err := eulerScheme.proposals(r, threeModes, 60)
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(draws, 1, nil)
	if err := eulerScheme.sampler(8).Sample(r.ctx, x, p, nil, r.stream("control", 0)); err != nil {
		t.Fatal(err)
	}
	if d := furthest(x.RawMatrix().Data, few); d < limit {
		t.Errorf("8 steps of Euler are not told from 60: %v", d)
	}
}

// furthest returns the largest difference between the distribution functions of draws and of
// cells, at the ends of cells.
func furthest(draws []float64, law *compared) (largest float64) {
	slices.Sort(draws)
	below, count := 0.0, 0
	for i, mass := range law.drawn {
		below += mass
		for count < len(draws) && draws[count] <= law.points[i+1] {
			count++
		}
		largest = max(largest, math.Abs(below-float64(count)/float64(len(draws))))
	}
	return largest
}

// TestLine compares tails and density with package spec, and what the flow carries with
// the tails at both ends.
func TestLine(t *testing.T) {
	law, err := threeModes.law()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		sigma := math.Pow(10, rapid.Float64Range(-2, 2).Draw(t, "log10 sigma"))
		x := rapid.Float64Range(-8, 8).Draw(t, "x") * math.Hypot(1, sigma)
		var log [1]float64
		law.LogDensity(log[:], mat.NewDense(1, 1, []float64{x}), sigma)
		if got, want := threeModes.density(x, sigma), math.Exp(log[0]); math.Abs(got-want) > 1e-300+1e-10*want {
			t.Fatalf("density %v at %v, want %v", got, x, want)
		}
		const h = 1e-4
		if got, want := threeModes.mass(x-h*sigma, x+h*sigma, sigma), 2*h*sigma*math.Exp(log[0]); math.Abs(got-want) > 1e-300+1e-5*want {
			t.Fatalf("mass %v about %v, want %v", got, x, want)
		}
		to := threeModes.carried(x, sigma, 0.01)
		before, beforeAbove := threeModes.tails(x, sigma)
		after, afterAbove := threeModes.tails(to, 0.01)
		if want, got := min(before, beforeAbove), min(after, afterAbove); math.Abs(got-want) > 1e-290+1e-8*want {
			t.Fatalf("the tail %v is carried to %v", want, got)
		}
	})
	mean, deviation := threeModes.moments()
	if square := 0.3*(9+0.25) + 0.5*(0.25+1) + 0.2*(9+0.36); math.Abs(mean+0.05) > 1e-12 || math.Abs(deviation*deviation-square+0.0025) > 1e-12 {
		t.Errorf("mean %v and deviation %v", mean, deviation)
	}
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

// TestConditioned: for Gaussians the mean over y of the total variation given y is that of
// Gaussians in closed form, and eps that of [isotropicDistance], to the width of a cell.
func TestConditioned(t *testing.T) {
	const beta, v = 0.8, 1.3
	var c compared
	unit, wide := line{[]float64{1}, []float64{0}, []float64{1}}, line{[]float64{1}, []float64{0}, []float64{math.Sqrt(v)}}
	const n, reach = 4000, 10.
	for i := range n + 1 {
		c.points = append(c.points, reach*(2*float64(i)/n-1))
	}
	for i := range n {
		c.prior = append(c.prior, unit.mass(c.points[i], c.points[i+1], 0))
		c.drawn = append(c.drawn, wide.mass(c.points[i], c.points[i+1], 0))
	}
	if got, want := c.eps(), isotropicDistance(1, math.Log(v)); got < want || got > want+1e-3 {
		t.Errorf("eps %v, want %v or little more", got, want)
	}
	given := func(variance, y float64) line {
		gain := variance / (variance + beta*beta)
		return line{[]float64{1}, []float64{gain * y}, []float64{beta * math.Sqrt(gain)}}
	}
	want := 0.0
	const step = 0.05
	for y := -9.0; y < 9; y += step {
		p, q, sum := given(1, y), given(v, y), 0.0
		for x := -9.0; x < 9; x += 0.01 {
			sum += 0.01 * math.Abs(p.density(x, 0)-q.density(x, 0)) / 2
		}
		want += step * unit.density(y, beta) * sum
	}
	mean, delta := c.conditioned(beta)
	if math.Abs(mean/want-1) > 1e-3 {
		t.Errorf("mean %v, want %v", mean, want)
	}
	if delta > math.Sqrt(mean) {
		t.Errorf("delta %v exceeds what Markov's inequality allows, %v", delta, math.Sqrt(mean))
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
