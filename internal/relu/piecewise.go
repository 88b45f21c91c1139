package relu

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
)

// piecewise is a continuous piecewise-linear function of one variable: Y[i] at X[i], X
// increasing, and beyond the ends straight on with slope Tail.
type piecewise struct {
	X, Y []float64
	Tail float64
}

// At returns the value at x.
func (p piecewise) At(x float64) float64 {
	last := len(p.X) - 1
	i, _ := slices.BinarySearch(p.X, x) // X[i-1] < x <= X[i]
	switch {
	case i == 0:
		return p.Y[0] + p.Tail*(x-p.X[0])
	case i > last:
		return p.Y[last] + p.Tail*(x-p.X[last])
	}
	return p.Y[i-1] + (p.Y[i]-p.Y[i-1])*((x-p.X[i-1])/(p.X[i]-p.X[i-1]))
}

// piecewise returns p of an expression: two units for each interval on which p is not
// constant, and two for the ends. Each interval is a ramp 1 - ReLU(1 - ReLU(..)) that is
// exactly 0 before it and 1 after it. A sum of ReLU(x - X[i]) takes half of the units, and
// adds numbers as large as the steepest slope times x.
func (b *builder) Piecewise(x affine, p piecewise) affine {
	last := len(p.X) - 1
	parts := []scaledAffine{{1, number(p.Y[last])}}
	for i := range last {
		if rise := p.Y[i+1] - p.Y[i]; rise != 0 {
			width := p.X[i+1] - p.X[i]
			ramp := b.ReLU(x.Times(1 / width).Minus(number(p.X[i] / width)))
			parts = append(parts, scaledAffine{-rise, b.ReLU(number(1).Minus(ramp))})
		}
	}
	if p.Tail != 0 {
		parts = append(parts, scaledAffine{p.Tail, b.ReLU(x.Minus(number(p.X[last])))},
			scaledAffine{-p.Tail, b.ReLU(number(p.X[0]).Minus(x))})
	}
	return sum(parts...)
}

// target is a function of one variable to be approximated in mean square.
type target struct {
	F       func(x float64) float64
	Density func(x float64) float64 // that the error is weighted with
	Knots   []float64               // where to begin, at least two, in increasing order
	Breaks  []float64               // where F or Density change their scale, in any order
	Tail    float64                 // slope beyond the first and the last knot

	Curvature func(x float64) float64 // F'', which target.Fit does without
}

// mostKnots bounds the knots of target.Fit.
const mostKnots = 1 << 17

// Fit interpolates F until the integral of Density (p - F)^2 between the first and the
// last knot is at most the bound, and returns that integral. The interval with the largest
// error is split again and again, where it halves best, so that the knots come to lie as
// dense as (Density F”^2)^(1/5). Integrals are by the Gauss-Legendre rule of 16 points on
// each piece between breaks and knots. It is an error if 2^17 knots are too few.
func (t target) Fit(bound float64) (p piecewise, meanSquare float64, err error) {
	queue := t.intervals()
	for {
		// Summed afresh now and then: a running sum would drift by more than a small bound.
		meanSquare = 0
		for _, v := range queue {
			meanSquare += v.error
		}
		if meanSquare <= bound {
			break
		}
		for range 1 + len(queue)/32 {
			if len(queue) > mostKnots || !queue[0].divisible() {
				return p, meanSquare, fmt.Errorf("relu: %d knots leave a mean square error of %v, want %v", len(queue)+1, meanSquare, bound)
			}
			queue = t.splitWorst(queue)
		}
	}
	slices.SortFunc(queue, func(v, w interval) int { return cmp.Compare(v.from, w.from) })
	p = piecewise{X: []float64{queue[0].from}, Y: []float64{queue[0].left}, Tail: t.Tail}
	for _, v := range queue {
		p.X, p.Y = append(p.X, v.to), append(p.Y, v.right)
	}
	return p, meanSquare, nil
}

