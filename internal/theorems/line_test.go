package theorems

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

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
	p, err := threeModes.problem("the line", 1)
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
