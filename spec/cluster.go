package spec

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// negligible is the difference of log weights beyond which the smaller one is
// zero. e^-75 is 3e-33, so small that n of them, each times a squared distance of
// 10^10 deviations, stay below rounding for n up to 10^6.
const negligible = 75

// cluster is the components of a mixture that share one covariance.
type cluster struct {
	*covariance
	weight []float64  // one a component, in the user's units, all positive
	means  *mat.Dense // one row a component, d columns

	// Known once the cluster is prepared.
	logWeight []float64      // of the normalised weights
	points    blas64.General // the coordinates of mean - centre, one row a component
	norms     []float64      // the squared lengths of the points
	equal     bool           // the covariance is isotropic
}

// clusters is a Gaussian mixture arranged for computation: its components,
// cluster by cluster.
type clusters struct {
	dim    int
	total  int // the number of components
	list   []*cluster
	first  []int   // the number of the first component of each cluster
	frames []*span // the frames, each once

	once   sync.Once
	centre []float64 // the mean of the mixture, from which all points are taken

	smoothings levels[smoothingKey, []smoothed]

	scaleOnce         sync.Once
	narrowest, widest float64
}

// span is a frame and the numbers of the clusters whose covariance is diagonal in
// it.
type span struct {
	*frame
	members []int
}

// newClusters arranges clusters. Components of weight zero must not be among them.
func newClusters(dim int, list []*cluster) *clusters {
	m := &clusters{dim: dim, list: list}
	for g, c := range list {
		m.first = append(m.first, m.total)
		m.total += len(c.weight)
		at := slices.IndexFunc(m.frames, func(s *span) bool { return s.frame == c.frame })
		if at < 0 {
			at = len(m.frames)
			m.frames = append(m.frames, &span{frame: c.frame})
		}
		m.frames[at].members = append(m.frames[at].members, g)
	}
	return m
}

// prepare computes what all smoothings need, once.
func (m *clusters) prepare() { m.once.Do(m.doPrepare) }

func (m *clusters) doPrepare() {
	var top, sum float64
	for _, c := range m.list {
		for _, w := range c.weight {
			top = max(top, w)
		}
	}
	for _, c := range m.list {
		for _, w := range c.weight {
			sum += w / top
		}
	}
	m.centre = make([]float64, m.dim)
	for _, c := range m.list {
		c.logWeight = make([]float64, len(c.weight))
		for k, w := range c.weight {
			c.logWeight[k] = math.Log(w) - math.Log(top) - math.Log(sum)
			axpy(w/top/sum, c.means.RawRowView(k), m.centre)
		}
	}
	var s scratch
	for _, c := range m.list {
		c.points = c.centred(c.means.RawMatrix(), m.centre, &s)
		c.norms = make([]float64, len(c.weight))
		for k := range c.norms {
			p := row(c.points, k)
			c.norms[k] = dot(p, p)
		}
		c.equal = c.isotropic()
	}
}

// smoothed is a cluster smoothed by one sigma.
type smoothed struct {
	*cluster
	*smoothing
	direct bool      // few points, or few rows: no matrix product
	bias   []float64 // log weight + log norm - |p_k|^2/2, whitened; unless direct
	radius float64   // the largest whitened |p_k|; unless direct
}

// smoothingKey is what a smoothing depends on.
type smoothingKey struct {
	sigma float64
	few   bool // fewer than three rows
}

// smooth returns all clusters smoothed by sigma, for use on n rows.
func (m *clusters) smooth(sigma float64, n int) []smoothed {
	few := n < 3
	return m.smoothings.get(smoothingKey{sigma, few}, len(m.list)*smoothedSize+m.total, func() []smoothed { return m.smoothed(sigma, few) })
}

// smoothedSize is how many numbers a smoothed cluster takes apart from those of its covariance,
// which remembers them, and its components.
const smoothedSize = 8

func (m *clusters) smoothed(sigma float64, few bool) []smoothed {
	m.prepare()
	all := make([]smoothed, len(m.list))
	for i, c := range m.list {
		s := smoothed{cluster: c, smoothing: c.covariance.smooth(sigma)}
		k := len(c.weight)
		s.direct = k < 4 || few && !c.equal
		if !s.direct {
			s.bias = make([]float64, k)
			for j := range s.bias {
				var norm float64 // squared, whitened
				if c.equal {
					norm = c.norms[j] * s.whiten[0] * s.whiten[0]
				} else {
					norm = whitenedNorm2(row(c.points, j), s.whiten)
				}
				s.bias[j] = c.logWeight[j] + s.logNorm - norm/2
				s.radius = max(s.radius, math.Sqrt(norm))
			}
		}
		all[i] = s
	}
	return all
}

// accurate is the error of a log weight up to which the matrix product is good
// enough.
const accurate = 1e-11

// logits stores in w (n x k) the log of weight times density at the points of
// coordinates z (n x size) for each component, and returns bounds on the errors of
// each row, zero for rows that are good enough.
func (c *smoothed) logits(w, z blas64.General, s *scratch) (slack []float64) {
	slack = s.vector(z.Rows)
	if c.direct {
		for i := range z.Rows {
			slack[i] = 0
			to := row(w, i)
			for k := range to {
				to[k] = c.logit(row(z, i), k)
			}
		}
		return slack
	}
	x := s.matrix(z.Rows, z.Cols)
	for i := range z.Rows {
		to := row(x, i)
		var norm float64
		for j, v := range row(z, i) {
			u := v * c.whiten[j]
			to[j] = u * c.whiten[j]
			norm += u * u
		}
		slack[i] = norm
	}
	multiply(w, 1, x, blas.Trans, c.points, 0)
	for i := range z.Rows {
		norm := slack[i]
		// Three sums of products, each off by a few roundings of its size.
		size := math.Sqrt(norm) + c.radius
		slack[i] = 4 * machine * size * size
		if slack[i] < accurate {
			slack[i] = 0
		}
		to := row(w, i)
		for k, bias := range c.bias {
			to[k] += bias - norm/2
		}
	}
	return slack
}

// logit returns the log of weight times density of component k at the point of
// coordinates z, accurately.
func (c *smoothed) logit(z []float64, k int) float64 {
	return c.logWeight[k] + c.logNorm - whitenedDistance2(z, row(c.points, k), c.whiten)/2
}

func whitenedNorm2(p, whiten []float64) float64 {
	var sum float64
	for j, v := range p {
		u := v * whiten[j]
		sum += u * u
	}
	return sum
}

func whitenedDistance2(z, p, whiten []float64) float64 {
	p, whiten = p[:len(z)], whiten[:len(z)]
	var even, odd float64 // two sums, which the processor takes side by side
	j := 0
	for ; j+1 < len(z); j += 2 {
		u := (z[j] - p[j]) * whiten[j]
		v := (z[j+1] - p[j+1]) * whiten[j+1]
		even += u * u
		odd += v * v
	}
	if j < len(z) {
		u := (z[j] - p[j]) * whiten[j]
		even += u * u
	}
	return even + odd
}
