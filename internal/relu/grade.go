package relu

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A mean square error of 1e-25, which C = 10 asks for, takes a million knots, and an error at
// which differences of nearly equal numbers are all rounding. This file chooses so many knots
// without making them, from the curvature.

// stretch is an interval with equally distant knots.
type stretch struct {
	from, to  float64
	intervals int
}

func (s stretch) step() float64 { return (s.to - s.from) / float64(s.intervals) }

// knot returns the k-th of its knots, which are intervals+1.
func (s stretch) knot(k int) float64 {
	if k == s.intervals {
		return s.to
	}
	return s.from + float64(k)*s.step()
}

// grade returns stretches, from the first to the last knot of the target and in order, on which
// interpolation leaves a mean square error of at most the bound, and what is certified of it:
// the sum of density (step/pi)^4 integral of F”^2, the density being the largest of the stretch.
//
// Proof. Interpolation is zero at both ends of a step h, and for such e the integral of e^2 is at most
// (h/pi)^4 that of e”^2 (Wirtinger twice, attained by a sine); e” is F”.
//
// For a given number of knots in all, a stretch deserves the fifth root of its part of the sum
// with one step each. The one that gains the most in that by being halved is halved, until a
// thousandth is all that remains. Integrals are by the rule of target.Fit, and the largest density is
// that of its points and the ends.
func (t target) grade(bound float64) ([]stretch, float64, error) {
	parts := t.parts()
	total := sumOfRoots(parts)
	for len(parts) < mostStretches {
		worst := 0
		for i := range parts {
			if parts[i].gain > parts[worst].gain {
				worst = i
			}
		}
		if parts[worst].gain <= 1e-4*total {
			break
		}
		p := parts[worst]
		middle := p.from + (p.to-p.from)/2
		one, other := t.halved(p.from, middle), t.halved(middle, p.to)
		parts[worst] = one
		parts = append(parts, other)
		total += one.root() + other.root() - p.root()
	}
	slices.SortFunc(parts, func(p, q part) int { return cmp.Compare(p.from, q.from) })
	density, certified := math.Pow(sumOfRoots(parts)/bound, 0.25), 0.0
	stretches := make([]stretch, len(parts))
	for i, p := range parts {
		n := max(1, math.Ceil(density*p.root()))
		if !(n <= farMostKnots) {
			return nil, 0, fmt.Errorf("relu: %v knots are too many for a mean square error of %v", n, bound)
		}
		stretches[i] = stretch{p.from, p.to, int(n)}
		certified += p.error / (n * n * n * n)
	}
	return stretches, certified, nil
}

const (
	mostStretches = 1 << 10
	// farMostKnots bounds the number of knots of a stretch, for their sum to be an int.
	farMostKnots = 1 << 50
)

// part is an interval, what is certified of it with one step, and how much the fifth root of that
// falls if it is halved.
type part struct {
	from, to    float64
	error, gain float64
}

func (p part) root() float64 { return math.Pow(p.error, 0.2) }

// parts returns the pieces that the target begins with.
func (t target) parts() (parts []part) {
	for _, v := range t.intervals() {
		for _, p := range v.pieces {
			parts = append(parts, t.halved(p.from, p.to))
		}
	}
	return parts
}

func sumOfRoots(parts []part) (sum float64) {
	for _, p := range parts {
		sum += p.root()
	}
	return sum
}

func (t target) halved(from, to float64) part {
	p := part{from: from, to: to, error: t.curved(from, to)}
	if middle := from + (to-from)/2; from < middle && middle < to {
		p.gain = p.root() - math.Pow(t.curved(from, middle), 0.2) - math.Pow(t.curved(middle, to), 0.2)
	}
	return p
}

// curved returns the bound on the mean square error of one step.
func (t target) curved(from, to float64) float64 {
	integral, density := 0.0, max(t.Density(from), t.Density(to))
	x, w := legendre(from, to)
	for i := range x {
		integral += w[i] * square(t.Curvature(x[i]))
		density = max(density, t.Density(x[i]))
	}
	return density * integral * math.Pow((to-from)/math.Pi, 4)
}

// curve is a piecewise-linear function with knots that are made, or too many to be.
type curve struct {
	made   piecewise
	graded []stretch // if there are any, F at their knots
	f      func(x float64) float64
}

// curve interpolates the target to the bound, and returns the error. Where that takes more than
// mostMade knots they are left unmade.
func (t target) curve(bound float64) (curve, float64, error) {
	parts := t.parts()
	if sum := sumOfRoots(parts); sum*math.Pow(sum/bound, 0.25)+float64(len(parts)) > mostMade {
		graded, certified, err := t.grade(bound)
		if err != nil {
			return curve{}, 0, err
		}
		if c := (curve{graded: graded, f: t.F}); c.knots() > mostMade {
			return c, certified, nil
		}
	}
	p, missed, err := t.Fit(bound)
	return curve{made: p}, missed, err
}

// mostMade is the number of knots up to which target.Fit makes them, rather than target.grade.
const mostMade = 1 << 12

// knots returns their number.
func (c curve) knots() int {
	if c.graded == nil {
		return len(c.made.X)
	}
	count := 1
	for _, s := range c.graded {
		count += s.intervals
	}
	return count
}

// mirrored returns the odd function that c is on its positive side, from 0 on.
func (c curve) mirrored() curve {
	var both curve
	if c.graded != nil {
		both.f = func(x float64) float64 { return math.Copysign(c.f(math.Abs(x)), x) }
		for i := len(c.graded) - 1; i >= 0; i-- {
			s := c.graded[i]
			both.graded = append(both.graded, stretch{-s.to, -s.from, s.intervals})
		}
		both.graded = append(both.graded, c.graded...)
		return both
	}
	p, half := &both.made, c.made
	for i := len(half.X) - 1; i >= 0; i-- {
		p.X, p.Y = append(p.X, -half.X[i]), append(p.Y, -half.Y[i])
	}
	p.X, p.Y = append(p.X, half.X[1:]...), append(p.Y, half.Y[1:]...)
	return both
}

// piecewise makes all knots.
func (c curve) piecewise() piecewise {
	return c.some(func(s stretch) []int {
		all := make([]int, s.intervals)
		for k := range all {
			all[k] = k
		}
		return all
	})
}

// thinned makes only the first and the last step of each stretch, and one between, and returns
// how many steps are missing: what is there has the largest weights of all, and the rest can be counted.
func (c curve) thinned() (p piecewise, missing int) {
	p = c.some(func(s stretch) []int {
		switch s.intervals {
		case 1:
			return []int{0}
		case 2:
			return []int{0, 1}
		}
		return []int{0, 1, s.intervals - 1}
	})
	return p, c.knots() - len(p.X)
}

// some makes the knots of the given numbers of each stretch, which begin with 0, and the last of all.
func (c curve) some(of func(s stretch) []int) piecewise {
	if c.graded == nil {
		return c.made
	}
	var p piecewise
	add := func(x float64) { p.X, p.Y = append(p.X, x), append(p.Y, c.f(x)) }
	for _, s := range c.graded {
		for _, k := range of(s) {
			add(s.knot(k))
		}
	}
	add(c.graded[len(c.graded)-1].to)
	return p
}
