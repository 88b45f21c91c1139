package spec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/mat"
)

// Mixture is a finite mixture of Gaussians. It is closed under every linear
// measurement.
//
// Components with the same covariance share the work that it takes, and a
// covariance costs less the simpler it is: isotropic and diagonal ones need no
// change of basis.
type Mixture struct {
	*clusters
}

var (
	_ Density     = (*Mixture)(nil)
	_ Denoiser    = (*Mixture)(nil)
	_ Conditioner = (*Mixture)(nil)
)

// NewMixture returns the mixture of components (all on the same R^d) with the given
// weights, one a component, which need not sum to 1. It is an error unless the
// weights are finite, at least zero and not all zero. Components of weight zero
// are left out.
func NewMixture(weights []float64, components []*Gaussian) (*Mixture, error) {
	if len(weights) != len(components) {
		return nil, fmt.Errorf("mixture: %d weights for %d components", len(weights), len(components))
	}
	if err := checkVector("mixture: weights", weights); err != nil {
		return nil, err
	}
	dim := components[0].Dim()
	var list []*cluster
	var means [][]float64 // of each cluster, row after row
	for k, g := range components {
		switch {
		case g.Dim() != dim:
			return nil, fmt.Errorf("mixture: component %d has dimension %d, component 0 has dimension %d", k, g.Dim(), dim)
		case weights[k] < 0:
			return nil, fmt.Errorf("mixture: weights[%d] is %v: a weight cannot be negative", k, weights[k])
		case weights[k] == 0:
			continue
		}
		at := slices.IndexFunc(list, func(c *cluster) bool { return c.covariance.same(g.cov) })
		if at < 0 {
			at = len(list)
			list = append(list, &cluster{covariance: g.cov})
			means = append(means, nil)
		}
		list[at].weight = append(list[at].weight, weights[k])
		means[at] = append(means[at], g.mean...)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("mixture: all weights are zero")
	}
	var covs []*covariance
	for i, c := range list {
		c.means = mat.NewDense(len(c.weight), dim, means[i])
		c.covariance = c.shareFrame(covs)
		covs = append(covs, c.covariance)
	}
	return &Mixture{newClusters(dim, list)}, nil
}

// shareFrame returns the same covariance with the frame of an earlier one, if one
// has the same coordinates.
func (c *covariance) shareFrame(earlier []*covariance) *covariance {
	for _, e := range earlier {
		if e.frame.same(c.frame) {
			return &covariance{frame: e.frame, dev: c.dev, given: c.given}
		}
	}
	return c
}

// same reports whether two frames have the same coordinates.
func (f *frame) same(g *frame) bool {
	if f == g {
		return true
	}
	return f.dim == g.dim && (f.basis == nil) == (g.basis == nil) && (f.basis == nil || mat.Equal(f.basis, g.basis))
}

// same reports whether two covariances are the same.
func (c *covariance) same(o *covariance) bool {
	return c == o || slices.Equal(c.dev, o.dev) && c.frame.same(o.frame)
}

// Dim returns d.
func (m *clusters) Dim() int { return m.dim }

// Len returns the number of components, not counting those of weight zero.
func (m *clusters) Len() int { return m.total }

// Component returns component k and its weight (not normalised). Components with
// the same covariance stand together; apart from that they keep the order in which
// they were given.
func (m *clusters) Component(k int) (weight float64, g *Gaussian) {
	at := sort.SearchInts(m.first, k+1) - 1
	c := m.list[at]
	k -= m.first[at]
	return c.weight[k], &Gaussian{slices.Clone(c.means.RawRowView(k)), c.covariance}
}

