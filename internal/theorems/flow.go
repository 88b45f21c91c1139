package theorems

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/internal/stats"
	"assay/props/problems/hard"
	"assay/reduction"
	"assay/samplers"
	"assay/spec"
)

// This file computes what discretisation costs diffusion on the local score, so that no statement
// rests on a tolerance that somebody chose. Heun's method is deterministic after its start. A step takes
// a secret coordinate to a point of the same sign, so that the bits read off the signs are those of the
// start, and each coordinate by itself is carried along an increasing function of where it starts:
// quantiles of the start go to quantiles of the draw, and two coordinates tell all of it.

// flow is the map of Heun's method from starts to draws, for one secret coordinate and one output.
type flow struct {
	in     *reduction.Instance // constant, of one secret coordinate and one output
	levels []float64
}

// newFlow returns that of the sampler on an instance.
func newFlow(ctx context.Context, sampler samplers.Diffusion, of *reduction.Instance) (*flow, error) {
	dials := of.Dials()
	in, _, err := hard.Parse(fmt.Sprintf("constant:n=1,m=1,R=%s,eps=%s", number(dials.R), number(dials.Eps)))
	if err != nil {
		return nil, err
	}
	seen, err := look(ctx, sampler, &probe{Denoiser: in, widen: 1}, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		return nil, err
	}
	f := &flow{in, append(seen.levels, 0)}
	if start, ok := f.increases(); !ok {
		return nil, fmt.Errorf("the flow of %s does not increase at a start of %v; more steps would do", sampler.Name(), start)
	}
	return f, nil
}

// increases reports whether the flow increases and keeps the sign of a secret coordinate, on a grid of starts
// that reaches where 1e-10 of them are, and if not, where.
func (f *flow) increases() (start float64, ok bool) {
	var starts []float64
	for z := -6.49; z < 6.5; z += 0.02 {
		starts = append(starts, z)
	}
	to := f.to(starts)
	for i, z := range starts {
		rounding := 1e-12
		if v := to.At(i, secretColumn); v*z <= 0 || i > 0 && (v < to.At(i-1, secretColumn) || to.At(i, outputColumn) < to.At(i-1, outputColumn)-rounding) {
			return z, false
		}
	}
	return 0, true
}

// to returns the draws that standard normal starts are carried to, a row each, its secret coordinate and
// its output both from the same.
func (f *flow) to(starts []float64) *mat.Dense {
	rows := len(starts)
	x, next, clean := mat.NewDense(rows, 2, nil), mat.NewDense(rows, 2, nil), mat.NewDense(rows, 2, nil)
	x.Apply(func(row, _ int, _ float64) float64 { return f.levels[0] * starts[row] }, x)
	slope := mat.NewDense(rows, 2, nil)
	for i, s := range f.levels[1:] {
		t := f.levels[i]
		f.in.Denoise(clean, x, t)
		if s == 0 {
			return clean
		}
		slope.Sub(x, clean)
		slope.Scale(1/t, slope)
		next.Scale(s-t, slope)
		next.Add(x, next)
		f.in.Denoise(clean, next, s)
		clean.Sub(next, clean)
		clean.Scale(1/s, clean)
		slope.Add(slope, clean)
		slope.Scale((s-t)/2, slope)
		x.Add(x, slope)
	}
	return x
}

const secretColumn, outputColumn = 0, 1

// misparity returns the probability that an output of the draw is nearer to a lattice point of the other
// parity. The starts that are carried to the edges of those cells are found by bisection.
func (f *flow) misparity() float64 {
	step := f.in.Dials().Eps / f.in.Dials().R
	var edges []float64 // of cells of the other parity
	for k := -2*int(4.5/f.in.Dials().Eps) - 1 + constantBit(f.in); float64(k)*f.in.Dials().Eps < 9; k += 2 {
		edges = append(edges, (float64(k)-0.5)*step, (float64(k)+0.5)*step)
	}
	starts := f.from(edges)
	sum := 0.0
	for i := 0; i < len(starts); i += 2 {
		sum += between(starts[i], starts[i+1])
	}
	return sum
}

// from returns the starts that are carried to the given numbers in the output column.
func (f *flow) from(outputs []float64) []float64 {
	low, high := make([]float64, len(outputs)), make([]float64, len(outputs))
	for i := range low {
		low[i], high[i] = -12, 12
	}
	middle := make([]float64, len(outputs))
	for range 60 {
		for i := range middle {
			middle[i] = (low[i] + high[i]) / 2
		}
		to := f.to(middle)
		for i, want := range outputs {
			if to.At(i, outputColumn) < want {
				low[i] = middle[i]
			} else {
				high[i] = middle[i]
			}
		}
	}
	return middle
}

// tolerance returns the (tau, delta) within which the draws of d coordinates are, of an instance of n to
// m bits: tau is a fortieth of the lattice spacing, so that a wrong parity is not a small error, and
// delta bounds the probability that a draw is farther than that from the point of the prior with the
// same quantiles in each coordinate, given its signs. It adds that a sign of the prior itself is
// wrong, and that the confidence limit of delta is, 1e-9.
func (f *flow) tolerance(n, m int, rng *rand.Rand) spec.Tolerance {
	const points, draws, wrong = 4000, 40_000, 1e-9
	dials := f.in.Dials()
	tau := dials.Eps / dials.R / 40
	secret, output := f.moves(points)
	far := 0
	for range draws {
		sum := 0.0
		for range n {
			sum += secret[rng.IntN(points)]
		}
		for range m {
			sum += output[rng.IntN(points)]
		}
		if sum > tau*tau {
			far++
		}
	}
	_, delta := stats.Interval(far, draws, 1-2*wrong)
	return spec.Tolerance{Tau: tau, Delta: delta + wrong + float64(n)*below(-dials.R)}
}

// moves returns the squared distances of a secret coordinate and of an output, at equally likely quantiles,
// from those quantiles of the prior.
func (f *flow) moves(points int) (secret, output []float64) {
	starts := middles(points)
	to, law := f.to(starts), newQuantiles(f.in)
	for i := range starts {
		q := (float64(i) + 0.5) / float64(points)
		a, b := to.At(i, secretColumn)-law.secret(q), to.At(i, outputColumn)-law.output(q)
		secret, output = append(secret, a*a), append(output, b*b)
	}
	return secret, output
}

// consistent returns a lower bound on the share of draws, of an instance of n to m bits, of which f(signs) =
// parities: all of them, but for those with an output on the other parity. 1e-12 is for rounding, of a
// hundred denoised means in a row.
func (f *flow) consistent(m int) float64 {
	return 1 - float64(m)*f.misparity() - 1e-12
}

// Within returns the (tau, delta) within which 50 steps of Heun's method sample the instance, as an
// unconditional sampler: tau is a fortieth of the lattice spacing, and delta is computed.
func Within(ctx context.Context, in *reduction.Instance) (spec.Tolerance, error) {
	f, err := newFlow(ctx, heun50, in)
	if err != nil {
		return spec.Tolerance{}, err
	}
	return f.tolerance(in.Function().N, in.Function().M, spec.Stream(0, "theorems/tolerance", nil, 0)), nil
}
