package inverter

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/reduction"
	"assay/reduction/oneway"
	"assay/spec"
)

// hardProblem returns the hard instance of a function with default dials.
func hardProblem(t *testing.T, name string) (*reduction.Instance, *spec.Problem) {
	t.Helper()
	f, err := oneway.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	in, err := reduction.New(f, reduction.DefaultDials())
	if err != nil {
		t.Fatal(err)
	}
	p, err := in.Problem(name)
	if err != nil {
		t.Fatal(err)
	}
	return in, p
}

// TestSamplerInverts: whoever is given the sampler for a posterior sampler gets the
// preimages back, at sizes where nobody enumerates. Each draw fails with probability
// at most the slack, 1e-4 here.
func TestSamplerInverts(t *testing.T) {
	for function, oracle := range map[string]Inverter{
		"linear:n=200,m=150":     Linear(),
		"goldreich:n=40,m=40":    &sat{gophersat{}, defaultCell},
		"speck32:unknown=14":     Enumerate(),
		"mul:n=20":               &sat{gophersat{}, defaultCell},
		"sha256:n=20,m=16":       Enumerate(),
		"sha256:rounds=16,m=128": Linear(), // not affine: an error, and no preimage
	} {
		in, p := hardProblem(t, function)
		rng := newRand(7)
		z := in.Function().Circuit.Eval(circuit.RandomBits(in.Function().N, rng))
		const draws = 4
		attempt, err := reduction.Invert(context.Background(), Sampler(oracle), in, p, z, draws, rng)
		if function == "sha256:rounds=16,m=128" {
			if err == nil || !strings.Contains(err.Error(), "not affine") {
				t.Errorf("%s: error %v", function, err)
			}
			continue
		}
		if err != nil || attempt.Found != draws {
			t.Errorf("%s: %d of %d draws are preimages, error %v", function, attempt.Found, draws, err)
		}
	}
}

// TestSamplerDeclines what it cannot sample, without calling it an error of its own.
func TestSamplerDeclines(t *testing.T) {
	in, own := hardProblem(t, "constant:n=8,m=8")
	other := func(prior spec.Prior, a mat.Matrix) *spec.Problem {
		m, err := spec.NewLinear(a, 0.1)
		if err != nil {
			t.Fatal(err)
		}
		p, err := spec.NewProblem("other", prior, m)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	gaussian, err := spec.NewGaussian([]float64{0, 0}, mat.NewDiagDense(2, []float64{1, 1}))
	if err != nil {
		t.Fatal(err)
	}
	first := mat.NewDense(1, in.Dim(), nil)
	first.Set(0, 0, 1)
	// The function is constant: an image with another bit has no preimage.
	z := in.Function().Circuit.Eval(make([]bool, 8))
	z[3] = !z[3]
	for _, test := range []struct {
		problem *spec.Problem
		y       []float64
		want    string
	}{
		{other(gaussian, mat.NewDense(1, 2, []float64{1, 0})), []float64{0}, "Gaussian"},
		{other(in, first), []float64{0}, "8 output coordinates"},
		{own, in.Target(z, newRand(9)), "no secret has the bits nearest to y"},
	} {
		x := mat.NewDense(2, test.problem.Dim(), nil)
		err := Sampler(Enumerate()).Sample(context.Background(), x, test.problem, test.y, newRand(8))
		var refusal *spec.Refusal
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want a refusal with %q", err, test.want)
		}
	}
	if err := Sampler(Enumerate()).Sample(context.Background(), &mat.Dense{}, own, in.Target(z, newRand(9)), newRand(8)); err != nil {
		t.Errorf("no draws: error %v", err)
	}
}
