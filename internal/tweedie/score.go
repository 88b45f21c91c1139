// Package tweedie turns denoisers into scores.
package tweedie

import "gonum.org/v1/gonum/mat"

// Score stores in dst (n x d) the gradient of the log density of a law smoothed by sigma > 0,
// (D(x) - x) / sigma^2 (Tweedie's formula), at the rows of x (n x d). dst must not be x.
func Score(dst *mat.Dense, p interface {
	Denoise(dst, x *mat.Dense, sigma float64)
}, x *mat.Dense, sigma float64) {
	p.Denoise(dst, x, sigma)
	dst.Sub(dst, x)
	dst.Scale(1/(sigma*sigma), dst)
}
