package spec

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// response is how the components of a mixture share a chunk of points.
type response struct {
	z      []blas64.General // the coordinates of the points, one matrix a frame
	w      blas64.General   // n x total: the posterior weights; rows sum to 1
	count  []int            // the number of weights that are not zero, one a cluster
	coarse []bool           // a matrix product was too coarse for some row, one a cluster
	log    []float64        // n: the log density
}

// respond returns the response at the rows of x (n x d).
func (m *clusters) respond(x blas64.General, all []smoothed, s *scratch) response {
	r := response{
		z:      s.matrices.take(len(m.frames)),
		w:      s.matrix(x.Rows, m.total),
		count:  s.ints.take(len(all)),
		coarse: s.bools.take(len(all)),
		log:    s.vector(x.Rows),
	}
	clear(r.count)
	clear(r.coarse)
	slack := s.vectors.take(len(all))
	for f, span := range m.frames {
		r.z[f] = span.centred(x, m.centre, s)
		for _, g := range span.members {
			slack[g] = all[g].logits(m.of(r.w, g), r.z[f], s)
		}
	}
	for i := range x.Rows {
		w := row(r.w, i)
		top := largest(w)
		for f, span := range m.frames {
			for _, g := range span.members {
				if slack[g][i] == 0 {
					continue
				}
				r.coarse[g] = true
				part := row(m.of(r.w, g), i)
				z := row(r.z[f], i)
				for k, v := range part {
					if v > top-negligible-2*slack[g][i] {
						part[k] = all[g].logit(z, k)
					}
				}
			}
		}
		if !m.share(w, r.count, &r.log[i]) {
			m.nearest(r, all, i)
		}
	}
	return r
}

// of returns the columns of w (n x total) that belong to cluster g.
func (m *clusters) of(w blas64.General, g int) blas64.General {
	return columns(w, m.first[g], m.first[g]+len(m.list[g].weight))
}

func largest(v []float64) float64 {
	top := math.Inf(-1)
	for _, x := range v {
		if x > top {
			top = x
		}
	}
	return top
}

// share turns log weights into weights that sum to 1 and stores the logarithm of
// their sum. It returns false if none of them is finite.
func (m *clusters) share(w []float64, count []int, log *float64) bool {
	top := largest(w)
	if math.IsInf(top, 0) {
		*log = top + w[0] // NaN if that is what the point is made of
		return false
	}
	var sum float64
	for g, first := range m.first {
		n := 0
		part := w[first : first+len(m.list[g].weight)]
		for k, v := range part {
			if v -= top; v < -negligible {
				part[k] = 0
				continue
			}
			p := exp(v)
			part[k] = p
			sum += p
			n++
		}
		count[g] += n
	}
	*log = top + math.Log(sum)
	scale := 1 / sum
	for k, v := range w {
		w[k] = v * scale
	}
	return true
}

// nearest gives all weight of row i to the component that is the fewest deviations
// away: at distances beyond 10^154 deviations, whose squares overflow, nothing else
// counts.
func (m *clusters) nearest(r response, all []smoothed, i int) {
	best, at, in := math.Inf(1), 0, 0
	for f, span := range m.frames {
		z := row(r.z[f], i)
		for _, g := range span.members {
			difference := make([]float64, len(z))
			for k := range all[g].weight {
				for j, v := range row(all[g].points, k) {
					difference[j] = (z[j] - v) * all[g].whiten[j]
				}
				norm := length(difference)
				if norm < best {
					best, at, in = norm, m.first[g]+k, g
				}
			}
		}
	}
	w := row(r.w, i)
	clear(w)
	w[at] = 1
	r.count[in]++
}

// average stores in q (n x size) the sums over the components of w (n x k) times
// their points. count is the number of weights that are not zero.
func (c *cluster) average(q, w blas64.General, count int) {
	if 4*count > w.Rows*w.Cols {
		multiply(q, 1, w, blas.NoTrans, c.points, 0)
		return
	}
	for i := range w.Rows {
		to := row(q, i)
		clear(to)
		for k, v := range row(w, i) {
			if v != 0 {
				axpy(v, row(c.points, k), to)
			}
		}
	}
}

func sum(v []float64) float64 {
	var s float64
	for _, x := range v {
		s += x
	}
	return s
}
