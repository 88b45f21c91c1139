package metamorphic

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// relation makes of a problem another one that has the same posterior up to a map.
type relation struct {
	Name  string
	Words string // what it says, in one line
	// relate returns the image of a problem. Whatever it is free to choose it chooses by
	// rng.
	relate func(p *spec.Problem, rng *rand.Rand) (*image, error)
}

// image is the other problem and the way there and back.
type image struct {
	problem *spec.Problem
	data    func(y []float64, rng *rand.Rand) []float64 // what y becomes
	back    func(x *mat.Dense)                          // maps the rows of draws in place; nil for the identity
}

var relations = []relation{
	{"scaling", "(cA, cy, c beta) says what (A, y, beta) says", scaling},
	{"rotation", "(UA, Uy, beta), U orthogonal, says what (A, y, beta) says", rotation},
	{"repetition", "every row twice, with noise sqrt(2) beta, says what it says once", repetition},
	{"permutation", "the coordinates of x in another order, in prior and A, are drawn in that order", permutation},
	{"translation", "the prior moved by t, and y by A t, moves the draws by t", translation},
}

// measuring returns the problem with another measurement.
func measuring(p *spec.Problem, rows *mat.Dense, beta float64) (*spec.Problem, error) {
	m, err := spec.NewLinear(rows, beta)
	if err != nil {
		return nil, err
	}
	return p.Remeasured(m)
}

// scaling takes a power of two, by which floating-point numbers are scaled exactly.
func scaling(p *spec.Problem, rng *rand.Rand) (*image, error) {
	c := []float64{0.125, 0.25, 0.5, 2, 4, 8}[rng.IntN(6)]
	m, err := p.NeedLinear("the relation")
	if err != nil {
		return nil, err
	}
	var rows mat.Dense
	rows.Scale(c, m.A())
	to, err := measuring(p, &rows, c*m.Beta())
	return &image{problem: to, data: func(y []float64, _ *rand.Rand) []float64 {
		scaled := make([]float64, len(y))
		for i, v := range y {
			scaled[i] = c * v
		}
		return scaled
	}}, err
}

func rotation(p *spec.Problem, rng *rand.Rand) (*image, error) {
	m, err := p.NeedLinear("the relation")
	if err != nil {
		return nil, err
	}
	u := orthogonal(m.Rows(), rng)
	var rows mat.Dense
	rows.Mul(u, m.A())
	to, err := measuring(p, &rows, m.Beta())
	return &image{problem: to, data: func(y []float64, _ *rand.Rand) []float64 {
		turned := make([]float64, len(y))
		mat.NewVecDense(len(y), turned).MulVec(u, mat.NewVecDense(len(y), y))
		return turned
	}}, err
}

// orthogonal returns an orthogonal n x n matrix, by the QR decomposition of a normal one;
// minus the identity on the line, where a random sign would often change nothing.
func orthogonal(n int, rng *rand.Rand) *mat.Dense {
	if n == 1 {
		return mat.NewDense(1, 1, []float64{-1})
	}
	g := mat.NewDense(n, n, nil)
	for i := range g.RawMatrix().Data {
		g.RawMatrix().Data[i] = rng.NormFloat64()
	}
	var qr mat.QR
	qr.Factorize(g)
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

// repetition gives the two copies of a row the numbers y + e and y - e, e normal of
// deviation beta: given x they then are independent with noise sqrt(2) beta, as
// measurements of the other problem are. What says something of x is their mean, y.
func repetition(p *spec.Problem, _ *rand.Rand) (*image, error) {
	m, err := p.NeedLinear("the relation")
	if err != nil {
		return nil, err
	}
	var rows mat.Dense
	rows.Stack(m.A(), m.A())
	to, err := measuring(p, &rows, math.Sqrt2*m.Beta())
	return &image{problem: to, data: func(y []float64, rng *rand.Rand) []float64 {
		twice := make([]float64, 2*len(y))
		for i, v := range y {
			e := m.Beta() * rng.NormFloat64()
			twice[i], twice[len(y)+i] = v+e, v-e
		}
		return twice
	}}, err
}

// permutation turns the coordinates by at least one place, so that none keeps its own,
// after a random permutation of them all would now and then leave them as they are.
func permutation(p *spec.Problem, rng *rand.Rand) (*image, error) {
	d := p.Dim()
	if d < 2 {
		return nil, spec.Refuse("there is one order of one coordinate")
	}
	cycle := rng.Perm(d)
	order := make([]int, d)
	for i, j := range cycle {
		order[j] = cycle[(i+1)%d]
	}
	return moved(p, order, make([]float64, d))
}

// translation moves the prior by three times the difference of two draws, or, where that
// is nothing, by its largest coordinate.
func translation(p *spec.Problem, rng *rand.Rand) (*image, error) {
	d := p.Dim()
	x := mat.NewDense(2, d, nil)
	p.Prior().Sample(x, rng)
	order, shift := make([]int, d), make([]float64, d)
	size, largest := 0.0, 0.0
	for j := range d {
		order[j] = j
		shift[j] = 3 * (x.At(0, j) - x.At(1, j))
		size = max(size, math.Abs(shift[j]))
		largest = max(largest, math.Abs(x.At(0, j)))
	}
	if size == 0 {
		if largest == 0 {
			largest = 1
		}
		for j := range shift {
			shift[j] = largest
		}
	}
	return moved(p, order, shift)
}

func moved(p *spec.Problem, order []int, shift []float64) (*image, error) {
	by, err := spec.NewMove(order, shift)
	if err != nil {
		return nil, err
	}
	from, err := p.NeedLinear("the relation")
	if err != nil {
		return nil, err
	}
	m, offset := by.Measurement(from)
	to, err := spec.NewProblem(p.Name(), by.Law(p.Prior()), m)
	return &image{
		problem: to,
		data: func(y []float64, _ *rand.Rand) []float64 {
			after := slices.Clone(y)
			for i, v := range offset {
				after[i] += v
			}
			return after
		},
		back: func(x *mat.Dense) { by.Back(x, x) },
	}, err
}

// measures reports whether the relation is one of y, which needs a measurement.
func (r relation) measures() bool { return r.Name != "permutation" && r.Name != "translation" }

// image returns the image of a problem, or a [spec.Refusal] where the relation says
// nothing.
func (r relation) image(p *spec.Problem, seed uint64) (*image, error) {
	if r.measures() && p.Rows() == 0 {
		return nil, spec.Refuse("nothing is measured")
	}
	to, err := r.relate(p, spec.Stream(seed, "metamorphic "+r.Name, p.Digest(), 0))
	if err != nil {
		return nil, fmt.Errorf("%s of problem %s: %w", r.Name, p.Name(), err)
	}
	return to, nil
}

// by returns the sampler that asks the candidate on the image and takes its draws back.
func (to *image) by(candidate spec.Sampler, relation string) spec.Sampler {
	name := candidate.Name() + " after " + relation
	return spec.NewSampler(name, candidate.Independent(), func(ctx context.Context, dst *mat.Dense, _ *spec.Problem, y []float64, rng *rand.Rand) error {
		if err := candidate.Sample(ctx, dst, to.problem, to.data(y, spec.Split(rng)), rng); err != nil {
			return err
		}
		if to.back != nil && !dst.IsEmpty() {
			to.back(dst)
		}
		return nil
	})
}
