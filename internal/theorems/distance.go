package theorems

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// isotropicDistance returns the total variation between N(0, a I) and N(0, b I) in R^d,
// given log(b/a). The densities cross where |x|^2/b = d log(b/a)/(b/a - 1), and the distance
// is the chi-square mass between that and |x|^2/a: by quadrature of the density, as a
// difference of two tails would lose its digits.
func isotropicDistance(d int, logRatio float64) float64 {
	logRatio = math.Abs(logRatio)
	if logRatio == 0 {
		return 0
	}
	k := float64(d) / 2
	logGamma, _ := math.Lgamma(k)
	from := k * logRatio / math.Expm1(logRatio) // in halves of |x|^2
	to := k * logRatio / -math.Expm1(-logRatio)
	return quad.Fixed(func(x float64) float64 {
		return math.Exp((k-1)*math.Log(x) - x - logGamma)
	}, from, to, 64, quad.Legendre{}, 0)
}

// gaussianDistance returns a bound on the total variation between centred Gaussians of
// independent coordinates, given their variances: sqrt(KL/2) (Pinsker).
func gaussianDistance(p, q []float64) float64 {
	kl := 0.0
	for i := range p {
		ratio := p[i] / q[i]
		kl += (ratio - 1 - math.Log(ratio)) / 2
	}
	return math.Sqrt(kl / 2)
}

// wasserstein returns the distance W2 between centred Gaussians of independent coordinates,
// given their variances.
func wasserstein(p, q []float64) float64 {
	sum := 0.0
	for i := range p {
		d := math.Sqrt(p[i]) - math.Sqrt(q[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}
