package theorems

import (
	"fmt"
	"math"

	"assay/props/problems/hard"
)

// oneBitCells are settings of the identity of one bit, sigma unscaled, at each of which another term of
// [reduction.Instance.ScoreBound] counts: the two of an output, the distance of the coset means and the
// smoothness of their densities, and of the secret the probability of a wrong sign and, in the middle, what the outputs
// tell against the sign. (The fifth, large noise, is never more than a thousandth of the sum for one bit.)
var oneBitCells = []struct {
	term          string
	R, eps, sigma float64
}{
	{"step", 6, 1.2, 0.05}, {"smooth", 1, 0.3, 0.3}, {"sign", 20, 1.2, 0.3}, {"middle", 20, 0.6, 0.8},
}

// oneBit returns which part of the bound the error of the local rule is in each of those, by summation, which is good to
// 1e-3 and misses nothing that a Monte Carlo might.
func oneBit(bound scoreBoundOf) (used []float64, err error) {
	for _, c := range oneBitCells {
		in, _, err := hard.Parse(fmt.Sprintf("identity:n=1,R=%v,eps=%v", c.R, c.eps))
		if err != nil {
			return nil, err
		}
		used = append(used, oneBitError(c.R, c.eps, c.sigma)/bound(in, c.sigma/c.R))
	}
	return used, nil
}

// oneBitError returns sigma^2 E|s^ - s|^2 for the identity of one bit, from densities that are sums over lattice points:
// over x_1 > 0, by symmetry, where a wrong sign has weight, and over mu of x_2.
func oneBitError(R, eps, sigma float64) float64 {
	width := 1 + sigma*sigma
	v := sigma * sigma / width
	type output struct {
		density [2]float64 // with the step
		apart   float64    // of the means of the two cosets, over sigma
	}
	var outputs []output
	const fineness = 12
	step := min(math.Sqrt(v), eps) / fineness
	for mu := -9 / math.Sqrt(width); mu < 9/math.Sqrt(width); mu += step {
		x := mu * width
		o := output{apart: math.Abs(cosetMean(1, eps, mu, v)-cosetMean(0, eps, mu, v)) / sigma}
		for bit := range o.density {
			o.density[bit] = math.Exp(logCoset(bit, eps, x, sigma)) * step * width
		}
		outputs = append(outputs, o)
	}
	sum := 0.0
	h := min(width/R, math.Sqrt(width)) / fineness
	for x := h / 2; x < min(40*width/R, R+9*math.Sqrt(width)); x += h {
		odds := math.Exp(-2 * R * x / width)
		right := h / 2 * bell((x-R)/math.Sqrt(width)) / math.Sqrt(width)
		alone := odds / (1 + odds)
		for _, o := range outputs {
			for sign := range 2 { // both signs of x_1: the bit that it says
				agree, against := o.density[sign], odds*o.density[1-sign]
				if agree+against == 0 {
					continue
				}
				together := against / (agree + against)
				sum += right * (agree + against) * (square(together*o.apart) + square(2*R*v/sigma*(together-alone)))
			}
		}
	}
	return sum
}

// cosetMean returns the mean of the discrete Gaussian on eps (2Z + bit) with centre mu and variance v, by the definition.
func cosetMean(bit int, eps, mu, v float64) float64 {
	reach := 40*math.Sqrt(v) + 2*eps
	nearest := eps * (2*math.Round((mu/eps-float64(bit))/2) + float64(bit))
	mass, mean := 0.0, 0.0
	for k := -2 * math.Ceil(reach/eps); k*eps <= reach; k += 2 {
		z := nearest + k*eps
		w := math.Exp(-(k * eps) * (k*eps + 2*(nearest-mu)) / (2 * v))
		mass, mean = mass+w, mean+w*z
	}
	return mean / mass
}
