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
	depth      bool
	landmarks  *landmarks
	logPrior   []float64       // of each landmark; nil if unknown
	likelihood spec.Likelihood // nil if unknown, or nothing is measured
	prior      spec.Density    // nil if unknown
	sigma      float64
	dim        int
}

func newDensities(p *spec.Problem, sigma float64, landmarks *landmarks, pairs bool) *densities {
	s := &densities{sigma: sigma, dim: p.Dim(), landmarks: landmarks}
	s.prior, _ = p.Density()
	if p.Rows() > 0 {
		s.likelihood, _ = p.Likelihood()
	}
	s.depth = s.prior != nil && !pairs && (s.likelihood != nil || p.Rows() == 0)
	if s.depth {
		s.logPrior = make([]float64, landmarks.count())
		s.prior.LogDensity(s.logPrior, landmarks.x, sigma)
	}
	return s
}

func (s *densities) Names() []string {
	var names []string
	if s.likelihood != nil {
		names = append(names, nameLikelihood)
	}
	if s.prior != nil {
		names = append(names, namePrior)
	}
	if s.depth {
		names = append(names, nameTail, nameDepth)
	}
	if s.prior != nil && s.likelihood != nil {
		names = append(names, namePosterior)
	}
	return names
}

// features returns 3: likelihood, prior, and where it is known what lies in the tail.
func (s *densities) Learned() int { return 3 }
func (s *densities) Pooled() bool { return false }

func (s *densities) Evaluate(dst [][]float64, p *Pool) {
	if s.likelihood != nil {
		s.likelihood.LogLikelihood(dst[0], p.X, p.Y)
	}
	if s.prior == nil {
		return
	}
	posterior := dst[0]
	tail := dst[1:]
	if s.likelihood != nil {
		s.prior.LogDensity(dst[1], p.X, s.sigma)
		posterior, tail = dst[len(dst)-1], dst[2:]
		floats.AddTo(posterior, dst[0], dst[1])
	} else {
		s.prior.LogDensity(posterior, p.X, s.sigma)
	}
	if s.depth {
		s.evaluateTail(tail[0], tail[1], posterior, p.Y)
	}
}

// evaluateTail stores the weight of the tail and the depth in it of members whose log
// posterior density, up to a constant, is given.
func (s *densities) evaluateTail(weight, depth, posterior, y []float64) {
	top := max(floats.Max(posterior), s.landmarks.largest(s.logPrior, y))
	d := float64(s.dim)
	for i, v := range posterior {
		below := min(top-v, 1e300) // also where the density is 0
		weight[i] = below - (tailDegrees+d)/2*math.Log1p(2*below/(tailDegrees-2))
		depth[i] = math.Log(d/2 + below)
	}
}

// tailDegrees is the number of degrees of freedom of the t law that the witness "weight of
// the tail" looks for: it is the log ratio of the t density to the normal density of the
// same covariance, which is large far out and at the centre. Laws of other degrees differ
// from the normal one in nearly the same direction.
const tailDegrees = 5
