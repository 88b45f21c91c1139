package theorems

import (
	"math"
	"math/rand/v2"

	"assay/props/problems/hard"
	"assay/reduction"
)

// crossing draws points of the smoothed prior, half of them on the condition that some sign
// is not that of the secret, which may have a probability of 1e-40: what no Monte Carlo
// would see, weighted back to the law.
type crossing struct {
	in      *reduction.Instance // with beta in place of the smoothing, so that a target is smoothed
	width   float64             // deviation of a secret coordinate around its centre, unscaled
	bit, q  float64             // probability that one sign is wrong, and that any is
	secret  []bool
	flipped []bool
}

// newCrossing prepares the draws for the hard instance of the given name, which must not set
// beta, smoothed by sigma (unscaled).
func newCrossing(name string, sigma float64) (*crossing, error) {
	in, _, err := hard.Parse(name + ",beta=" + number(sigma))
	if err != nil {
		return nil, err
	}
	n := in.Function().N
	width := math.Hypot(1, sigma)
	return &crossing{
		in: in, width: width,
		bit: math.Erfc(in.Dials().R/width/math.Sqrt2) / 2, q: in.WrongSign(sigma / in.Dials().R),
		secret: make([]bool, n), flipped: make([]bool, n),
	}, nil
}

// draw stores a point (scaled) in x and returns its weight: the density of the smoothed
// prior over that of what is drawn, the mean of both halves. Where a sign is wrong the
// second half has 1/q times the density of the first.
func (c *crossing) draw(x []float64, rng *rand.Rand) (weight float64) {
	n, R := len(c.secret), c.in.Dials().R
	for i := range c.secret {
		c.secret[i] = rng.Uint64()&1 == 1
	}
	any := c.flip(rng.Uint64()&1 == 1, rng)
	for i, bit := range c.secret {
		v := R + c.width*c.noise(c.flipped[i], R/c.width, rng)
		if !bit {
			v = -v
		}
		x[i] = v / R
	}
	copy(x[n:], c.in.Target(c.in.Function().Circuit.Eval(c.secret), rng))
	if any {
		return 2 / (1 + 1/c.q)
	}
	return 2
}

// flip draws which signs are wrong, on the condition that one is, if that is asked for,
// and reports whether one is. The first of k signs is wrong, given that one of them is, with
// probability bit/(1 - (1 - bit)^k).
func (c *crossing) flip(must bool, rng *rand.Rand) (any bool) {
	for i := range c.flipped {
		p := c.bit
		if must && !any {
			p /= -math.Expm1(float64(len(c.flipped)-i) * math.Log1p(-c.bit))
		}
		c.flipped[i] = rng.Float64() < p
		any = any || c.flipped[i]
	}
	return any
}

// noise returns a standard normal, below -t > -infinity or not, as it is asked for.
func (c *crossing) noise(below bool, t float64, rng *rand.Rand) float64 {
	if below {
		return -tail(t, rng)
	}
	for {
		if z := rng.NormFloat64(); z >= -t {
			return z
		}
	}
}

// tail returns a standard normal on the condition that it exceeds t >= 0, by rejection from
// an exponential law (Robert 1995, "Simulation of truncated normal variables").
func tail(t float64, rng *rand.Rand) float64 {
	rate := (t + math.Sqrt(t*t+4)) / 2
	for {
		x := t + rng.ExpFloat64()/rate
		if rng.Float64() < math.Exp(-(x-rate)*(x-rate)/2) {
			return x
		}
	}
}
