package spec

import (
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Condition implements [Conditioner]. The posteriors are of the type [*Mixture].
// They leave out components whose posterior weight is below e^-75 of the largest:
// all of these together, up to a million, have less than 1e-26 of the mass.
func (m *Mixture) Condition(measurement Measurement) (Conditional, error) {
	return m.condition(measurement, m)
}

// condition returns the posteriors of the mixture, or of self if nothing is
// measured.
func (m *clusters) condition(given Measurement, self Prior) (Conditional, error) {
	measurement, err := linearOn(given, m.dim)
	if err != nil {
		return nil, err
	}
	if measurement.Rows() == 0 {
		return unmeasured{self}, nil
	}
	u := newUpdater(measurement)
	c := &mixtureConditional{prior: m}
	var evidence []*cluster
	var ofX, ofY []*covariance // of the updates so far
	for _, part := range m.list {
		up, err := u.of(part.covariance)
		if err != nil {
			return nil, err
		}
		means := mat.NewDense(len(part.weight), measurement.Rows(), nil)
		measurement.Forward(means, part.means)
		ofX = append(ofX, up.posterior.shareFrame(ofX))
		ofY = append(ofY, up.evidence.shareFrame(ofY))
		c.updates = append(c.updates, &update{ofX[len(ofX)-1], ofY[len(ofY)-1], up.gain, up.kept, up.along})
		evidence = append(evidence, &cluster{covariance: ofY[len(ofY)-1], weight: part.weight, means: means})
	}
	c.evidence = newClusters(measurement.Rows(), evidence)
	return c, nil
}

type mixtureConditional struct {
	prior    *clusters
	updates  []*update // one a cluster
	evidence *clusters // the law of y
}

// LogEvidence implements [Conditional].
func (c *mixtureConditional) LogEvidence(y []float64) float64 {
	var log [1]float64
	c.evidence.LogDensity(log[:], mat.NewDense(1, len(y), slices.Clone(y)), 0)
	return log[0]
}

// Given implements [Conditional].
func (c *mixtureConditional) Given(y []float64) Prior {
	s := getScratch()
	defer func() {
		s.reset()
		scratchPool.Put(s)
	}()
	at := blas64.General{Rows: 1, Cols: len(y), Stride: len(y), Data: y}
	w := c.evidence.respond(at, c.evidence.smooth(0, 1), s).w
	var list []*cluster
	for g, e := range c.evidence.list {
		weights := row(c.evidence.of(w, g), 0)
		var survivors []int
		for k, v := range weights {
			if v > 0 {
				survivors = append(survivors, k)
			}
		}
		if len(survivors) == 0 {
			continue
		}
		n := len(survivors)
		prior, up := c.prior.list[g], c.updates[g]
		part := &cluster{covariance: up.posterior, weight: make([]float64, n), means: mat.NewDense(n, c.prior.dim, nil)}
		residual := s.matrix(n, len(y))
		for i, k := range survivors {
			part.weight[i] = weights[k]
			part.means.SetRow(i, prior.means.RawRowView(k))
			for j, v := range e.means.RawRowView(k) {
				row(residual, i)[j] = y[j] - v
			}
		}
		up.shift(part.means.RawMatrix(), residual)
		list = append(list, part)
	}
	return &Mixture{newClusters(c.prior.dim, list)}
}
