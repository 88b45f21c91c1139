package theorems

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// probe is a law of independent coordinates that looks on while a diffusion sampler draws
// probeRows points from it, and says where they start. It does so by moving the coordinates:
// every step of such a sampler goes to D + k (x - D) + noise, and commutes with that.
type probe struct {
	spec.Denoiser           // the law; only the methods below are ever called
	widen         float64   // by how much the reported scale exceeds the law's, on both sides
	nodes         []float64 // where to start, in deviations of the first noise from the centre; nil for where the sampler does
	watch         func(x, clean []float64, sigma float64)

	shift []float64
	trace
}

// trace is what a probe saw. Coordinates are in the order of the rows.
type trace struct {
	centre []float64 // of the start, one for each column
	levels []float64 // of the noise, as they were asked for
	start  []float64 // in deviations of the first noise from the centre
	last   []float64 // the points of the last call of the denoiser
	end    []float64 // the draws
}

// probeRows is the number of draws that a probe watches: above 1, so that the call that finds
// the centre is another.
const probeRows = 2

// look returns what a probe of the law sees of the sampler's draws.
func look(ctx context.Context, sampler spec.Sampler, p *probe, rng *rand.Rand) (*trace, error) {
	problem, err := spec.NewProblem("probe", p, spec.Unmeasured(p.Dim()))
	if err != nil {
		return nil, err
	}
	draws := mat.NewDense(probeRows, p.Dim(), nil)
	if err := sampler.Sample(ctx, draws, problem, nil, rng); err != nil {
		return nil, err
	}
	if len(p.levels) < 2 || len(p.centre) == 0 {
		return nil, fmt.Errorf("%s asks for %d levels of noise and a centre of length %d, want at least two and %d", sampler.Name(), len(p.levels), len(p.centre), p.Dim())
	}
	p.end = draws.RawMatrix().Data
	for i := range p.end {
		p.end[i] += p.shift[i]
	}
	return &p.trace, nil
}

// Sample implements [spec.Prior]; nobody draws from a probe.
func (p *probe) Sample(*mat.Dense, *rand.Rand) { panic("theorems: a probe has no draws") }

// Scale implements [spec.Denoiser].
func (p *probe) Scale() (narrowest, widest float64) {
	narrowest, widest = p.Denoiser.Scale()
	return narrowest / p.widen, widest * p.widen
}

// Denoise implements [spec.Denoiser].
func (p *probe) Denoise(dst, x *mat.Dense, sigma float64) {
	rows, columns := x.Dims()
	if rows == 1 {
		p.Denoiser.Denoise(dst, x, sigma)
		p.centre = mat.Row(nil, 0, dst)
		return
	}
	if p.shift == nil {
		p.begin(x, sigma)
	}
	if n := len(p.levels); n == 0 || p.levels[n-1] != sigma {
		p.levels = append(p.levels, sigma)
	}
	there, clean := mat.NewDense(rows, columns, nil), mat.NewDense(rows, columns, nil)
	p.last = there.RawMatrix().Data
	for i := range p.last {
		p.last[i] = x.At(i/columns, i%columns) + p.shift[i]
	}
	p.Denoiser.Denoise(clean, there, sigma)
	if p.watch != nil {
		p.watch(p.last, clean.RawMatrix().Data, sigma)
	}
	for i, v := range clean.RawMatrix().Data {
		dst.Set(i/columns, i%columns, v-p.shift[i])
	}
}

// begin notes where the sampler starts, and moves it to the nodes.
func (p *probe) begin(x *mat.Dense, sigma float64) {
	rows, columns := x.Dims()
	p.shift, p.start = make([]float64, rows*columns), make([]float64, rows*columns)
	for i := range p.start {
		from := x.At(i/columns, i%columns)
		if p.nodes != nil {
			p.shift[i] = p.centre[i%columns] + p.nodes[i]*sigma - from
		}
		p.start[i] = (from + p.shift[i] - p.centre[i%columns]) / sigma
	}
}

// rangeOf returns how far the levels of noise go beyond the law's scale, above and below it
// alike: F of the samplers' sigmaRange.
func rangeOf(ctx context.Context, sampler spec.Sampler, rng *rand.Rand) (float64, error) {
	unit, err := spec.NewIsotropic([]float64{0}, 1)
	if err != nil {
		return 0, err
	}
	seen, err := look(ctx, sampler, &probe{Denoiser: unit, widen: 1}, rng)
	if err != nil {
		return 0, err
	}
	return seen.levels[0], nil
}

// copies is the law of independent copies of a law on the line.
type copies struct {
	spec.Denoiser
	dim int
}

// Dim implements [spec.Denoiser].
func (c copies) Dim() int { return c.dim }

// Denoise implements [spec.Denoiser].
func (c copies) Denoise(dst, x *mat.Dense, sigma float64) {
	rows, _ := x.Dims()
	line := mat.NewDense(rows*c.dim, 1, nil)
	all := line.RawMatrix().Data
	for i := range all {
		all[i] = x.At(i/c.dim, i%c.dim)
	}
	c.Denoiser.Denoise(line, line, sigma)
	for i, v := range all {
		dst.Set(i/c.dim, i%c.dim, v)
	}
}
