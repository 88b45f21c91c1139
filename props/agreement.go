package props

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// Against judges whether the candidate agrees with the reference, where no exact draw is
// needed: in the place of the truth x that made y stands one draw of the reference given
// y. The null is that given y, for almost every y of the problem (or, with [Local], at
// each single y), the draws of both have one law; that law may be wrong. Draws of a chain
// may have a law each, the first another than the last, so that if either claims no
// independence both are asked for one draw a call.
func Against(reference spec.Sampler) Option { return func(o *options) { o.reference = reference } }

// DrawnBy lets the sampler, asked without a measurement, make the truth x of each call, in
// the place of the prior; y is measured of that. A sampler that refuses to draw without a
// measurement is asked with one that says nothing, a row of zeros. The null is that the
// candidate samples the posterior of the law that the sampler samples so, which nobody
// else need know. The prior still says at what scale to look. It does not go with [Local].
func DrawnBy(sampler spec.Sampler) Option { return func(o *options) { o.origin = sampler } }

// agreeing settles what the options above imply.
func (o *options) agreeing(candidate spec.Sampler) {
	if o.reference != nil && !(candidate.Independent() && o.reference.Independent()) {
		o.draws = 1
	}
}

// truth stores in x the vector that the pool is compared with, and in y what is measured.
func (t *trial) truth(ctx context.Context, p *spec.Problem, x, y []float64, digest []byte, replicate uint64, stream func(string) *rand.Rand) *Fault {
	if t.origin != nil {
		draws, fault := t.unconditional(ctx, p, digest, replicate, stream("origin"))
		if fault != nil {
			return fault
		}
		copy(x, draws.RawRowView(0))
		m, ok := p.Measurement()
		if !ok {
			return &Fault{Kind: FaultError, Message: fmt.Sprintf("DrawnBy measures what the sampler draws, and on problem %s y cannot be drawn given x", p.Name())}
		}
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

// unconditional asks the origin for one draw without a measurement, or with one that says
// nothing.
func (t *trial) unconditional(ctx context.Context, p *spec.Problem, digest []byte, replicate uint64, rng *rand.Rand) (draws *mat.Dense, fault *Fault) {
	d := p.Dim()
	silent := spec.Unmeasured(d)
	for _, purpose := range []string{"origin", "origin of zeros"} {
		on, err := spec.NewProblem(p.Name(), p.Prior(), silent)
		if err != nil {
			return nil, &Fault{Kind: FaultError, Message: err.Error()}
		}
		y := make([]float64, silent.Rows())
		silent.Measure(y, make([]float64, d), rng)
		draws, fault = t.request(ctx, t.origin, on, 1, y, role(digest, purpose), replicate, rng)
		if fault == nil || fault.Kind != FaultRefusal {
			break
		}
		beta := 1.0 // any noise says nothing; that of the problem is what the sampler knows
		if m, linear := p.Linear(); linear {
			beta = m.Beta()
		}
		if silent, err = spec.NewLinear(mat.NewDense(1, d, nil), beta); err != nil {
			return nil, &Fault{Kind: FaultError, Message: err.Error()}
		}
	}
	return draws, fault
}

// role names a call of a sampler that is not the candidate, or not as such.
func role(digest []byte, purpose string) []byte { return append(slices.Clone(digest), purpose...) }
