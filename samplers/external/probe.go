package external

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/text"
	"assay/spec"
)

// probe is the result of asking for draws with two seeds on one problem, and with the first again.
type probe struct {
	mu   sync.Mutex
	done bool
	err  error
}

// probeDraws is how many draws are asked for with each of the seeds.
const probeDraws = 4

// probe makes the calls that show whether draws depend on the seed, once on each problem.
// They are always the same ones, so that which call makes them does not matter.
func (c *Candidate) probe(ctx context.Context, s *session, p *spec.Problem) error {
	c.mu.Lock()
	q := c.probes[string(p.Digest())]
	if q == nil {
		q = new(probe)
		c.probes[string(p.Digest())] = q
	}
	c.mu.Unlock()
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.done {
		moved, err := seedMatters(ctx, s, p)
		if ctx.Err() != nil {
			return ctx.Err() // the next call will ask
		}
		q.done, q.err = true, err
		c.unrepeatable(p.Name(), moved)
	}
	return q.err
}

// unrepeatable notes that the same seed gave other draws on a problem, off by as much as moved.
func (c *Candidate) unrepeatable(name string, moved float64) {
	if moved == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.warnings = append(c.warnings, fmt.Sprintf("the same seed gave other draws on %s, off by up to %.2g: not all randomness comes from the seed, and no command repeats what comes of it", text.Name(name), moved))
	slices.Sort(c.warnings) // calls on several problems may be made at a time
}

// Warnings returns what was noticed of the program that is no fault and concerns the reader of a
// verdict: that its draws are no function of the seed.
func (c *Candidate) Warnings() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.warnings)
}

// seedMatters asks for draws given one y with two seeds, and with the first again. It is a fault if
// those of the two are the same to the last bit, though the posterior has no atoms that would explain
// it. It returns how far those of the one seed are apart.
func seedMatters(ctx context.Context, s *session, p *spec.Problem) (moved float64, err error) {
	d, m := p.Dim(), p.Rows()
	rng := spec.Stream(0, "probe of an external candidate", p.Digest(), 0)
	x, y := make([]float64, d), make([]float64, m)
	p.Draw(x, y, rng)
	first, second, again := mat.NewDense(probeDraws, d, nil), mat.NewDense(probeDraws, d, nil), mat.NewDense(probeDraws, d, nil)
	one, other := newCall(p, y, rng), newCall(p, y, rng)
	for _, asked := range []struct {
		call  *call
		draws *mat.Dense
	}{{one, first}, {other, second}, {one, again}} {
		if err := s.sample(ctx, []*call{asked.call}, []*mat.Dense{asked.draws}); err != nil {
			return 0, err
		}
	}
	if !mat.Equal(first, again) {
		for i := range probeDraws {
			for j := range d {
				moved = max(moved, math.Abs(again.At(i, j)-first.At(i, j)))
			}
		}
		return moved, nil
	}
	if !mat.Equal(first, second) {
		return 0, nil
	}
	if may, err := mayRepeat(ctx, p, y); may || err != nil {
		return 0, err
	}
	return 0, &Fault{Kind: kinds.Repeat, Message: "sample: two calls with different seeds returned the same draws, to the last bit; seed the generator from the seed of the call", Stderr: s.tail.last()}
}

// mayRepeat reports whether right draws given y may be the same to the last bit: because
// the posterior has atoms or is narrower than rounding, which exact draws show, or is not
// known. If two draws are the same with probability c, then those of two calls are with
// probability c^4, while no two of 512 exact ones are with probability at most (1-c)^256
// (take them in pairs): both happen with probability at most 1e-9, whatever c is. It is
// an error if ctx is done first.
func mayRepeat(ctx context.Context, p *spec.Problem, y []float64) (bool, error) {
	posterior, err := p.Posterior()
	if err != nil {
		return true, nil
	}
	law, err := spec.Given(ctx, posterior, y)
	if err != nil {
		return false, err
	}
	const exact = 512
	draws := mat.NewDense(exact, p.Dim(), nil)
	law.Sample(draws, spec.Stream(0, "exact draws for the probe", p.Digest(), 0))
	seen := map[string]bool{}
	for i := range exact {
		key := fmt.Sprintf("%x", draws.RawRowView(i))
		if seen[key] {
			return true, nil
		}
		seen[key] = true
	}
	return false, nil
}