// interval is what lies between two knots: F at both, and pieces for quadrature.
type interval struct {
	from, to    float64
	left, right float64
	pieces      []piece
	error       float64
}

// divisible reports whether there is a number between the two knots, and an error to reduce.
func (v *interval) divisible() bool {
	middle := v.from + (v.to-v.from)/2
	return v.from < middle && middle < v.to && v.error > 0
}

// piece is a part of an interval with the points of its quadrature.
type piece struct {
	from, to float64
	x, f, w  [order]float64 // point, F there, weight times density
}

const order = 16

// rule is the Gauss-Legendre rule from 0 to 1.
var rule = func() (r struct{ x, w [order]float64 }) {
	quad.Legendre{}.FixedLocations(r.x[:], r.w[:], 0, 1)
	return r
}()

// legendre returns its points and weights between two numbers.
func legendre(from, to float64) (x, w [order]float64) {
	for i := range x {
		x[i], w[i] = from+(to-from)*rule.x[i], (to-from)*rule.w[i]
	}
	return x, w
}

func (t target) piece(from, to float64) piece {
	p := piece{from: from, to: to}
	p.x, p.w = legendre(from, to)
	for i, x := range p.x {
		p.f[i] = t.F(x)
		p.w[i] *= t.Density(x)
	}
	return p
}

// squares returns the integral of Density (line - F)^2 over a piece, for the line through
// the knots of v.
func (v *interval) squares(p *piece) float64 {
	sum := 0.0
	for i, x := range p.x {
		e := v.left + (v.right-v.left)*((x-v.from)/(v.to-v.from)) - p.f[i]
		sum += p.w[i] * e * e
	}
	return sum
}

func (t target) interval(pieces []piece) interval {
	v := interval{from: pieces[0].from, to: pieces[len(pieces)-1].to, pieces: pieces}
	v.left, v.right = t.F(v.from), t.F(v.to)
	for i := range pieces {
		v.error += v.squares(&pieces[i])
	}
	return v
}

// intervals returns those between the first knots, as a heap.
func (t target) intervals() []interval {
	breaks := slices.Sorted(slices.Values(t.Breaks))
	var queue []interval
	for i, to := range t.Knots[1:] {
		var pieces []piece
		from := t.Knots[i]
		for _, x := range append(breaks[:len(breaks):len(breaks)], to) {
			if x > from && x <= to {
				pieces = append(pieces, t.piece(from, x))
				from = x
			}
		}
		if from < to { // breaks beyond the interval came between
			pieces = append(pieces, t.piece(from, to))
		}
		queue = append(queue, t.interval(pieces))
		up(queue)
	}
	return queue
}

// splitWorst splits the interval at the top of the heap.
func (t target) splitWorst(queue []interval) []interval {
	v := queue[0]
	pieces := v.pieces
	at := 1
	if len(pieces) == 1 {
		middle := v.from + (v.to-v.from)/2
		pieces = []piece{t.piece(v.from, middle), t.piece(middle, v.to)}
	} else {
		for part := v.squares(&pieces[0]); at < len(pieces)-1 && part < v.error/2; at++ {
			part += v.squares(&pieces[at])
		}
	}
	one, other := t.interval(pieces[:at:at]), t.interval(pieces[at:])
	queue[0] = one
	down(queue)
	queue = append(queue, other)
	up(queue)
	return queue
}

// up restores the heap, the largest error at the top, after its last entry was added.
func up(heap []interval) {
	for i := len(heap) - 1; i > 0 && heap[i].error > heap[(i-1)/2].error; i = (i - 1) / 2 {
		heap[i], heap[(i-1)/2] = heap[(i-1)/2], heap[i]
	}
}

// down restores it after its top was changed.
func down(heap []interval) {
	for i := 0; ; {
		child := 2*i + 1
		if child+1 < len(heap) && heap[child+1].error > heap[child].error {
			child++
		}
		if child >= len(heap) || heap[child].error <= heap[i].error {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
