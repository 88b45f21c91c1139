package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// squares sees x^2 + scale n, and nothing else is known of it but its text form.
type squares struct {
	Scale float64 `json:"scale"`
}

func (squares) Dim() int  { return 1 }
func (squares) Rows() int { return 1 }
func (m squares) Measure(y, x []float64, rng *rand.Rand) {
	y[0] = x[0]*x[0] + m.Scale*rng.NormFloat64()
}
func (m squares) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"kind":"squares","scale":%v}`, m.Scale), nil
}
func (m squares) String() string { return fmt.Sprintf("y = x^2 + %v n", m.Scale) }

func init() {
	RegisterMeasurement("squares", func(text []byte) (Measurement, error) {
		var m squares
		return m, json.Unmarshal(text, &m)
	})
}

// drawn is a joint law of which nothing is known but draws.
type drawn struct{ d, m int }

func (j drawn) Dim() int  { return j.d }
func (j drawn) Rows() int { return j.m }
func (j drawn) Draw(x, y []float64, rng *rand.Rand) {
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	for i := range y {
		y[i] = x[0] + rng.NormFloat64()
	}
}

func TestOtherMeasurement(t *testing.T) {
	prior, err := NewIsotropic([]float64{0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProblem("squared", prior, squares{2})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseProblem(text)
	if err != nil || !bytes.Equal(p.Digest(), q.Digest()) {
		t.Errorf("%s does not come back: %v", text, err)
	}
	_, err = p.NeedLinear("dps")
	if want := "dps needs a linear measurement, and that of problem squared is another: y = x^2 + 2 n"; !errors.As(err, new(*Refusal)) || err.Error() != want {
		t.Errorf("%v, want the refusal %s", err, want)
	}
	if _, err := p.Posterior(); err == nil || err.Error() != "condition: posteriors are known for linear measurements, not for a spec.squares" {
		t.Errorf("posterior: %v", err)
	}
	checkCapabilities(t, p, "denoiser density measurement")
	linear, err := NewProblem("linear", prior, measurement(t, mat.NewDense(1, 1, []float64{1}), 1))
	if err != nil {
		t.Fatal(err)
	}
	checkCapabilities(t, linear, "denoiser density forward likelihood linear measurement")
	if _, err := linear.NeedLinear("dps"); err != nil {
		t.Error(err)
	}
}

func TestJoint(t *testing.T) {
	p, err := NewJoint("drawn", drawn{2, 1})
	if err != nil {
		t.Fatal(err)
	}
	checkCapabilities(t, p, "")
	if p.Dim() != 2 || p.Rows() != 1 || p.Dim() != 2 {
		t.Errorf("%d and %d, want 2 and 1", p.Dim(), p.Rows())
	}
	rng := func() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
	x, y, alone := make([]float64, 2), make([]float64, 1), mat.NewDense(1, 2, nil)
	p.Draw(x, y, rng())
	p.Prior().Sample(alone, rng())
	if !mat.Equal(alone, mat.NewDense(1, 2, x)) {
		t.Errorf("x alone is %v, with y %v", mat.Formatted(alone), x)
	}
	wider, err := NewJoint("drawn", drawn{2, 2})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(p.Digest(), wider.Digest()) {
		t.Error("two laws have one digest")
	}
	if _, err := p.Posterior(); err == nil || err.Error() != "problem drawn: no exact posterior is known for a joint law of type spec.drawn" {
		t.Errorf("posterior: %v", err)
	}
	if _, err := NewJoint("empty", drawn{0, 1}); err == nil || err.Error() != "problem empty: x has 0 coordinates and y 1, want at least 1 and 0" {
		t.Errorf("a law of nothing: %v", err)
	}
}

func checkCapabilities(t *testing.T, p *Problem, want string) {
	t.Helper()
	_, denoiser := p.Denoiser()
	_, density := p.Density()
	_, forward := p.Forward()
	_, likelihood := p.Likelihood()
	_, linear := p.Linear()
	_, measurement := p.Measurement()
	var got string
	for _, c := range []struct {
		name string
		has  bool
	}{{"denoiser", denoiser}, {"density", density}, {"forward", forward}, {"likelihood", likelihood}, {"linear", linear}, {"measurement", measurement}} {
		if c.has {
			got += " " + c.name
		}
	}
	if got != "" {
		got = got[1:]
	}
	if got != want {
		t.Errorf("%s has %q, want %q", p.Name(), got, want)
	}
}
