package reduction

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// secretDenoiser returns mean and variance of an unscaled secret coordinate
// R s + N(0,1), s uniform in +-1, given its smoothed value x:
//
//	mean = (x + sigma^2 R tanh(R x/(1+sigma^2))) / (1+sigma^2).
//
// The rest of the problem is told nothing.
func secretDenoiser(x, sigma, R float64) (mean, variance float64) {
	mu, v := smoothedCentre(x, sigma)
	t := math.Tanh(R * mu)
	return mu + v*R*t, v + v*v*R*R*(1-t*t)
}

// Denoise is the polynomial-time denoiser: the secret coordinates are
// denoised one by one, as if nothing else were known, and the outputs as points of
// the coset of f of the signs. It is exact for padding, and close to exact where
// either the signs of x reveal the secret (small sigma) or the coset hardly
// matters (large sigma). Rows are points; sigma is in the scaled units.
func (in *Instance) Denoise(dst, x *mat.Dense, sigma float64) {
	in.denoise(dst, nil, x, sigma)
}

// Linearize is Denoise and returns the product with the Jacobian of the same rule,
// which is diagonal: the bits are constant almost everywhere.
func (in *Instance) Linearize(dst, x *mat.Dense, sigma float64) (jacobian func(dst, v *mat.Dense)) {
	rows, d := x.Dims()
	diagonal := mat.NewDense(rows, d, nil)
	in.denoise(dst, diagonal, x, sigma)
	return func(dst, v *mat.Dense) { dst.MulElem(diagonal, v) }
}

// denoise stores the denoised rows of x in dst and, unless it is nil, the diagonal
// of the Jacobian in diagonal.
func (in *Instance) denoise(dst, diagonal, x *mat.Dense, sigma float64) {
	R, n, m := in.dials.R, in.function.N, in.function.M
	unscaled := sigma * R
	in.eval.signs(x, func(row int, output func(j int) bool) {
		from, to := x.RawRowView(row), dst.RawRowView(row)
		for i, v := range from {
			var mean, variance float64
			switch {
			case i < n:
				mean, variance = secretDenoiser(v*R, unscaled, R)
			case i < n+m:
				mean, variance = in.laws[index(output(i-n))].denoise(v*R, unscaled)
			default:
				mean, variance = smoothedCentre(v*R, unscaled)
			}
			to[i] = mean / R
			if diagonal != nil {
				diagonal.Set(row, i, variance/(unscaled*unscaled))
			}
		}
	})
}

// LogDensity stores in dst the log density of the smoothed law of the same local
// rule, in which the outputs follow f of the signs of the smoothed point. It is a
// density, exact but for the probability n Q(R/sqrt(1+sigma^2)) that a sign is wrong;
// the law itself has none at sigma = 0 (NaN).
func (in *Instance) LogDensity(dst []float64, x *mat.Dense, sigma float64) {
	R, n, m := in.dials.R, in.function.N, in.function.M
	unscaled := sigma * R
	in.eval.signs(x, func(row int, output func(j int) bool) {
		sum := float64(in.Dim()) * math.Log(R)
		for i, v := range x.RawRowView(row) {
			switch {
			case sigma == 0:
				sum = math.NaN()
			case i < n:
				sum += logSecretDensity(v*R, unscaled, R)
			case i < n+m:
				sum += in.laws[index(output(i-n))].logDensity(v*R, unscaled)
			default:
				sum += logNormal(v*R, 0, 1+unscaled*unscaled)
			}
		}
		dst[row] = sum
	})
}

// logSecretDensity returns the log density of R s + N(0, 1 + sigma^2) at x.
func logSecretDensity(x, sigma, R float64) float64 {
	near, far := math.Abs(x)-R, math.Abs(x)+R
	variance := 1 + sigma*sigma
	return logNormal(near, 0, variance) + math.Log1p(math.Exp((near*near-far*far)/(2*variance))) - math.Ln2
}
