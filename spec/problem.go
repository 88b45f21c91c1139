package spec

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Problem is a prior and a measurement: a joint law of (x, y).
type Problem struct {
	name        string
	prior       Prior
	measurement Measurement

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
	p := &Problem{name: name, prior: prior, measurement: m}
	p.digest = sync.OnceValue(func() []byte {
		text, err := json.Marshal(p)
		if err != nil { // a prior of the caller's that has no text form
			text = p.fingerprint()
		}
		sum := sha256.Sum256(text)
		return sum[:]
	})
	p.posterior = sync.OnceValues(func() (Conditional, error) {
		c, ok := prior.(Conditioner)
		if !ok {
			return nil, fmt.Errorf("problem %s: no exact posterior is known for a prior of type %T", name, prior)
		}
		return c.Condition(m)
	})
	return p, nil
}

// Name returns the name of the problem.
func (p *Problem) Name() string { return p.name }

// Prior returns the law of x.
func (p *Problem) Prior() Prior { return p.prior }

// Measurement returns the law of y given x.
func (p *Problem) Measurement() Measurement { return p.measurement }

// Posterior returns the exact posteriors p(x | y), prepared once. It is an error
// if the prior is no [Conditioner].
func (p *Problem) Posterior() (Conditional, error) { return p.posterior() }

// Digest returns the SHA-256 hash of the canonical text form, which names the
// problem in streams and reports. A prior that has no text form is known by the
// name of the problem and its first draws on a fixed stream. The caller must not
// change the result.
func (p *Problem) Digest() []byte { return p.digest() }

// fingerprint stands in for the text form.
func (p *Problem) fingerprint() []byte {
	draws := mat.NewDense(4, p.prior.Dim(), nil)
	p.prior.Sample(draws, Stream(0, "fingerprint", nil, 0))
	text := fmt.Appendf(nil, "%q %x %x", p.name, draws.RawMatrix().Data, p.measurement.beta)
	if p.measurement.a != nil {
		text = fmt.Appendf(text, " %x", p.measurement.a.RawMatrix().Data)
	}
	return text
}

// Draw stores one draw of the joint law in x (length d) and y (length m).
func (p *Problem) Draw(x, y []float64, rng *rand.Rand) {
	p.prior.Sample(mat.NewDense(1, len(x), x), rng)
	p.measurement.Measure(y, x, rng)
}
