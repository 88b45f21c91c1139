package samplers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"assay/internal/parallel"
	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// chunkRows is the number of rows that one goroutine advances together. It is
// fixed because the rounding of a matrix product may depend on the shape of the
// batch, and the draws must not depend on the number of processors.
const chunkRows = 32

// streams are the random streams of the rows of a batch, one a row.
type streams []*rand.Rand

// splitStreams returns n streams split from rng in order.
func splitStreams(rng *rand.Rand, n int) streams {
	s := make(streams, n)
	for i := range s {
		s[i] = spec.Split(rng)
	}
	return s
}

// addNormal adds deviation times standard normal noise to every entry of x, row i
// from the i-th stream. It draws nothing if deviation is 0.
func (s streams) addNormal(x *mat.Dense, deviation float64) {
	if deviation == 0 {
		return
	}
	for i, rng := range s {
		row := x.RawRowView(i)
		for j := range row {
			row[j] += deviation * rng.NormFloat64()
		}
	}
}

// start stores in every row of x the centre plus normal noise of the given deviation, as addNormal
// draws it.
func (s streams) start(x *mat.Dense, centre []float64, deviation float64) {
	for i := range s {
		copy(x.RawRowView(i), centre)
	}
	s.addNormal(x, deviation)
}

// advance fills the rows of x (n x d), zero and contiguous in memory, row i from the i-th stream.
type advance func(ctx context.Context, x *mat.Dense, noise streams) error

// evolve fills the rows of dst by calls of advance, one for each chunk of them. It is an error,
// never a silent NaN, if a row ends with an entry that is not finite.
func evolve(ctx context.Context, name string, dst *mat.Dense, rng *rand.Rand, advance advance) error {
	return evolveBy(ctx, name, chunkRows, dst, rng, advance)
}

// evolveBy is evolve by chunks of the given number of rows.
func evolveBy(ctx context.Context, name string, chunk int, dst *mat.Dense, rng *rand.Rand, advance advance) error {
	n, d := dst.Dims()
	noise := splitStreams(rng, n)
	return parallel.Chunks(ctx, n, chunk, func(lo, hi int) error {
		x := mat.NewDense(hi-lo, d, nil)
		if err := advance(ctx, x, noise[lo:hi]); err != nil {
			return err
		}
		for k, v := range x.RawMatrix().Data {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%s: the iteration diverged: entry %d of draw %d is %v", name, k%d, lo+k/d, v)
			}
		}
		rowsOf(dst, lo, hi).Copy(x)
		return nil
	})
}

// denoiserOf returns the denoiser of the problem's prior, which counts what it is asked, or the refusal of
// the sampler of the given name.
func denoiserOf(ctx context.Context, name string, p *spec.Problem) (spec.Denoiser, error) {
	if denoiser, ok := spec.Metered(ctx, p).Denoiser(); ok {
		return denoiser, nil
	}
	return nil, spec.Refuse("%s needs a denoiser, and the prior of problem %s (a %T) has none", name, p.Name(), p.Prior())
}

// atLeastOne is the error of a number of steps below 1.
func atLeastOne(name string, steps int) error {
	if steps < 1 {
		return fmt.Errorf("%s: steps is %d, want at least 1", name, steps)
	}
	return nil
}

// rowsOf returns the rows [lo, hi) of x, sharing its memory.
func rowsOf(x *mat.Dense, lo, hi int) *mat.Dense {
	_, d := x.Dims()
	return x.Slice(lo, hi, 0, d).(*mat.Dense)
}

// linearInverse returns the denoiser of the prior and the measurement of a linear inverse problem,
// or the refusal of who needs both.
func linearInverse(ctx context.Context, who string, p *spec.Problem) (spec.Denoiser, spec.Linear, error) {
	denoiser, err := denoiserOf(ctx, who, p)
	if err != nil {
		return nil, spec.Linear{}, err
	}
	measurement, err := p.NeedLinear(who)
	return denoiser, measurement, err
}
