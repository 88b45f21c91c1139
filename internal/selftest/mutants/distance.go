package mutants

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// wasserstein returns the root mean square over y of the 2-Wasserstein distance between
// the posterior and the wrong law given y, and, to compare it with, the root of the
// trace of the posterior covariance. For Gaussians (Gelbrich 1990)
// W2^2 = |m - m'|^2 + tr(C + C' - 2 (C^1/2 C' C^1/2)^1/2), and here m - m' is affine in
// the Gaussian y.
func (g gaussian) wasserstein(wrong affine) (w2, radius float64) {
	right := g.exact()
	d, m := right.gain.Dims()

	var dg, ds, dgs mat.Dense
	dg.Sub(wrong.gain, right.gain)
	ds.Mul(&dg, g.evidence())
	dgs.Mul(&ds, dg.T())
	ym, shift := mat.NewVecDense(m, nil), mat.NewVecDense(d, nil)
	ym.MulVec(g.a, g.mean)
	shift.MulVec(&dg, ym)
	shift.AddVec(shift, wrong.offset)
	shift.SubVec(shift, right.offset)
	square := mat.Dot(shift, shift) + mat.Trace(&dgs)

	var c, cw mat.Dense
	c.Mul(right.factor, right.factor.T())
	cw.Mul(wrong.factor, wrong.factor.T())
	// With C = F F^T and C' = G G^T the trace of the root is the sum of the singular
	// values of F^T G.
	var cross mat.Dense
	cross.Mul(right.factor.T(), wrong.factor)
	var svd mat.SVD
	if !svd.Factorize(&cross, mat.SVDNone) {
		return math.NaN(), math.NaN()
	}
	square += mat.Trace(&c) + mat.Trace(&cw)
	for _, s := range svd.Values(nil) {
		square -= 2 * s
	}
	return math.Sqrt(max(0, square)), math.Sqrt(mat.Trace(&c))
}
