package evidence

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// residuals are witnesses of r = x - B u, the part of a member that a linear regression on
// the data does not predict: its squared length, and what is new in each chosen coordinate.
// The innovation of a coordinate is the part of its residual that the residuals of the
// chosen coordinates before it do not predict, in units of its deviation. An error in a
// direction in which the posterior is narrow, such as a wrong correlation of two
// coordinates that nearly agree, is small compared with either of them and large compared with the
// innovation of the second. Their squares, and products of neighbours, say of spread and
// correlation what a distance from the pool mean says, and say it on a pair too, where the
// two members lie at equal distances from their mean.
type residuals struct {
	index []int      // chosen coordinates
	b     *mat.Dense // d x m, of standardised x on standardised y; nil to predict nothing
	lower *mat.TriDense
}

// maxRegressors bounds the length of y: with more, the pilot draws leave no residual.
const maxRegressors = pilotDraws / 4

// newResiduals takes draws of the prior (rows of z, standardised) and what was measured of
// them (rows of u, standardised; nil if nothing), and regresses the one on the other unless
// there is too much to regress on. The regression only chooses what is looked at; its error
// costs power.
func newResiduals(z, u *mat.Dense, index []int) *residuals {
	n, _ := z.Dims()
	s := &residuals{index: index}
	rest := mat.DenseCopyOf(z)
	if u != nil && u.RawMatrix().Cols <= maxRegressors {
		if solution := regress(z, u); solution != nil {
			s.b = mat.DenseCopyOf(solution.T())
			var predicted mat.Dense
			predicted.Mul(u, solution)
			rest.Sub(rest, &predicted)
		}
	}
	k := len(index)
	covariance := mat.NewSymDense(k, nil)
	trace := 0.0
	first, second := make([]float64, n), make([]float64, n)
	for i := range k {
		mat.Col(first, index[i], rest)
		for j := i; j < k; j++ {
			mat.Col(second, index[j], rest)
			covariance.SetSym(i, j, floats.Dot(first, second)/float64(n))
		}
		trace += covariance.At(i, i)
	}
	// The ridge is for coordinates that follow from the others: it bounds what a move off
	// the support counts for. The witnesses of densities look closer.
	ridge := innovationRidge*trace/float64(k) + 1e-300
	for i := range k {
		covariance.SetSym(i, i, covariance.At(i, i)+ridge)
	}
	s.lower = mat.NewTriDense(k, mat.Lower, nil)
	var cholesky mat.Cholesky
	if cholesky.Factorize(covariance) {
		cholesky.LTo(s.lower)
		return s
	}
	for i := range k { // draws beyond all scales: leave the residuals as they are
		s.lower.SetTri(i, i, 1)
	}
	return s
}

// innovationRidge is a variance, relative to the mean variance of the residuals.
const innovationRidge = 1e-6

// regress returns the coefficients (m x d) of the rows of z on those of u; nil if there are
// none.
func regress(z, u *mat.Dense) *mat.Dense {
	_, m := u.Dims()
	gram := mat.NewSymDense(m, nil)
	gram.SymOuterK(1, u.T())
	for j := range m {
		gram.SetSym(j, j, gram.At(j, j)+1) // a ridge: columns of u may repeat
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(gram) {
		return nil
	}
	var cross, solution mat.Dense
	cross.Mul(u.T(), z)
	if cholesky.SolveTo(&solution, &cross) != nil {
		return nil
	}
	return &solution
}

func (s *residuals) Names() []string {
	names := []string{"squared length of the residual of x"}
	if len(s.index) == 1 {
		return names
	}
	names = append(names, "squared length of the innovations of x")
	for _, j := range s.index {
		names = append(names, fmt.Sprintf("squared innovation of x[%d]", j))
	}
	return append(names, pairNames("sum of products of innovations", "innovations of x[%d] x[%d]", s.index)...)
}
func (s *residuals) Learned() int { return 2 }
func (s *residuals) Pooled() bool { return false }
func (s *residuals) Evaluate(dst [][]float64, p *Pool) {
	residual := s.of(p)
	for i := range p.Members() {
		r := residual.RawRowView(i)
		dst[0][i] = floats.Dot(r, r)
	}
	k := len(s.index)
	if k == 1 {
		return
	}
	innovations := s.innovations(residual)
	places := make([]int, k)
	for c := range places {
		places[c] = c
	}
	for i := range p.Members() {
		w := innovations.RawRowView(i)
		dst[1][i] = floats.Dot(w, w)
		for c, v := range w {
			dst[2+c][i] = v * v
		}
		storePairs(dst[2+k:], i, w, places)
	}
}

// of returns the residuals of the members of a pool (members x d).
func (s *residuals) of(p *Pool) *mat.Dense {
	if s.b == nil {
		return p.Z
	}
	var predicted mat.VecDense
	predicted.MulVec(s.b, mat.NewVecDense(len(p.U), p.U))
	residual := mat.DenseCopyOf(p.Z)
	for i := range p.Members() {
		floats.Sub(residual.RawRowView(i), predicted.RawVector().Data)
	}
	return residual
}

// innovations returns those of the chosen coordinates (members x chosen).
func (s *residuals) innovations(residual *mat.Dense) *mat.Dense {
	members, _ := residual.Dims()
	w := mat.NewDense(members, len(s.index), nil)
	for i := range members {
		for c, j := range s.index {
			w.Set(i, c, residual.At(i, j))
		}
	}
	blas64.Trsm(blas.Right, blas.Trans, 1, s.lower.RawTriangular(), w.RawMatrix())
	return w
}
