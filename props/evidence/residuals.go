package evidence

import (
	"fmt"
	"math"

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
	if len(s.index) > 1 {
		names = append(names, "sum of products of residuals")
		for k := range len(s.index) - 1 {
			names = append(names, fmt.Sprintf("residuals of x[%d] x[%d]", s.index[k], s.index[k+1]))
		}
	}
	return names
}
func (s *residuals) features() int { return 2 }
func (s *residuals) pooled() bool  { return false }
func (s *residuals) evaluate(dst [][]float64, p *pool) {
	d, _ := s.b.Dims()
	predicted, r := make([]float64, d), make([]float64, d)
	mat.NewVecDense(d, predicted).MulVec(s.b, mat.NewVecDense(len(p.u), p.u))
	for i := range dst[0] {
		floats.SubTo(r, p.z.RawRowView(i), predicted)
		dst[0][i] = floats.Dot(r, r)
		if len(dst) == 1 {
			continue
		}
		sum, squares, last := 0.0, 0.0, math.NaN()
		for k, j := range s.index {
			t := r[j]
			sum += t
			squares += t * t
			if k > 0 {
				dst[k+1][i] = last * t
			}
			last = t
		}
		dst[1][i] = (sum*sum - squares) / 2
	}
}
