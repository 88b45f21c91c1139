package evidence

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// maxAtoms is the largest number of points that are looked at one by one.
const maxAtoms = 16

// atoms are the witnesses "this is point k", for a prior of few points: a point that is
// never drawn, or too often. A member counts as the point that it is nearest to.
type atoms struct {
	points *mat.Dense // standardised like the members
}

// newAtoms returns the atoms of a prior from draws of it (rows), and whether it is one of
// 2 to maxAtoms points.
func newAtoms(x *mat.Dense, location *scaling) (*atoms, bool) {
	n, d := x.Dims()
	var points [][]float64
next:
	for i := range n {
		row := x.RawRowView(i)
		for _, point := range points {
			if floats.Equal(point, row) {
				continue next
			}
		}
		if len(points) == maxAtoms {
			return nil, false
		}
		points = append(points, row)
	}
	if len(points) < 2 {
		return nil, false
	}
	s := &atoms{mat.NewDense(len(points), d, nil)}
	for k, point := range points {
		location.standardise(s.points.RawRowView(k), point)
	}
	return s, true
}

func (s *atoms) Names() []string { return numbered("atom %d", s.points) }
func (s *atoms) Learned() int    { return 0 }
func (s *atoms) Pooled() bool    { return false }
func (s *atoms) Evaluate(dst [][]float64, p *Pool) {
	for i := range p.Members() {
		at, least := 0, math.Inf(1)
		for k := range dst {
			dst[k][i] = 0
			if r := floats.Distance(p.Z.RawRowView(i), s.points.RawRowView(k), 2); r < least {
				at, least = k, r
			}
		}
		dst[at][i] = 1
	}
}
