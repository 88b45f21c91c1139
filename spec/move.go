package spec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Move is the map x -> x', x'_i = x_{order[i]} + shift_i, of R^d: a permutation of
// the coordinates and a translation.
type Move struct {
	order, inverse []int
	shift          []float64
}

// NewMove returns the move. It is an error unless order is a permutation of 0 to
// d-1 and shift is finite and of length d.
func NewMove(order []int, shift []float64) (*Move, error) {
	m := &Move{slices.Clone(order), make([]int, len(order)), slices.Clone(shift)}
	if len(order) != len(shift) {
		return nil, fmt.Errorf("move: %d coordinates in order, %d in shift", len(order), len(shift))
	}
	for i := range m.inverse {
		m.inverse[i] = -1
	}
	for i, j := range order {
		if j < 0 || j >= len(order) || m.inverse[j] >= 0 {
			return nil, fmt.Errorf("move: order %v is not a permutation of 0 to %d", order, len(order)-1)
		}
		m.inverse[j] = i
	}
	return m, checkVector("move: shift", shift)
}

// Points stores the images of the rows of x in dst (n x d), which may be x.
func (m *Move) Points(dst, x *mat.Dense) {
	m.Directions(dst, x)
	for i := range dst.RawMatrix().Rows {
		axpy(1, m.shift, dst.RawRowView(i))
	}
}

// Directions is Points without the translation.
func (m *Move) Directions(dst, x *mat.Dense) { permute(dst, x, m.order) }

// Back undoes Points.
func (m *Move) Back(dst, x *mat.Dense) {
	dst.Copy(x)
	for i := range dst.RawMatrix().Rows {
		axpy(-1, m.shift, dst.RawRowView(i))
	}
	permute(dst, dst, m.inverse)
}

func permute(dst, x *mat.Dense, order []int) {
	kept := make([]float64, len(order))
	for i := range x.RawMatrix().Rows {
		copy(kept, x.RawRowView(i))
		to := dst.RawRowView(i)
		for j, k := range order {
			to[j] = kept[k]
		}
	}
}

// Measurement returns the measurement of x' and the offset such that y + offset
// says of x' what y says of x under the measurement a.
func (m *Move) Measurement(a Linear) (moved Linear, offset []float64) {
	return m.across(a, m.order, 1)
}

// across permutes the columns of A by order and returns sign times the image of the
// shift, which is in the coordinates of x'.
func (m *Move) across(a Linear, order []int, sign float64) (moved Linear, offset []float64) {
	offset = make([]float64, a.Rows())
	from := a.A()
	if from == nil {
		return a, offset
	}
	to := mat.DenseCopyOf(from)
	permute(to, from, order)
	moved = Linear{op: matrix{to}, dim: a.dim, beta: a.beta}
	in := to // the matrix that acts on x'
	if sign < 0 {
		in = from
	}
	for i := range offset {
		offset[i] = sign * dot(in.RawRowView(i), m.shift)
	}
	return moved, offset
}

// Law returns the law of x' for x from p, of the same kind for a [*Gaussian], a
// [*Mixture] and a [*DataSet]. Any other p becomes a prior without a text form. That
// is a [Denoiser] if p is one, a [Density] as well if p is both, and a [Conditioner]
// as well if p is all three.
func (m *Move) Law(p Prior) Prior {
	switch p := p.(type) {
	case *Gaussian:
		mean := mat.NewDense(1, len(p.mean), slices.Clone(p.mean))
		m.Points(mean, mean)
		return &Gaussian{mean.RawRowView(0), m.covariance(p.cov)}
	case *Mixture:
		return &Mixture{m.clusters(p.clusters)}
	case *DataSet:
		return &DataSet{m.clusters(p.clusters), p.bandwidth}
	}
	law := movedPrior{p, m}
	denoiser, denoises := p.(Denoiser)
	density, dense := p.(Density)
	conditioner, conditions := p.(Conditioner)
	switch {
	case denoises && dense && conditions:
		return movedConditioner{movedDensity{movedDenoiser{law, denoiser}, density}, conditioner}
	case denoises && dense:
		return movedDensity{movedDenoiser{law, denoiser}, density}
	case denoises:
		return movedDenoiser{law, denoiser}
	}
	return law
}

