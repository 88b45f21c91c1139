package props_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// support is the uniform law on a few points: its posteriors under any likelihood are
// found by enumeration.
type support [][]float64

func (s support) Dim() int { return len(s[0]) }

func (s support) Sample(dst *mat.Dense, rng *rand.Rand) {
	for i := range dst.RawMatrix().Rows {
		dst.SetRow(i, s[rng.IntN(len(s))])
	}
}

func (s support) Condition(m spec.Measurement) (spec.Conditional, error) {
	likelihood, ok := m.(spec.Likelihood)
	if !ok {
		return nil, fmt.Errorf("a %T has no likelihood", m)
	}
	return enumerated{s, likelihood}, nil
}

type enumerated struct {
	support
	spec.Likelihood
}

func (e enumerated) logs(y []float64) []float64 {
	logs := make([]float64, len(e.support))
	for k, x := range e.support {
		e.LogLikelihood(logs[k:k+1], mat.NewDense(1, len(x), x), y)
	}
	return logs
}

func (e enumerated) LogEvidence(y []float64) float64 {
	return floats.LogSumExp(e.logs(y)) - math.Log(float64(len(e.support)))
}

func (e enumerated) Given(y []float64) spec.Prior {
	logs := e.logs(y)
	floats.AddConst(-floats.LogSumExp(logs), logs)
	return weighted{e.support, logs}
}

type weighted struct {
	support
	logs []float64
}

func (w weighted) Sample(dst *mat.Dense, rng *rand.Rand) {
	for i := range dst.RawMatrix().Rows {
		u, k := rng.Float64(), 0
		for ; k < len(w.logs)-1 && u >= math.Exp(w.logs[k]); k++ {
			u -= math.Exp(w.logs[k])
		}
		dst.SetRow(i, w.support[k])
	}
}

// magnitudes sees |x_j| + n / 2 for the sums and differences of neighbours.
type magnitudes struct{ dim int }

func (m magnitudes) Dim() int  { return m.dim }
func (m magnitudes) Rows() int { return m.dim }

func (m magnitudes) Forward(dst, x *mat.Dense) {
	for i := range dst.RawMatrix().Rows {
		for j := range m.dim {
			dst.Set(i, j, math.Abs(x.At(i, j)+2*x.At(i, (j+1)%m.dim)))
		}
	}
}

func (m magnitudes) Measure(y, x []float64, rng *rand.Rand) {
	m.Forward(mat.NewDense(1, m.dim, y), mat.NewDense(1, m.dim, x))
	for j := range y {
		y[j] += rng.NormFloat64() / 2
	}
}

func (m magnitudes) LogLikelihood(dst []float64, x *mat.Dense, y []float64) {
	seen := mat.NewDense(len(dst), m.dim, nil)
	m.Forward(seen, x)
	for i := range dst {
		r := 2 * floats.Distance(seen.RawRowView(i), y, 2)
		dst[i] = -r*r/2 - float64(m.dim)*math.Log(math.Sqrt(2*math.Pi)/2)
	}
}

// pairs is the same joint law of which nothing is known but draws, and the posterior.
type pairs struct {
	support
	by magnitudes
}

func (p pairs) Rows() int { return p.by.Rows() }
func (p pairs) Draw(x, y []float64, rng *rand.Rand) {
	p.Sample(mat.NewDense(1, len(x), x), rng)
	p.by.Measure(y, x, rng)
}
func (p pairs) Posterior() (spec.Conditional, error) { return p.Condition(p.by) }

// bare hides that x can be drawn alone.
type bare struct{ spec.JointLaw }

var signs = support{{1, 1}, {1, -1}, {-1, 1}, {-1, -1}, {2, 0}, {0, 2}}

// TestNoLinearCapability: what is judged need be neither linear nor known but by draws. The
// exact sampler is rejected with probability at most 1e-6; the prior, which does not look at
// y, is rejected within the budget, and what can be looked at decides the witnesses.
func TestNoLinearCapability(t *testing.T) {
	measured, err := spec.NewProblem("magnitudes", signs, magnitudes{2})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := spec.NewJoint("pairs", pairs{signs, magnitudes{2}})
	if err != nil {
		t.Fatal(err)
	}
	opaque, err := spec.NewJoint("bare pairs", bare{pairs{signs, magnitudes{2}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		p     *spec.Problem
		exact bool
		lacks string
	}{
		{measured, true, "magnitudes: no density of x is known: judged without the witnesses log prior density, weight of the tail, depth in the tail, log posterior density"},
		{drawn, true, "pairs: no density of x and no likelihood and no noiseless map from x to y is known: judged without the witnesses log prior density, weight of the tail, depth in the tail, log-likelihood, log posterior density, agreement of A x with y, nearness to the prior draw that fits y best"},
		{opaque, false, "bare pairs: no density of x and no likelihood"},
	} {
		if c.exact {
			v := judged(t, samplers.Exact(), c.p)
			if v.Outcome != props.NotRejected {
				t.Errorf("exact on %s: %s", c.p.Name(), v)
			}
		}
		v := judged(t, samplers.Prior(), c.p)
		if v.Outcome != props.Rejected {
			t.Errorf("prior on %s: %s", c.p.Name(), v)
		}
		if len(v.Warnings) != 1 || !strings.HasPrefix(v.Warnings[0], c.lacks) {
			t.Errorf("warnings %q, want %q", v.Warnings, c.lacks)
		}
		for _, name := range []string{"dps", "pigdm", "rejection"} {
			s, err := samplers.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			v := judged(t, s, c.p)
			if v.Stop != props.StopRefusal || !strings.Contains(v.Fault.Message, "needs a") {
				t.Errorf("%s on %s: %v", name, c.p.Name(), v.Fault)
			}
		}
		if _, err := json.Marshal(c.p); err == nil || !strings.Contains(err.Error(), "has no text form") {
			t.Errorf("text of %s: %v", c.p.Name(), err)
		}
	}
	// What the origin draws cannot be measured where only pairs are drawn.
	if _, err := props.Consistent(t.Context(), samplers.Prior(), samplers.Prior(), drawn); err == nil || !strings.Contains(err.Error(), "on problem pairs y cannot be drawn given x") {
		t.Errorf("Consistent on pairs: %v", err)
	}
	// Control: a problem that has everything is judged with everything.
	full, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	if v := judged(t, samplers.Exact(), full); len(v.Warnings) > 0 {
		t.Errorf("something is left out on %s: %q", full.Name(), v.Warnings)
	}
}

func judged(t *testing.T, s spec.Sampler, p *spec.Problem) *props.Verdict {
	t.Helper()
	v, err := props.Judge(t.Context(), s, []*spec.Problem{p}, props.Calls(400), props.Seed(1), props.Terse())
	if err != nil {
		t.Fatal(err)
	}
	valid(t, v)
	return v
}
