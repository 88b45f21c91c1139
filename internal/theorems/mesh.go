package theorems

import "math"

// mesh holds the densities of laws in R, at equally spaced points far into their tails. Sums
// over it, times its width, are integrals of smooth densities to rounding.
type mesh struct{ x []float64 }

const meshWidth = 0.03

func newMesh(from, to float64) *mesh {
	g := &mesh{}
	for x := from; x <= to; x += meshWidth {
		g.x = append(g.x, x)
	}
	return g
}

// posterior returns the density of mu_t given y, proportional to p_t exp(-R).
func (g *mesh) posterior(prior line, y, beta float64) []float64 {
	law, total := make([]float64, len(g.x)), 0.
	for i, x := range g.x {
		law[i] = prior.density(x, 0) * math.Exp(logNormalAt(y, x, beta*beta))
		total += law[i] * meshWidth
	}
	for i := range law {
		law[i] /= total
	}
	return law
}

// move returns the density after x -> N(to(x), variance).
func (g *mesh) move(law []float64, variance float64, to func(i int) float64) []float64 {
	after := make([]float64, len(law))
	half := int(math.Ceil(8 * math.Sqrt(variance) / meshWidth))
	norm, fall := meshWidth/math.Sqrt(2*math.Pi*variance), math.Exp(-meshWidth*meshWidth/variance)
	for i, mass := range law {
		if mass < 1e-40 {
			continue
		}
		centre := to(i)
		first := max(0, int(math.Floor((centre-g.x[0])/meshWidth))-half)
		last := min(len(law)-1, first+2*half)
		if first > last {
			continue
		}
		// From point to point the kernel changes by a ratio, and that by a constant ratio.
		d := g.x[first] - centre
		value := mass * norm * math.Exp(-d*d/(2*variance))
		ratio := math.Exp(-(2*d + meshWidth) * meshWidth / (2 * variance))
		for k := first; k <= last; k++ {
			after[k] += value
			value *= ratio
			ratio *= fall
		}
	}
	return after
}

// divergence returns KL(p || q).
func (g *mesh) divergence(p, q []float64) (kl float64) {
	for i, v := range p {
		if v > 1e-300 && q[i] > 1e-300 {
			kl += v * math.Log(v/q[i]) * meshWidth
		}
	}
	return kl
}

// variation returns the total variation between p and q.
func (g *mesh) variation(p, q []float64) (tv float64) {
	for i, v := range p {
		tv += math.Abs(v-q[i]) * meshWidth / 2
	}
	return tv
}

// below returns the probability of x < 0.
func (g *mesh) below(p []float64) (mass float64) {
	for i, v := range p {
		if g.x[i] < 0 {
			mass += v * meshWidth
		}
	}
	return mass
}
