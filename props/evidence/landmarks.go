package evidence

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// landmarks are some draws of the prior that stay the same in every call. The one whose
// noiseless measurement is nearest to y is a reference point that follows the data: the
// witness is the nearness of a member to it. And together they say, roughly and whatever
// is in the pool, how large the posterior density gets.
type landmarks struct {
	x    *mat.Dense // points x d
	z    *mat.Dense // the same, standardised
	ax   *mat.Dense // A x, points x m; nil if m = 0
	beta float64
}

// maxLandmarks bounds what a call pays for them.
const maxLandmarks = 64

// newLandmarks takes the first rows of x, draws of the prior.
func newLandmarks(p *spec.Problem, x *mat.Dense, location *scaling) *landmarks {
	_, d := x.Dims()
	s := &landmarks{
		x:    mat.DenseCopyOf(x.Slice(0, maxLandmarks, 0, d)),
		beta: p.Measurement().Beta(),
	}
	s.z = standardised(s.x, location)
	if m := p.Measurement().Rows(); m > 0 {
		s.ax = mat.NewDense(maxLandmarks, m, nil)
		p.Measurement().Apply(s.ax, s.x)
	}
	return s
}

func (s *landmarks) count() int { return s.x.RawMatrix().Rows }

// misfit returns |y - A x| of landmark k; 0 if nothing is measured.
func (s *landmarks) misfit(k int, y []float64) float64 {
	if s.ax == nil {
		return 0
	}
	return floats.Distance(s.ax.RawRowView(k), y, 2)
}

// largest returns the largest of log p(y | x) + logPrior over the landmarks.
func (s *landmarks) largest(logPrior, y []float64) float64 {
	top := math.Inf(-1)
	noise := float64(len(y)) * math.Log(math.Sqrt(2*math.Pi)*s.beta)
	for k, log := range logPrior {
		r := s.misfit(k, y) / s.beta
		top = max(top, log-r*r/2-noise)
	}
	return top
}

func (s *landmarks) Names() []string { return []string{"nearness to the prior draw that fits y best"} }
func (s *landmarks) Learned() int    { return 1 }
func (s *landmarks) Pooled() bool    { return false }
func (s *landmarks) Evaluate(dst [][]float64, p *Pool) {
	best, least := 0, math.Inf(1)
	for k := range s.count() {
		if r := s.misfit(k, p.Y); r < least {
			best, least = k, r
		}
	}
	for i := range dst[0] {
		dst[0][i] = -floats.Distance(p.Z.RawRowView(i), s.z.RawRowView(best), 2)
	}
}
