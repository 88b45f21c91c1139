package evidence

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// landmarks are some draws of the prior that stay the same in every call. The one whose
// noiseless measurement is nearest to y, or, where there is no such thing, that makes y most
// likely, is a reference point that follows the data: the witness is the nearness of a
// member to it. And together they say, roughly and whatever
// is in the pool, how large the posterior density gets.
type landmarks struct {
	x          *mat.Dense      // points x d
	z          *mat.Dense      // the same, standardised
	ax         *mat.Dense      // A x, points x m; nil if m = 0, or it is unknown
	beta       float64         // of a linear measurement; 0 for others
	likelihood spec.Likelihood // of others; nil if unknown
}

// maxLandmarks bounds what a call pays for them.
const maxLandmarks = 64

// newLandmarks takes the first rows of x, draws of the prior.
func newLandmarks(p *spec.Problem, x *mat.Dense, location *scaling) *landmarks {
	_, d := x.Dims()
	s := &landmarks{x: mat.DenseCopyOf(x.Slice(0, maxLandmarks, 0, d))}
	if linear, ok := p.Linear(); ok {
		s.beta = linear.Beta()
	} else {
		s.likelihood, _ = p.Likelihood()
	}
	s.z = standardised(s.x, location)
	if forward, ok := p.Forward(); ok && p.Rows() > 0 {
		s.ax = mat.NewDense(maxLandmarks, p.Rows(), nil)
		forward.Forward(s.ax, s.x)
	}
	return s
}

func (s *landmarks) count() int { return s.x.RawMatrix().Rows }

// follow reports whether it can be told which landmark fits y.
func (s *landmarks) follow() bool { return s.ax != nil || s.likelihood != nil }

// misfit returns |y - A x| of landmark k; 0 if nothing is measured.
func (s *landmarks) misfit(k int, y []float64) float64 {
	if s.ax == nil {
		return 0
	}
	return floats.Distance(s.ax.RawRowView(k), y, 2)
}

// nearest returns the landmark that fits y best.
func (s *landmarks) nearest(y []float64) (best int) {
	if s.ax == nil {
		return floats.MaxIdx(s.logLikelihood(y))
	}
	least := math.Inf(1)
	for k := range s.count() {
		if r := s.misfit(k, y); r < least {
			best, least = k, r
		}
	}
	return best
}

func (s *landmarks) logLikelihood(y []float64) []float64 {
	logs := make([]float64, s.count())
	if s.likelihood != nil {
		s.likelihood.LogLikelihood(logs, s.x, y)
	}
	return logs
}

// largest returns the largest of log p(y | x) + logPrior over the landmarks.
func (s *landmarks) largest(logPrior, y []float64) float64 {
	top := math.Inf(-1)
	if s.beta == 0 {
		for k, log := range s.logLikelihood(y) {
			top = max(top, log+logPrior[k])
		}
		return top
	}
	noise := float64(len(y)) * math.Log(math.Sqrt(2*math.Pi)*s.beta)
	for k, log := range logPrior {
		r := s.misfit(k, y) / s.beta
		top = max(top, log-r*r/2-noise)
	}
	return top
}

func (s *landmarks) Names() []string { return []string{nameNearness} }
func (s *landmarks) Learned() int    { return 1 }
func (s *landmarks) Pooled() bool    { return false }
func (s *landmarks) Evaluate(dst [][]float64, p *Pool) {
	best := s.nearest(p.Y)
	for i := range dst[0] {
		dst[0][i] = -floats.Distance(p.Z.RawRowView(i), s.z.RawRowView(best), 2)
	}
}
