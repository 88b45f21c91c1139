package inverter

import (
	"context"
	"fmt"
	"math/rand/v2"

	"assay/internal/circuit"
)

// Linear returns the inverter by Gaussian elimination, for circuits without an AND
// once constants are folded: those compute an affine map over GF(2), whatever they
// look like. It declines others, even the few that are affine all the same. Its
// samples are exactly uniform.
func Linear() Inverter { return linear{} }

type linear struct{}

func (linear) Name() string { return "linear" }

func (l linear) Invert(ctx context.Context, c *circuit.Circuit, z []bool, rng *rand.Rand) ([]bool, Work, error) {
	return one(l.Sample(ctx, c, z, 1, rng))
}

func (linear) Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) ([][]bool, Work, error) {
	if err := checkImage(c, z); err != nil {
		return nil, Work{}, fmt.Errorf("linear: %w", err)
	}
	if k := c.Counts(); k.And > 0 {
		return nil, Work{}, fmt.Errorf("linear: the function is not affine over GF(2): it takes %d ANDs; try sat", k.And)
	}
	s, work, err := affine(ctx, c, z)
	if err != nil {
		return nil, work, err
	}
	x := make([][]bool, draws)
	for i := range x {
		x[i] = s.solve(circuit.RandomBits(s.n-len(s.rows), rng))
		if err := checkPreimage(c, z, x[i]); err != nil {
			return nil, work, fmt.Errorf("linear: %w", err)
		}
	}
	return x, work, nil
}

// affine returns the equations c(x) = z of an affine c, which it reads off its values
// at 0 and at the unit vectors: those are the candidates that its work counts.
func affine(ctx context.Context, c *circuit.Circuit, z []bool) (*system, Work, error) {
	s := newSystem(c.Inputs())
	rows := make([]equation, len(z))
	x := make([]bool, s.n)
	zero := c.Eval(x)
	work := Work{Candidates: 1}
	for j := range rows {
		rows[j] = s.equation()
		if zero[j] != z[j] {
			rows[j].set(s.n)
		}
	}
	for i := range x {
		if err := ctx.Err(); err != nil {
			return nil, work, err
		}
		x[i] = true
		work.Candidates++
		for j, v := range c.Eval(x) {
			if v != zero[j] {
				rows[j].set(i)
			}
		}
		x[i] = false
	}
	for _, e := range rows {
		if _, consistent := s.impose(e); !consistent {
			return nil, work, ErrNoPreimage
		}
	}
	return s, work, nil
}

// one turns what Sample returned for one draw into what Invert returns.
func one(x [][]bool, work Work, err error) ([]bool, Work, error) {
	if err != nil {
		return nil, work, err
	}
	return x[0], work, nil
}
