package evidence

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// maxCoordinates bounds how many coordinates are looked at one by one; the rest
// are seen through projections, densities and distances.
const maxCoordinates = 10

// choose returns at most maxCoordinates coordinates, evenly spaced among those
// that move under the prior, or among all if none moves.
func choose(location *scaling) []int {
	floor := 2e-6 * location.peak()
	var moving []int
	for j, s := range location.deviation {
		if s > floor {
			moving = append(moving, j)
		}
	}
	if len(moving) == 0 {
		for j := range location.deviation {
			moving = append(moving, j)
		}
	}
	if len(moving) <= maxCoordinates {
		return moving
	}
	chosen := make([]int, maxCoordinates)
	for i := range chosen {
		chosen[i] = moving[(2*i+1)*len(moving)/(2*maxCoordinates)]
	}
	return chosen
}

// coordinates are witnesses x_i: location, spread and shape of each margin.
type coordinates struct{ index []int }

func newCoordinates(location *scaling) *coordinates { return &coordinates{choose(location)} }

func (s *coordinates) Names() []string {
	var names []string
	for _, j := range s.index {
		names = append(names, fmt.Sprintf("x[%d]", j))
	}
	return names
}
func (s *coordinates) Learned() int { return 6 }
func (s *coordinates) Pooled() bool { return false }
func (s *coordinates) Evaluate(dst [][]float64, p *Pool) {
	for k, j := range s.index {
		mat.Col(dst[k], j, p.Z)
	}
}

// newDirections returns fixed random directions (rows, of length 1) for projections
// of the standardised coordinates.
func newDirections(d int, pilot *rand.Rand) *mat.Dense {
	v := mat.NewDense(min(d, 4), d, nil)
	for i := range v.RawMatrix().Rows {
		row := v.RawRowView(i)
		for j := range row {
			row[j] = pilot.NormFloat64()
		}
		floats.Scale(1/floats.Norm(row, 2), row)
	}
	return v
}

// projections are witnesses v.x for random directions v.
type projections struct{ directions *mat.Dense }

func (s *projections) Names() []string { return numbered("projection %d", s.directions) }
func (s *projections) Learned() int    { return 4 }
func (s *projections) Pooled() bool    { return false }
func (s *projections) Evaluate(dst [][]float64, p *Pool) {
	for k := range dst {
		for i := range dst[k] {
			dst[k][i] = floats.Dot(s.directions.RawRowView(k), p.Z.RawRowView(i))
		}
	}
}

// numbered returns one name for each row of directions.
func numbered(format string, directions *mat.Dense) []string {
	rows, _ := directions.Dims()
	names := make([]string, rows)
	for k := range names {
		names[k] = fmt.Sprintf(format, k+1)
	}
	return names
}

// spread is the witness |x - pool mean|^2 in standardised coordinates.
type spread struct{}

func (*spread) Names() []string { return []string{"squared distance to pool mean"} }
func (*spread) Learned() int    { return 1 }
func (*spread) Pooled() bool    { return true }
func (*spread) Evaluate(dst [][]float64, p *Pool) {
	for i := range dst[0] {
		r := floats.Distance(p.Z.RawRowView(i), p.Mean, 2)
		dst[0][i] = r * r
	}
}

// directedSpread are witnesses (v.(x - pool mean))^2 for random directions v.
type directedSpread struct{ directions *mat.Dense }

func (s *directedSpread) Names() []string { return numbered("squared projection %d", s.directions) }
func (s *directedSpread) Learned() int    { return 0 }
func (s *directedSpread) Pooled() bool    { return true }
func (s *directedSpread) Evaluate(dst [][]float64, p *Pool) {
	for k := range dst {
		v := s.directions.RawRowView(k)
		centre := floats.Dot(v, p.Mean)
		for i := range dst[k] {
			t := floats.Dot(v, p.Z.RawRowView(i)) - centre
			dst[k][i] = t * t
		}
	}
}

// products are witnesses (x_i - pool mean_i)(x_j - pool mean_j) for neighbouring
// chosen coordinates, and the sum over all pairs of them: correlation.
type products struct{ index []int }

func (s *products) Names() []string {
	return pairNames("sum of products of coordinates", "x[%d] x[%d]", s.index)
}
func (s *products) Learned() int { return 2 }
func (s *products) Pooled() bool { return true }
func (s *products) Evaluate(dst [][]float64, p *Pool) {
	centred := make([]float64, len(p.Mean))
	for i := range p.Members() {
		floats.SubTo(centred, p.Z.RawRowView(i), p.Mean)
		storePairs(dst, i, centred, s.index)
	}
}

// pairNames returns the names of the witnesses that storePairs stores: one for each pair
// of neighbours in index, before them, if there is more than one pair, one for the sum
// over all pairs.
func pairNames(sum, pair string, index []int) []string {
	var names []string
	if len(index) > 2 {
		names = append(names, sum)
	}
	for k := 1; k < len(index); k++ {
		names = append(names, fmt.Sprintf(pair, index[k-1], index[k]))
	}
	return names
}

// storePairs stores products of entries of z in dst[.][i]; see pairNames.
func storePairs(dst [][]float64, i int, z []float64, index []int) {
	if len(index) > 2 {
		sum, squares := 0.0, 0.0
		for _, j := range index {
			sum += z[j]
			squares += z[j] * z[j]
		}
		dst[0][i] = (sum*sum - squares) / 2
		dst = dst[1:]
	}
	for k := range dst {
		dst[k][i] = z[index[k]] * z[index[k+1]]
	}
}

// interaction are witnesses (v.x)(w.y) for random directions v and w: how the draw
// follows the data, in directions that are not measured too.
type interaction struct {
	directions *mat.Dense
	w          *mat.Dense
}

func newInteraction(directions *mat.Dense, m int, pilot *rand.Rand) *interaction {
	return &interaction{directions, newDirections(m, pilot)}
}

func (s *interaction) Names() []string {
	return numbered("projection %d times projected y", s.directions)
}
func (s *interaction) Learned() int { return 2 }
func (s *interaction) Pooled() bool { return false }
func (s *interaction) Evaluate(dst [][]float64, p *Pool) {
	for k := range dst {
		seen := floats.Dot(s.w.RawRowView(k%s.w.RawMatrix().Rows), p.U)
		for i := range dst[k] {
			dst[k][i] = seen * floats.Dot(s.directions.RawRowView(k), p.Z.RawRowView(i))
		}
	}
}

// agreement is the witness y.Ax, both centred and scaled by the law of y: whether
// the draw leans to the side of the data.
type agreement struct{ yLocation *scaling }

func newAgreement(yLocation *scaling) *agreement { return &agreement{yLocation} }

func (s *agreement) Names() []string { return []string{nameAgreement} }
func (s *agreement) Learned() int    { return 1 }
func (s *agreement) Pooled() bool    { return false }
func (s *agreement) Evaluate(dst [][]float64, p *Pool) {
	seen := make([]float64, len(p.Y))
	for i := range dst[0] {
		s.yLocation.standardise(seen, p.AX.RawRowView(i))
		dst[0][i] = floats.Dot(seen, p.U)
	}
}
