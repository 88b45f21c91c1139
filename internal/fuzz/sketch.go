package fuzz

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// family is the kind of a prior.
type family string

const (
	gaussian family = "gaussian"
	mixture  family = "mixture"
	dataSet  family = "data set"
)

// sketch is a problem taken apart, to be changed and put together again.
type sketch struct {
	family    family
	weights   []float64       // of the components; of a mixture only
	means     [][]float64     // of the components, or the points of a data set
	covs      []*mat.SymDense // of the components; none of a data set
	bandwidth float64         // of a data set
	rows      [][]float64     // of A
	beta      float64
}

// newSketch takes a problem apart. It reports false for a prior of another family
// and a measurement that is not linear.
func newSketch(p *spec.Problem) (*sketch, bool) {
	m, linear := p.Linear()
	if !linear {
		return nil, false
	}
	s := &sketch{beta: m.Beta()}
	if a := m.A(); a != nil {
		s.rows = copyRows(a)
	}
	switch prior := p.Prior().(type) {
	case *spec.Gaussian:
		s.family = gaussian
		s.add(1, prior)
	case *spec.Mixture:
		s.family = mixture
		for k := range prior.Len() {
			s.add(prior.Component(k))
		}
	case *spec.DataSet:
		s.family, s.bandwidth = dataSet, prior.Bandwidth()
		s.means = copyRows(prior.Points())
	default:
		return nil, false
	}
	return s, true
}

func (s *sketch) add(weight float64, g *spec.Gaussian) {
	s.weights = append(s.weights, weight)
	s.means = append(s.means, g.Mean())
	s.covs = append(s.covs, g.Covariance())
}

func copyRows(a *mat.Dense) [][]float64 {
	n, _ := a.Dims()
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = slices.Clone(a.RawRowView(i))
	}
	return rows
}

func (s *sketch) dim() int { return len(s.means[0]) }

// clone returns a copy that shares nothing with s.
func (s *sketch) clone() *sketch {
	c := *s
	c.weights = slices.Clone(s.weights)
	c.means, c.rows, c.covs = cloneAll(s.means), cloneAll(s.rows), nil
	for _, cov := range s.covs {
		other := mat.NewSymDense(cov.SymmetricDim(), nil)
		other.CopySym(cov)
		c.covs = append(c.covs, other)
	}
	return &c
}

func cloneAll(rows [][]float64) [][]float64 {
	clones := make([][]float64, len(rows))
	for i, r := range rows {
		clones[i] = slices.Clone(r)
	}
	return clones
}

// problem puts the problem together. It is an error if a change made it invalid, such
// as a covariance that rounding made indefinite.
func (s *sketch) problem() (*spec.Problem, error) {
	prior, err := s.prior()
	if err != nil {
		return nil, err
	}
	m := spec.Unmeasured(s.dim())
	if len(s.rows) > 0 {
		if m, err = spec.NewLinear(dense(s.rows), s.beta); err != nil {
			return nil, err
		}
	}
	return spec.NewProblem(s.name(), prior, m)
}

func (s *sketch) prior() (spec.Prior, error) {
	if s.family == dataSet {
		return spec.NewDataSet(dense(s.means), s.bandwidth)
	}
	components := make([]*spec.Gaussian, len(s.means))
	for k, mean := range s.means {
		var err error
		if components[k], err = spec.NewGaussian(mean, s.covs[k]); err != nil {
			return nil, err
		}
	}
	if s.family == gaussian {
		return components[0], nil
	}
	return spec.NewMixture(s.weights, components)
}

// name says how large the problem is.
func (s *sketch) name() string {
	prior := fmt.Sprintf("%s in R^%d", s.family, s.dim())
	switch s.family {
	case mixture:
		prior += " of " + count(len(s.means), "component")
	case dataSet:
		prior += " of " + count(len(s.means), "point")
	}
	return prior + ", " + count(len(s.rows), "measurement")
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func dense(rows [][]float64) *mat.Dense {
	a := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, r := range rows {
		a.SetRow(i, r)
	}
	return a
}
