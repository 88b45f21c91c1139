package spec

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// LogDensity implements [Density].
func (m *clusters) LogDensity(dst []float64, x *mat.Dense, sigma float64) {
	n := checkBatch(m.dim, x)
	all := m.smooth(sigma, n)
	for _, c := range all {
		if c.logNorm != c.logNorm { // a part of the law has no density
			for i := range dst {
				dst[i] = c.logNorm
			}
			return
		}
	}
	eachChunk(n, func(lo, hi int, s *scratch) {
		r := m.respond(rowRange(x.RawMatrix(), lo, hi), all, s)
		copy(dst[lo:hi], r.log)
	})
}

// Denoise implements [Denoiser].
func (m *clusters) Denoise(dst, x *mat.Dense, sigma float64) {
	n := checkBatch(m.dim, x, dst)
	all := m.smooth(sigma, n)
	eachChunk(n, func(lo, hi int, s *scratch) {
		r := m.respond(rowRange(x.RawMatrix(), lo, hi), all, s)
		m.denoise(rowRange(dst.RawMatrix(), lo, hi), r, all, s, nil)
	})
}

// denoise stores the posterior means in dst (n x d): within a cluster of
// covariance C a component of mean m_k contributes
// keep (x - centre) + pull (m_k - centre), coordinate by coordinate. It hands
// each cluster's total weights (n) and sums of w_k (m_k - centre) (n x size) to
// record, unless that is nil.
func (m *clusters) denoise(dst blas64.General, r response, all []smoothed, s *scratch, record func(g int, mass []float64, q blas64.General)) {
	mass := s.vector(dst.Rows)
	for f, span := range m.frames {
		z := r.z[f]
		out := s.matrix(z.Rows, z.Cols)
		q := s.matrix(z.Rows, z.Cols)
		for _, g := range span.members {
			c, w := &all[g], m.of(r.w, g)
			c.average(q, w, r.count[g])
			for i := range z.Rows {
				mass[i] = 1
				if len(all) > 1 {
					mass[i] = sum(row(w, i))
				}
				to, q := row(out, i), row(q, i)
				if g == span.members[0] {
					clear(to)
				}
				for j, v := range row(z, i) {
					to[j] += mass[i]*c.keep[j]*v + c.pull[j]*q[j]
				}
			}
			if record != nil {
				record(g, mass, q)
			}
		}
		span.from(dst, out, min(float64(f), 1))
	}
	for i := range dst.Rows {
		axpy(1, m.centre, row(dst, i))
	}
}

// Linearize implements [Denoiser]. With a_k the posterior mean of component k,
// the Jacobian is sum_k w_k [keep_k + (a_k - D)(a_k - D)^T / sigma^2], split into
// what the components of one cluster differ by, which never cancels, and what the
// means of clusters differ by.
func (m *clusters) Linearize(dst, x *mat.Dense, sigma float64) (jacobian func(dst, v *mat.Dense)) {
	n := checkBatch(m.dim, x, dst)
	all := m.smooth(sigma, n)
	chunks := make([][]tangent, (n+chunkRows-1)/chunkRows)
	eachChunk(n, func(lo, hi int, s *scratch) {
		r := m.respond(rowRange(x.RawMatrix(), lo, hi), all, s)
		tangents := make([]tangent, len(all))
		record := func(g int, mass []float64, q blas64.General) {
			tangents[g] = newTangent(&all[g], m.of(r.w, g), mass, q, !r.coarse[g], r.count[g])
		}
		to := rowRange(dst.RawMatrix(), lo, hi)
		m.denoise(to, r, all, s, record)
		if len(all) > 1 {
			m.separate(tangents, r, to, s)
		}
		chunks[lo/chunkRows] = tangents
	})
	return func(dst, v *mat.Dense) {
		if checkBatch(m.dim, v, dst) != n {
			panic("spec: the product with a Jacobian needs one vector for each point")
		}
		eachChunk(n, func(lo, hi int, s *scratch) {
			m.derive(rowRange(dst.RawMatrix(), lo, hi), rowRange(v.RawMatrix(), lo, hi), chunks[lo/chunkRows], sigma, s)
		})
	}
}

// tangent is what one cluster contributes to the Jacobians at the points of a
// chunk.
type tangent struct {
	*smoothed
	mass  []float64      // n: the weight of the cluster
	mean  blas64.General // n x size: the mean of its components, by their weights
	apart blas64.General // n x size: its posterior mean less that of the mixture; empty if it is the only one

	// The weights, in full if most are not zero and the matrix product is accurate
	// enough, or else those that are not zero: of row i, first[i] to first[i+1]-1.
	full  blas64.General
	first []int
	index []int
	some  []float64
}

