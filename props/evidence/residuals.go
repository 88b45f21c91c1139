package evidence

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// residuals are witnesses of r = x - B u, the part of a member that a linear regression on
// the data does not predict: its squared length, and products of neighbouring chosen
// coordinates and the sum over all pairs of them. They say of spread and correlation what a
// distance from the pool mean says, and say it on a pair too, where the two members lie at
// equal distances from their mean.
type residuals struct {
	index []int      // chosen coordinates
	b     *mat.Dense // d x m, of standardised x on standardised y
}

// maxRegressors bounds the length of y: with more, the pilot draws leave no residual.
const maxRegressors = pilotDraws / 4

// newResiduals regresses the rows of x on those of y (both of pilotDraws rows), each
// standardised, and whether there is anything to regress on. The regression only chooses
// what is looked at; its error costs power.
func newResiduals(x, y *mat.Dense, location, yLocation *scaling) (*residuals, bool) {
	n, d := x.Dims()
	_, m := y.Dims()
	if m > maxRegressors {
		return nil, false
	}
	z, u := mat.NewDense(n, d, nil), mat.NewDense(n, m, nil)
	for i := range n {
		location.standardise(z.RawRowView(i), x.RawRowView(i))
		yLocation.standardise(u.RawRowView(i), y.RawRowView(i))
	}
	gram := mat.NewSymDense(m, nil)
	gram.SymOuterK(1, u.T())
	for j := range m {
		gram.SetSym(j, j, gram.At(j, j)+1) // a ridge: columns of y may repeat
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(gram) {
		return nil, false
	}
	var cross, solution mat.Dense
	cross.Mul(u.T(), z)
	if cholesky.SolveTo(&solution, &cross) != nil {
		return nil, false
	}
	return &residuals{choose(location), mat.DenseCopyOf(solution.T())}, true
}

func (s *residuals) names() []string {
	names := []string{"squared length of the residual of x"}
	return append(names, pairNames("sum of products of residuals", "residuals of x[%d] x[%d]", s.index)...)
}
func (s *residuals) features() int { return 2 }
func (s *residuals) pooled() bool  { return false }
func (s *residuals) evaluate(dst [][]float64, p *pool) {
	residual := s.of(p)
	for i := range dst[0] {
		r := residual.RawRowView(i)
		dst[0][i] = floats.Dot(r, r)
		storePairs(dst[1:], i, r, s.index)
	}
}

// of returns the residuals of the members of a pool (members x d).
func (s *residuals) of(p *pool) *mat.Dense {
	d, _ := s.b.Dims()
	var predicted mat.VecDense
	predicted.MulVec(s.b, mat.NewVecDense(len(p.u), p.u))
	residual := mat.NewDense(p.members(), d, nil)
	for i := range p.members() {
		floats.SubTo(residual.RawRowView(i), p.z.RawRowView(i), predicted.RawVector().Data)
	}
	return residual
}
