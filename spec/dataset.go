package spec

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// DataSet is the law of a point of a data set, each as likely as the others, plus
// h z with z standard normal: the kernel density estimate of bandwidth h, and the
// mixture of isotropic components at the points. Its posteriors are [*Mixture].
//
// With many components, Denoise and Linearize use matrix products: one with all
// points for the squared distances, and one with the weights for the means.
type DataSet struct {
	*clusters
	bandwidth float64
}

var (
	_ Density     = (*DataSet)(nil)
	_ Denoiser    = (*DataSet)(nil)
	_ Conditioner = (*DataSet)(nil)
)

// NewDataSet returns the law of the rows of points (n x d, copied; rows may repeat)
// smoothed by the standard deviation bandwidth > 0.
func NewDataSet(points *mat.Dense, bandwidth float64) (*DataSet, error) {
	if !(bandwidth > 0) || math.IsInf(bandwidth, 1) {
		return nil, fmt.Errorf("data set: bandwidth is %v, want a positive finite standard deviation", bandwidth)
	}
	n, d := points.Dims()
	if n == 0 || d == 0 {
		return nil, fmt.Errorf("data set: it has no points")
	}
	for i := range n {
		if err := checkVector("coordinate", points.RawRowView(i)); err != nil {
			return nil, fmt.Errorf("data set: point %d: %w", i, err)
		}
	}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	c := &cluster{covariance: isotropicCovariance(d, bandwidth), weight: ones, means: mat.DenseCopyOf(points)}
	return &DataSet{newClusters(d, []*cluster{c}), bandwidth}, nil
}

// Points returns the points (n x d), which the caller must not change.
func (s *DataSet) Points() *mat.Dense { return s.list[0].means }

// Bandwidth returns the standard deviation h of the kernel.
func (s *DataSet) Bandwidth() float64 { return s.bandwidth }

// Condition implements [Conditioner]. The posteriors are of the type
// [*Mixture], like those of a Mixture.
func (s *DataSet) Condition(m Measurement) (Conditional, error) { return s.condition(m, s) }
