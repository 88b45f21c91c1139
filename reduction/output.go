package reduction

import (
	"math"
	"math/rand/v2"
)

// outputLaw is the law of one output coordinate of one parity, in unscaled units.
// Smoothing adds sigma times standard normal noise, sigma > 0.
type outputLaw interface {
	// draw returns a draw.
	draw(rng *rand.Rand) float64
	// drawGiven returns a draw of the law of the coordinate given its smoothed value.
	drawGiven(x, sigma float64, rng *rand.Rand) float64
	// logDensity returns the log density of the smoothed coordinate at x.
	logDensity(x, sigma float64) float64
	// denoise returns mean and variance of the coordinate given its smoothed value.
	denoise(x, sigma float64) (mean, variance float64)
}

// latticeLaw is a coset as an output law.
type latticeLaw struct{ *coset }

func (l latticeLaw) draw(rng *rand.Rand) float64 { return l.point(l.coset.draw(rng)) }

func (l latticeLaw) drawGiven(x, sigma float64, rng *rand.Rand) float64 {
	mu, v := smoothedCentre(x, sigma)
	return l.point(l.coset.drawGiven(mu, v, rng))
}

// vertexLaw is a standard normal around +-R: the output coordinate of the encoding
// that the paper discards.
type vertexLaw struct{ centre float64 }

func (l vertexLaw) draw(rng *rand.Rand) float64 { return l.centre + rng.NormFloat64() }

func (l vertexLaw) drawGiven(x, sigma float64, rng *rand.Rand) float64 {
	mean, variance := l.denoise(x, sigma)
	return mean + math.Sqrt(variance)*rng.NormFloat64()
}

func (l vertexLaw) logDensity(x, sigma float64) float64 {
	return logNormal(x, l.centre, 1+sigma*sigma)
}

func (l vertexLaw) denoise(x, sigma float64) (mean, variance float64) {
	mu, v := smoothedCentre(x, sigma)
	return mu + v*l.centre, v
}

// logNormal returns the log density of N(mean, variance) at x.
func logNormal(x, mean, variance float64) float64 {
	return -(x-mean)*(x-mean)/(2*variance) - math.Log(2*math.Pi*variance)/2
}
