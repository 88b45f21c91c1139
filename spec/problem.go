package spec

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/tally"
)

// Problem is a joint law of (x, y), x in R^d and y in R^m: what a posterior sampler is
// judged on. Draws of it are all that a judgement needs: Dim, Rows and Draw.
//
// Everything else is a capability that a problem may have. There is an accessor for each,
// which returns it and whether there is one: [Problem.Measurement], [Problem.Linear],
// [Problem.Likelihood], [Problem.Forward], [Problem.Density], [Problem.Denoiser], and
// [Problem.Posterior], which says why not. Code that needs a capability asks for it, not
// for the type that happens to have it, and where it is missing does without or declines,
// saying why: see [Problem.NeedLinear].
type Problem struct {
	name   string
	prior  Prior        // of x
	given  any          // what is known of y given x: a Measurement, or the JointLaw
	joint  JointLaw     // nil for a prior and a measurement
	tally  *tally.Tally // counts what is denoised, if not nil; see Metered
	plain  *Problem     // the problem of which it is a metered copy; nil for none
	origin origin

	digest    func() []byte
	posterior func() (Conditional, error)
}

// NewProblem returns the problem of sampling x from prior given its measurement
// by m. The name is for people and for the digest. It is an error if the
// dimensions differ, or if there is no prior.
func NewProblem(name string, prior Prior, m Measurement) (*Problem, error) {
	if prior == nil {
		return nil, fmt.Errorf("problem %s: the prior is nil", name)
	}
	if prior.Dim() != m.Dim() {
		return nil, fmt.Errorf("problem %s: the prior has dimension %d, but A has %d columns", name, prior.Dim(), m.Dim())
	}
	p := &Problem{name: name, prior: prior, given: m}
	p.prepare(func() (Conditional, error) {
		c, ok := prior.(Conditioner)
		if !ok {
			return nil, fmt.Errorf("problem %s: no exact posterior is known for a prior of type %T", name, prior)
		}
		return c.Condition(m)
	})
	return p, nil
}

// prepare settles what is computed when it is first asked for.
func (p *Problem) prepare(posterior func() (Conditional, error)) {
	p.posterior = sync.OnceValues(posterior)
	p.digest = sync.OnceValue(func() []byte {
		text, err := json.Marshal(p)
		if err != nil { // a law of the caller's that has no text form
			text = p.fingerprint()
		}
		sum := sha256.Sum256(text)
		return sum[:]
	})
}

// Name returns the name of the problem.
func (p *Problem) Name() string { return p.name }

// Dim returns d, the length of x.
func (p *Problem) Dim() int { return p.prior.Dim() }

// Rows returns m, the length of y; 0 if nothing is measured.
func (p *Problem) Rows() int {
	if p.joint != nil {
		return p.joint.Rows()
	}
	return p.given.(Measurement).Rows()
}

// Draw stores one draw of the joint law in x (length d) and y (length m).
func (p *Problem) Draw(x, y []float64, rng *rand.Rand) {
	if p.joint != nil {
		p.joint.Draw(x, y, rng)
		return
	}
	p.prior.Sample(mat.NewDense(1, len(x), x), rng)
	p.given.(Measurement).Measure(y, x, rng)
}

// Prior returns the law of x, which every problem has. A joint law that is not a [Prior]
// itself draws x together with a y that is thrown away.
func (p *Problem) Prior() Prior { return p.prior }

// Density returns the smoothed density of the prior, if it is known.
func (p *Problem) Density() (Density, bool) { return capability[Density](p.prior) }

// Denoiser returns the denoiser of the prior, if there is one. That of a [Metered] problem counts.
func (p *Problem) Denoiser() (Denoiser, bool) {
	denoiser, ok := capability[Denoiser](p.prior)
	if ok && p.tally != nil {
		denoiser = metered{denoiser, p.tally}
	}
	return denoiser, ok
}

// Measurement returns the law of y given x, if y can be drawn given x.
func (p *Problem) Measurement() (Measurement, bool) { return capability[Measurement](p.given) }

// Linear returns the law of y given x, if it is linear with normal noise.
func (p *Problem) Linear() (Linear, bool) { return capability[Linear](p.given) }

// Likelihood returns the likelihood, if it is known.
func (p *Problem) Likelihood() (Likelihood, bool) { return capability[Likelihood](p.given) }

// Forward returns the noiseless map from x to y, if there is one.
func (p *Problem) Forward() (Forward, bool) { return capability[Forward](p.given) }

// Posterior returns the exact posteriors p(x | y), prepared once. It is an error if they
// are not known: the prior is not a [Conditioner], or not for this measurement, or the joint
// law is not an [Exact].
func (p *Problem) Posterior() (Conditional, error) { return p.posterior() }

func capability[C any](of any) (C, bool) {
	c, ok := of.(C)
	return c, ok
}

// NeedLinear returns the linear measurement, or else the [Refusal] of the one that
// needs it, such as a sampler, by its name.
func (p *Problem) NeedLinear(who string) (Linear, error) {
	if m, ok := p.Linear(); ok {
		return m, nil
	}
	return Linear{}, Refuse("%s needs a linear measurement, and that of problem %s is another: %s", who, p.name, p.givenWords())
}

// Digest returns the SHA-256 hash of the canonical text form, which names the
// problem in streams and reports. A law that has no text form is known by the
// name of the problem and its first draws on a fixed stream. The caller must not
// change the result.
func (p *Problem) Digest() []byte { return p.digest() }

// fingerprint stands in for the text form.
func (p *Problem) fingerprint() []byte {
	draws := mat.NewDense(4, p.Dim(), nil)
	rng := Stream(0, "fingerprint", nil, 0)
	p.prior.Sample(draws, rng)
	text := fmt.Appendf(nil, "%q %x", p.name, draws.RawMatrix().Data)
	if m, linear := p.Linear(); linear {
		text = fmt.Appendf(text, " %x", m.beta)
		switch op := m.op.(type) {
		case nil:
			return text
		case matrix:
			return fmt.Appendf(text, " %x", op.dense.RawMatrix().Data)
		}
	}
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	for range draws.RawMatrix().Rows {
		p.Draw(x, y, rng)
		text = fmt.Appendf(text, " %x %x", x, y)
	}
	return text
}
