package samplers

import (
	"context"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// reversal is a reverse diffusion: the loop under all samplers here that denoise step by
// step. A sampler says where it starts, by which levels it goes down, how it takes a step,
// and, if it looks at y, how it is guided.
type reversal struct {
	denoiser spec.Denoiser
	levels   []level // from the noisiest down; the last may be without noise
	// It starts from normal noise of deviation spread round the centre; nil is the origin.
	centre []float64
	spread float64
	step   stepper
	guide  func(rows int) guidance // for a batch of so many rows; nil for none
}

// guidance is how y enters a reverse diffusion, in one of two places or in both. Either may
// use the scratch and the streams of the batch.
type guidance struct {
	// estimate changes the clean points of the batch, the means of x0 given its noisy points
	// at the level, into what the step is to go towards: means given y as well, which corrects
	// the score, or their projections on what was measured.
	estimate func(b *batch, at level)
	// after changes the points of the batch once they have moved from one level to a lower
	// one: a correction of the step, or a projection. The clean points and the Jacobian are
	// still those of the step.
	after func(b *batch, from, to level)
	// jacobian asks for the Jacobian of the denoiser.
	jacobian bool
}

// batch is the rows of a reverse diffusion under way. All its matrices are n x d and
// contiguous in memory, and a step allocates none.
type batch struct {
	guidance
	denoiser spec.Denoiser
	x        *mat.Dense // the noisy points
	clean    *mat.Dense // what they are denoised to
	scratch  *mat.Dense
	next     *mat.Dense // Heun's first guess, and
	slope    *mat.Dense // slope; nil until they are needed
	noise    streams
	product  func(dst, v *mat.Dense) // with the Jacobian of the denoiser, if it was asked for
}

// newBatch returns the batch of the points in the rows of x, without guidance.
func newBatch(denoiser spec.Denoiser, x *mat.Dense, noise streams) *batch {
	rows, d := x.Dims()
	return &batch{denoiser: denoiser, x: x, clean: mat.NewDense(rows, d, nil), scratch: mat.NewDense(rows, d, nil), noise: noise}
}

// run starts the rows of x, zero and contiguous in memory, and takes them through the levels.
func (r reversal) run(ctx context.Context, x *mat.Dense, noise streams) error {
	if r.centre != nil {
		noise.start(x, r.centre, r.spread)
	} else {
		noise.addNormal(x, r.spread)
	}
	return r.descend(ctx, x, noise)
}

// descend takes the rows of x, which are at the first of the levels, to the last.
func (r reversal) descend(ctx context.Context, x *mat.Dense, noise streams) error {
	b := newBatch(r.denoiser, x, noise)
	if r.guide != nil {
		rows, _ := x.Dims()
		b.guidance = r.guide(rows)
	}
	for i, to := range r.levels[1:] {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := r.levels[i]
		r.step(b, from, to)
		if b.after != nil {
			b.after(b, from, to)
		}
	}
	return nil
}

// denoise stores the clean points for those of x at the level, with guidance.
func (b *batch) denoise(x *mat.Dense, at level) {
	if at.signal != 1 {
		b.scratch.Scale(1/at.signal, x)
		x = b.scratch
	}
	if b.jacobian {
		b.product = b.denoiser.Linearize(b.clean, x, at.sigma())
	} else {
		b.denoiser.Denoise(b.clean, x, at.sigma())
	}
	if b.estimate != nil {
		b.estimate(b, at)
	}
}

// stepper moves the points of a batch from one level to a lower one.
type stepper func(b *batch, from, to level)

// rule says how far a step from one level to a lower one goes:
// x = to.signal x0 + keep (x - from.signal x0) + deviation z.
type rule func(from, to level) (keep, deviation float64)

// towards returns the step by the rule, with the clean points for x0: one call of the
// denoiser.
func towards(r rule) stepper {
	return func(b *batch, from, to level) {
		b.denoise(b.x, from)
		keep, deviation := r(from, to)
		b.move(keep, from, to)
		b.noise.addNormal(b.x, deviation)
	}
}

// move takes the points to the means of their next ones by a rule, without its noise.
func (b *batch) move(keep float64, from, to level) {
	x, clean := b.x.RawMatrix().Data, b.clean.RawMatrix().Data
	for k, v := range x {
		x[k] = to.signal*clean[k] + keep*(v-from.signal*clean[k])
	}
}

// heun is a step of the probability flow, which on x/signal is dx/dsigma = (x - x0)/sigma,
// by Heun's method: two calls of the denoiser, or one where no noise is left.
func heun(b *batch, from, to level) {
	b.denoise(b.x, from)
	t, s := from.sigma(), to.sigma()
	x, clean := b.x.RawMatrix().Data, b.clean.RawMatrix().Data
	if s == 0 {
		for k, v := range clean {
			x[k] = to.signal * v
		}
		return
	}
	if b.next == nil {
		rows, d := b.x.Dims()
		b.next, b.slope = mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil)
	}
	next, slope := b.next.RawMatrix().Data, b.slope.RawMatrix().Data
	for k, v := range x {
		v /= from.signal
		slope[k] = (v - clean[k]) / t
		next[k] = to.signal * (v + (s-t)*slope[k])
	}
	b.denoise(b.next, to)
	for k, v := range next {
		x[k] = to.signal * (x[k]/from.signal + (s-t)/2*(slope[k]+(v/to.signal-clean[k])/s))
	}
}
