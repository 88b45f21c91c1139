package props

import (
	"context"
	"math/rand/v2"
	"slices"

	"assay/spec"
)

// truth stores in x the vector that the pool is compared with, and in y what is measured.
func (t *trial) truth(ctx context.Context, p *spec.Problem, x, y []float64, digest []byte, replicate uint64, stream func(string) *rand.Rand) *Fault {
	if t.origin != nil {
		draws, fault := t.unconditional(ctx, p, digest, replicate, stream("origin"))
		if fault != nil {
			return fault
		}
		copy(x, draws.RawRowView(0))
		m, _ := p.Measurement() // see [Consistent]
		m.Measure(y, x, stream("truth"))
		return nil
	}
	p.Draw(x, y, stream("truth"))
	if t.reference == nil {
		return nil
	}
	draws, fault := t.request(ctx, t.reference, p, 1, y, role(digest, "reference"), replicate, stream("reference"))
	if fault == nil {
		copy(x, draws.RawRowView(0))
	}
	return fault
}

// role names a call of a sampler that is not the candidate, or not as such.
func role(digest []byte, purpose string) []byte { return append(slices.Clone(digest), purpose...) }