func newTangent(c *smoothed, w blas64.General, mass []float64, q blas64.General, accurate bool, count int) tangent {
	t := tangent{smoothed: c, mass: append([]float64(nil), mass...), mean: clone(q)}
	for i, v := range mass {
		if v == 0 {
			continue
		}
		for j := range t.mean.Cols {
			row(t.mean, i)[j] /= v
		}
	}
	if accurate && 4*count > w.Rows*w.Cols && w.Cols >= 8 {
		t.full = clone(w)
		return t
	}
	t.first = make([]int, 1, w.Rows+1)
	t.index = make([]int, 0, count)
	t.some = make([]float64, 0, count)
	for i := range w.Rows {
		for k, v := range row(w, i) {
			if v != 0 {
				t.index = append(t.index, k)
				t.some = append(t.some, v)
			}
		}
		t.first = append(t.first, len(t.index))
	}
	return t
}

func clone(a blas64.General) blas64.General {
	b := blas64.General{Rows: a.Rows, Cols: a.Cols, Stride: a.Cols, Data: make([]float64, a.Rows*a.Cols)}
	copyRows(b, a)
	return b
}

// separate finds how far the posterior means of clusters are from the mean d (n x
// d) of all.
func (m *clusters) separate(tangents []tangent, r response, d blas64.General, s *scratch) {
	for f, span := range m.frames {
		z, at := r.z[f], span.centred(d, m.centre, s)
		for _, g := range span.members {
			t := &tangents[g]
			t.apart = clone(at)
			for i := range z.Rows {
				z, at, mean, to := row(z, i), row(at, i), row(t.mean, i), row(t.apart, i)
				for j := range to {
					to[j] = t.keep[j]*z[j] + t.pull[j]*mean[j] - at[j]
				}
			}
		}
	}
}

// derive stores in dst (n x d) the products of the Jacobians with the rows of v.
func (m *clusters) derive(dst, v blas64.General, tangents []tangent, sigma float64, s *scratch) {
	if dst.Rows > 0 && &dst.Data[0] == &v.Data[0] {
		v = s.copy(v) // the frames are taken one after the other
	}
	for f, span := range m.frames {
		z := v
		if span.basis != nil {
			z = s.matrix(v.Rows, span.size())
			span.to(z, v)
		}
		out := s.matrix(z.Rows, z.Cols)
		clear(out.Data)
		for _, g := range span.members {
			tangents[g].add(out, z, sigma, s)
		}
		span.from(dst, out, min(float64(f), 1))
	}
}

// copy returns a copy of a.
func (s *scratch) copy(a blas64.General) blas64.General {
	b := s.matrix(a.Rows, a.Cols)
	copyRows(b, a)
	return b
}

// add adds the contribution of the cluster to out (n x size), for vectors of
// coordinates v (n x size).
func (t *tangent) add(out, v blas64.General, sigma float64, s *scratch) {
	u := s.matrix(v.Rows, v.Cols) // (C + sigma^2)^-1 v
	for i := range v.Rows {
		to := row(u, i)
		for j, x := range row(v, i) {
			to[j] = x * t.whiten[j] * t.whiten[j]
		}
	}
	within := s.matrix(v.Rows, v.Cols)
	if t.full.Rows > 0 {
		t.spreadFull(within, u, s)
	} else {
		t.spread(within, u)
	}
	for i := range v.Rows {
		to, v, within := row(out, i), row(v, i), row(within, i)
		for j := range to {
			to[j] += t.mass[i]*t.keep[j]*v[j] + t.pull[j]*within[j]
		}
		if t.apart.Rows > 0 && t.mass[i] > 0 {
			apart := row(t.apart, i)
			axpy(t.mass[i]*(dot(apart, v)/sigma)/sigma, apart, to)
		}
	}
}

// spread stores in dst the products of the rows of u with
// sum_k w_k (p_k - mean)(p_k - mean)^T.
func (t *tangent) spread(dst, u blas64.General) {
	for i := range u.Rows {
		to, u, mean := row(dst, i), row(u, i), row(t.mean, i)
		clear(to)
		lo, hi := t.first[i], t.first[i+1]
		if hi-lo < 2 { // a component does not differ from itself
			continue
		}
		for n := lo; n < hi; n++ {
			p := row(t.points, t.index[n])[:len(u)]
			var c float64
			for j, v := range u {
				c += (p[j] - mean[j]) * v
			}
			c *= t.some[n]
			for j := range to {
				to[j] += c * (p[j] - mean[j])
			}
		}
	}
}

// spreadFull is spread by two matrix products. The sum over w_k of (p_k - mean)^T u is
// zero, so that it does not matter where the p_k on the left are taken from.
func (t *tangent) spreadFull(dst, u blas64.General, s *scratch) {
	c := s.matrix(u.Rows, t.full.Cols)
	multiply(c, 1, u, blas.Trans, t.points, 0)
	for i := range c.Rows {
		mean := dot(row(t.mean, i), row(u, i))
		w, to := row(t.full, i), row(c, i)
		for k, v := range to {
			to[k] = w[k] * (v - mean)
		}
	}
	multiply(dst, 1, c, blas.NoTrans, t.points, 0)
}