func (m *Move) covariance(c *covariance) *covariance {
	moved := &covariance{frame: &frame{dim: c.dim}, dev: c.dev}
	if c.basis == nil {
		dev := mat.NewDense(1, len(c.dev), slices.Clone(c.dev))
		m.Directions(dev, dev)
		moved.dev = dev.RawRowView(0)
		return moved
	}
	var rows mat.Dense
	rows.CloneFrom(c.basis.T())
	m.Directions(&rows, &rows)
	moved.basis = mat.DenseCopyOf(rows.T())
	return moved
}

func (m *Move) clusters(c *clusters) *clusters {
	var list []*cluster
	var covs []*covariance
	for _, group := range c.list {
		means := mat.DenseCopyOf(group.means)
		m.Points(means, means)
		moved := &cluster{covariance: m.covariance(group.covariance), weight: slices.Clone(group.weight), means: means}
		moved.covariance = moved.shareFrame(covs)
		covs = append(covs, moved.covariance)
		list = append(list, moved)
	}
	return newClusters(c.dim, list)
}

type movedPrior struct {
	of Prior
	by *Move
}

func (p movedPrior) Dim() int { return p.of.Dim() }

func (p movedPrior) Sample(dst *mat.Dense, rng *rand.Rand) {
	p.of.Sample(dst, rng)
	p.by.Points(dst, dst)
}

// back returns the points whose images are the rows of x.
func (p movedPrior) back(x *mat.Dense) *mat.Dense {
	n, d := x.Dims()
	from := mat.NewDense(n, d, nil)
	p.by.Back(from, x)
	return from
}

type movedDenoiser struct {
	movedPrior
	denoiser Denoiser
}

func (p movedDenoiser) Scale() (narrowest, widest float64) { return p.denoiser.Scale() }

func (p movedDenoiser) Denoise(dst, x *mat.Dense, sigma float64) {
	p.denoiser.Denoise(dst, p.back(x), sigma)
	p.by.Points(dst, dst)
}

func (p movedDenoiser) Linearize(dst, x *mat.Dense, sigma float64) (jacobian func(dst, v *mat.Dense)) {
	inner := p.denoiser.Linearize(dst, p.back(x), sigma)
	p.by.Points(dst, dst)
	return func(dst, v *mat.Dense) {
		var from mat.Dense
		from.CloneFrom(v)
		permute(&from, &from, p.by.inverse)
		inner(dst, &from)
		p.by.Directions(dst, dst)
	}
}

type movedDensity struct {
	movedDenoiser
	density Density
}

func (p movedDensity) LogDensity(dst []float64, x *mat.Dense, sigma float64) {
	p.density.LogDensity(dst, p.back(x), sigma)
}

type movedConditioner struct {
	movedDensity
	conditioner Conditioner
}

// Condition takes the measurement back to x and the posterior to x'.
func (p movedConditioner) Condition(m Measurement) (Conditional, error) {
	a, err := linearOn(m, p.Dim())
	if err != nil {
		return nil, err
	}
	back, offset := p.by.across(a, p.by.inverse, -1)
	c, err := p.conditioner.Condition(back)
	return movedConditional{c, p.by, offset}, err
}

type movedConditional struct {
	Conditional
	by     *Move
	offset []float64
}

func (c movedConditional) Given(y []float64) Prior {
	return c.by.Law(c.Conditional.Given(c.back(y)))
}

// GivenUnless implements [Interruptible], for what is moved may be.
func (c movedConditional) GivenUnless(ctx context.Context, y []float64) (Prior, error) {
	law, err := Given(ctx, c.Conditional, c.back(y))
	if err != nil {
		return nil, err
	}
	return c.by.Law(law), nil
}

func (c movedConditional) LogEvidence(y []float64) float64 {
	return c.Conditional.LogEvidence(c.back(y))
}

func (c movedConditional) back(y []float64) []float64 {
	y = slices.Clone(y)
	axpy(1, c.offset, y)
	return y
}
