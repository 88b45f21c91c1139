package theorems

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"assay/internal/circuit"
	"assay/reduction"
)

// logCoset returns the log density at x of a standard Gaussian restricted to the points
// eps (2Z + bit), plus sigma times standard normal noise, unscaled: by the definition, a
// sum over lattice points, and so another route to what package reduction has as a series.
func logCoset(bit int, eps, x, sigma float64) float64 {
	sum := func(centre, variance float64) float64 { // log of the sum of exp(-(z - centre)^2/(2 variance))
		reach := 40*math.Sqrt(variance) + 2*eps
		low, high := math.Floor((centre-reach)/eps), math.Ceil((centre+reach)/eps)
		var terms []float64
		for k := low; k <= high; k++ {
			if math.Mod(k-float64(bit), 2) == 0 {
				z := k*eps - centre
				terms = append(terms, -z*z/(2*variance))
			}
		}
		return floats.LogSumExp(terms)
	}
	mu, v := x/(1+sigma*sigma), sigma*sigma/(1+sigma*sigma)
	return sum(mu, v) - x*x/(2*(1+sigma*sigma)) - sum(0, 1) - math.Log(sigma) - math.Log(2*math.Pi)/2
}

// images holds f of every secret of a small function.
type images [][]bool

func newImages(in *reduction.Instance) images {
	n := in.Function().N
	all := make(images, 1<<n)
	for s := range all {
		all[s] = in.Function().Circuit.Eval(circuit.Bits(uint64(s), n))
	}
	return all
}

// secretLaw returns p(s | outputs), for a uniform secret s whose outputs were smoothed by
// sigma, times the odds of each secret that prior holds (log, nil for none). Outputs and
// sigma are unscaled.
func (all images) secretLaw(eps, sigma float64, outputs, prior []float64) []float64 {
	law := make([]float64, len(all))
	copy(law, prior)
	for j, x := range outputs {
		density := [2]float64{logCoset(0, eps, x, sigma), logCoset(1, eps, x, sigma)}
		for s, z := range all {
			if z[j] {
				law[s] += density[1]
			} else {
				law[s] += density[0]
			}
		}
	}
	total := floats.LogSumExp(law)
	for s := range law {
		law[s] = math.Exp(law[s] - total)
	}
	return law
}

// totalVariation returns the distance between two laws on the same points.
func totalVariation(p, q []float64) float64 { return floats.Distance(p, q, 1) / 2 }
