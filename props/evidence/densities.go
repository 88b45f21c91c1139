package evidence

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"assay/spec"
)

// densities are the witnesses log p(y | x), log p(x), their sum, and how far out
// in the tail of the posterior a member lies, as far as the problem has them. The
// prior density is smoothed by sigma, far above the blur of the pool, so that a
// singular prior has one too. The depth in the tail compares with the rest of the
// pool, so pairs do without it.
type densities struct {
	depth       bool
	measurement spec.Measurement
	prior       spec.Density // nil if unknown
	sigma       float64
	dim         int
}

func newDensities(p *spec.Problem, sigma float64, pairs bool) *densities {
	s := &densities{measurement: p.Measurement(), sigma: sigma, dim: p.Prior().Dim()}
	s.prior, _ = p.Prior().(spec.Density)
	s.depth = s.prior != nil && !pairs
	return s
}

func (s *densities) measured() bool { return s.measurement.Rows() > 0 }

func (s *densities) names() []string {
	var names []string
	if s.measured() {
		names = append(names, "log-likelihood")
	}
	if s.prior != nil {
		names = append(names, "log prior density")
	}
	if len(names) == 2 {
		names = append(names, "log posterior density")
	}
	if s.depth {
		names = append(names, "depth in the tail")
	}
	return names
}

func (s *densities) features() int { return 2 }
func (s *densities) pooled() bool  { return false }

func (s *densities) evaluate(dst [][]float64, p *pool) {
	if s.measured() {
		s.measurement.LogLikelihood(dst[0], p.x, p.y)
	}
	if s.prior == nil {
		return
	}
	posterior := dst[0]
	if s.measured() {
		s.prior.LogDensity(dst[1], p.x, s.sigma)
		posterior = dst[2]
		floats.AddTo(posterior, dst[0], dst[1])
	} else {
		s.prior.LogDensity(posterior, p.x, s.sigma)
	}
	if !s.depth {
		return
	}
	depth := dst[len(dst)-1]
	top := floats.Max(posterior)
	for i, v := range posterior {
		depth[i] = math.Log(float64(s.dim)/2 + top - v)
	}
}