// Sample implements [Prior].
func (m *clusters) Sample(dst *mat.Dense, rng *rand.Rand) {
	n := checkBatch(m.dim, dst)
	m.prepare()
	cumulative := make([]float64, 0, m.total)
	var sum float64
	for _, c := range m.list {
		for _, l := range c.logWeight {
			sum += math.Exp(l)
			cumulative = append(cumulative, sum)
		}
	}
	chosen := make([]int, n)
	for i := range n {
		u := rng.Float64() * sum
		chosen[i] = min(sort.Search(m.total, func(k int) bool { return cumulative[k] > u }), m.total-1)
		x := dst.RawRowView(i)
		for j := range x {
			x[j] = rng.NormFloat64()
		}
	}
	eachChunk(n, func(lo, hi int, s *scratch) {
		x := rowRange(dst.RawMatrix(), lo, hi)
		gathered := s.matrix(x.Rows, x.Cols)
		var rows []int
		for g, c := range m.list {
			rows = rows[:0]
			for i, k := range chosen[lo:hi] {
				if k >= m.first[g] && k < m.first[g]+len(c.weight) {
					copy(row(gathered, len(rows)), row(x, i))
					rows = append(rows, i)
				}
			}
			if len(rows) == 0 {
				continue
			}
			part := rowRange(gathered, 0, len(rows))
			c.colour(part, part, s)
			for j, i := range rows {
				copy(row(x, i), row(part, j))
				axpy(1, c.means.RawRowView(chosen[lo+i]-m.first[g]), row(x, i))
			}
		}
	})
}

// Scale implements [Denoiser]. The widest deviation is sqrt(a^2 + b^2), where a is
// the largest deviation of any component, however light, and b that of the means:
// exact for components of one isotropic covariance, an upper bound otherwise.
func (m *clusters) Scale() (narrowest, widest float64) {
	m.prepare()
	m.scaleOnce.Do(func() { m.narrowest, m.widest = m.scale() })
	return m.narrowest, m.widest
}

func (m *clusters) scale() (narrowest, widest float64) {
	narrowest = math.Inf(1)
	for _, c := range m.list {
		if n, w := c.covariance.scale(); w > 0 {
			narrowest, widest = min(narrowest, n), max(widest, w)
		}
	}
	if widest == 0 { // point masses: smoothing below their distances leaves them apart
		narrowest = m.closest()
		if math.IsInf(narrowest, 1) {
			far := rounding(m.centre)
			return far, far
		}
	}
	widest = math.Hypot(widest, m.spread())
	return min(narrowest, widest), widest
}

// spread returns the largest deviation of the means, by the power method from the
// mean that counts most. What 50 steps leave of the error is a few percent at worst,
// where deviations are as good as equal (Kuczynski and Wozniakowski, 1992).
func (m *clusters) spread() float64 {
	v := make([]float64, m.dim)
	next := make([]float64, m.dim)
	difference := make([]float64, m.dim)
	visit := func(f func(w float64, p []float64)) {
		for _, c := range m.list {
			for k, l := range c.logWeight {
				for j, x := range c.means.RawRowView(k) {
					difference[j] = x - m.centre[j]
				}
				f(math.Exp(l/2), difference)
			}
		}
	}
	var top float64
	visit(func(w float64, p []float64) {
		if norm := w * length(p); norm > top {
			top = norm
			copy(v, p)
		}
	})
	if top == 0 {
		return 0
	}
	var value float64
	for range 50 {
		norm := length(v)
		if norm == 0 { // the means differ by less than can be told
			break
		}
		clear(next)
		visit(func(w float64, p []float64) { axpy(w*w*(dot(p, v)/norm), p, next) })
		v, next = next, v
		previous := value
		value = math.Sqrt(length(v))
		if value-previous < 1e-6*value {
			break
		}
	}
	return value
}

// closest returns the least positive distance between two means; infinity if they
// are all the same.
func (m *clusters) closest() float64 {
	least := math.Inf(1)
	for _, a := range m.list {
		for i := range a.weight {
			for _, b := range m.list {
				for k := range b.weight {
					var sum float64
					for j, x := range a.means.RawRowView(i) {
						sum += (x - b.means.At(k, j)) * (x - b.means.At(k, j))
					}
					if sum > 0 {
						least = min(least, math.Sqrt(sum))
					}
				}
			}
		}
	}
	return least
}
