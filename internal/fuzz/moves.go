package fuzz

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// moves are the ways to make a problem smaller or plainer, those that remove most first. Each
// returns the changed problems to try, the boldest first; some may equal the given one.
var moves = []func(*sketch) []*sketch{
	fewerComponents, fewerRows, fewerCoordinates,
	plainerFamily, equalWeights, plainerBeta, plainerRows, plainerMeans, plainerSpread,
}

// each returns a changed copy of s for every i below n.
func each(s *sketch, n int, change func(c *sketch, i int)) []*sketch {
	changed := make([]*sketch, n)
	for i := range changed {
		changed[i] = s.clone()
		change(changed[i], i)
	}
	return changed
}

// subsets returns what to keep of n things: either half, all but one.
func subsets(n int) [][]int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	var kept [][]int
	if n > 2 { // otherwise a half is all but one
		kept = append(kept, all[:n/2], all[n/2:])
	}
	for i := range n {
		kept = append(kept, slices.Delete(slices.Clone(all), i, i+1))
	}
	return kept
}

func pick[T any](from []T, kept []int) []T {
	var picked []T
	for _, i := range kept {
		picked = append(picked, from[i])
	}
	return picked
}

func fewerComponents(s *sketch) []*sketch {
	if len(s.means) == 1 {
		return nil
	}
	kept := subsets(len(s.means))
	return each(s, len(kept), func(c *sketch, i int) {
		c.means = pick(c.means, kept[i])
		if c.family != dataSet {
			c.weights, c.covs = pick(c.weights, kept[i]), pick(c.covs, kept[i])
		}
	})
}

func fewerRows(s *sketch) []*sketch {
	kept := subsets(len(s.rows))
	return each(s, len(kept), func(c *sketch, i int) { c.rows = pick(c.rows, kept[i]) })
}

func fewerCoordinates(s *sketch) []*sketch {
	if s.dim() == 1 {
		return nil
	}
	kept := subsets(s.dim())
	return each(s, len(kept), func(c *sketch, i int) {
		for k := range c.means {
			c.means[k] = pick(c.means[k], kept[i])
		}
		for k := range c.rows {
			c.rows[k] = pick(c.rows[k], kept[i])
		}
		for k, cov := range c.covs {
			c.covs[k] = mat.NewSymDense(len(kept[i]), nil)
			for a, from := range kept[i] {
				for b, to := range kept[i] {
					c.covs[k].SetSym(a, b, cov.At(from, to))
				}
			}
		}
	})
}

// plainerFamily makes a Gaussian of a mixture or a data set of one component.
func plainerFamily(s *sketch) []*sketch {
	if s.family == gaussian || len(s.means) > 1 {
		return nil
	}
	return each(s, 1, func(c *sketch, _ int) {
		if c.family == dataSet {
			c.covs = []*mat.SymDense{isotropic(c.dim(), c.bandwidth*c.bandwidth)}
		}
		c.family, c.weights, c.bandwidth = gaussian, []float64{1}, 0
	})
}

func equalWeights(s *sketch) []*sketch {
	return each(s, 1, func(c *sketch, _ int) {
		for k := range c.weights {
			c.weights[k] = 1
		}
	})
}

// plainerBeta makes the noise 1, or else a power of two. Without measurements it is 1.
func plainerBeta(s *sketch) []*sketch {
	betas := []float64{1, powerOfTwo(s.beta)}
	return each(s, len(betas), func(c *sketch, i int) { c.beta = betas[i] })
}

// plainerRows makes each row of A the coordinate that it weighs most, or else
// rounds it to integers; all rows at once, or else one by one.
func plainerRows(s *sketch) []*sketch {
	return allThenEach(s, len(s.rows), []func(*sketch, int){
		func(c *sketch, k int) {
			row := c.rows[k]
			largest := 0
			for j, v := range row {
				if math.Abs(v) > math.Abs(row[largest]) {
					largest = j
				}
			}
			clear(row)
			row[largest] = 1
		},
		func(c *sketch, k int) { roundAll(c.rows[k]) },
	})
}

// plainerMeans moves the first mean to the origin and the others along, so that they stay
// apart; or it brings means within 4 of the origin, or rounds them to integers.
func plainerMeans(s *sketch) []*sketch {
	moved := each(s, 1, func(c *sketch, _ int) {
		origin := slices.Clone(c.means[0])
		for _, mean := range c.means {
			floats.Sub(mean, origin)
		}
	})
	return append(moved, allThenEach(s, len(s.means), []func(*sketch, int){
		func(c *sketch, k int) {
			for j, v := range c.means[k] {
				c.means[k][j] = max(-4, min(v, 4))
			}
		},
		func(c *sketch, k int) { roundAll(c.means[k]) },
	})...)
}

// plainerSpread makes covariances the identity, or a power of two times it, or at least diagonal;
// likewise the bandwidth of a data set.
func plainerSpread(s *sketch) []*sketch {
	if s.family == dataSet {
		widths := []float64{1, powerOfTwo(s.bandwidth)}
		return each(s, len(widths), func(c *sketch, i int) { c.bandwidth = widths[i] })
	}
	return allThenEach(s, len(s.covs), []func(*sketch, int){
		func(c *sketch, k int) { c.covs[k] = isotropic(c.dim(), 1) },
		func(c *sketch, k int) {
			if mean := mat.Trace(c.covs[k]) / float64(c.dim()); mean > 0 {
				c.covs[k] = isotropic(c.dim(), powerOfTwo(mean))
			}
		},
		func(c *sketch, k int) {
			for i := range c.dim() {
				for j := range i {
					c.covs[k].SetSym(i, j, 0)
				}
			}
		},
	})
}

// allThenEach makes each change at all k below n at once, and then, if n > 1, at one k at a time.
func allThenEach(s *sketch, n int, changes []func(c *sketch, k int)) []*sketch {
	var changed []*sketch
	for _, change := range changes {
		changed = append(changed, each(s, 1, func(c *sketch, _ int) {
			for k := range n {
				change(c, k)
			}
		})...)
	}
	for _, change := range changes {
		if n > 1 {
			changed = append(changed, each(s, n, change)...)
		}
	}
	return changed
}

func isotropic(d int, variance float64) *mat.SymDense {
	cov := mat.NewSymDense(d, nil)
	for i := range d {
		cov.SetSym(i, i, variance)
	}
	return cov
}

func roundAll(x []float64) {
	for i, v := range x {
		x[i] = math.Round(v) + 0 // no negative zero
	}
}

// powerOfTwo returns the power of two nearest to v > 0 on a logarithmic scale.
func powerOfTwo(v float64) float64 { return math.Exp2(math.Round(math.Log2(v))) }
