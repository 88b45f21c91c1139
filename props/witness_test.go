package props

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/internal/defaults"
	"assay/props/evidence"
	"assay/samplers"
	"assay/spec"
)

// oneOfFour is N(0, I) in R^4, the last coordinate of which is measured.
func oneOfFour() *spec.Problem {
	prior, err := spec.NewIsotropic(make([]float64, 4), 1)
	if err != nil {
		panic(err)
	}
	m, err := spec.NewLinear(mat.NewDense(1, 4, []float64{0, 0, 0, 1}), 0.5)
	if err != nil {
		panic(err)
	}
	p, err := spec.NewProblem("one of four", prior, m)
	if err != nil {
		panic(err)
	}
	return p
}

// parity is the sign of x_0 x_1 x_2.
func parity(x, _ []float64) float64 { return math.Copysign(1, x[0]*x[1]*x[2]) }

// evenParity draws from the posterior but for the sign of x_2, which is that of x_0 x_1. Any two
// coordinates are right.
var evenParity = spec.NewSampler("even parity", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	err := samplers.Exact().Sample(ctx, dst, p, y, rng)
	for i := range dst.RawMatrix().Rows {
		if row := dst.RawRowView(i); parity(row, nil) < 0 {
			row[2] = -row[2]
		}
	}
	return err
})

func ExampleWitness() {
	problem := []*spec.Problem{oneOfFour()}
	own := Witness("sign of x[0] x[1] x[2]", parity)
	for _, opts := range [][]JudgeOption{{Terse()}, {Terse(), own}} {
		v, err := Judge(context.Background(), evenParity, problem, opts...)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(v.Outcome, v.Calls < 200)
	}
	v, err := Judge(context.Background(), samplers.Exact(), problem, Terse(), own)
	fmt.Println(v.Outcome, err)
	// Output:
	// not rejected false
	// rejected true
	// not rejected <nil>
}

// TestWitnessIsNamed: the verdict names the witness that saw what is wrong, over all y and at a
// single one, on one problem and on several as one.
func TestWitnessIsNamed(t *testing.T) {
	const name = "sign of x[0] x[1] x[2]"
	for what, opts := range map[string][]JudgeOption{"all y": nil, "single y": {At([]float64{0.3})}, "a chain": {Draws(1)}} {
		v, err := Judge(t.Context(), evenParity, []*spec.Problem{oneOfFour()}, append(opts, Witness(name, parity))...)
		if err != nil || v.Outcome != Rejected || v.Problems[0].Witnesses[0].Name != name || !strings.Contains(v.String(), "own       "+name+": looked at") || len(v.OwnWitnesses) != 1 {
			t.Errorf("%s: %v, %v", what, v, err)
		}
	}
	v, err := Judge(t.Context(), evenParity, append(parsed(t, "gauss:d=3,m=0"), oneOfFour()), Witness(name, parity))
	if err != nil || v.Together == nil || v.Together.Witnesses[0].Name != name {
		t.Errorf("%v, %v", v, err)
	}
}

// TestWitnessRefused: a witness that is of no use is refused in one line that names it.
func TestWitnessRefused(t *testing.T) {
	nan := func([]float64, []float64) float64 { return math.NaN() }
	calls := 0
	late := func(x, _ []float64) float64 {
		if calls++; calls > 1000 {
			panic("enough")
		}
		return x[0]
	}
	for _, test := range []struct {
		name string
		f    func(x, y []float64) float64
		want string
	}{
		{"", parity, "empty name"},
		{"x[0]", parity, `witness "x[0]": there is one of that name`},
		{"none", nil, `witness "none" has no function`},
		{"unknown", nan, `witness "unknown" is NaN for every draw of the prior of one of four`},
		{"too far", func(x, _ []float64) float64 { return x[4] }, `witness "too far" panicked: runtime error: index out of range [4]`},
		{"late", late, `on one of four: witness "late" panicked: enough`},
	} {
		v, err := Judge(t.Context(), samplers.Exact(), []*spec.Problem{oneOfFour()}, Witness(test.name, test.f), Jobs(1))
		if v != nil || err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, %v, want an error with %q", test.name, v, err, test.want)
		}
	}
	sometimes := func(x, _ []float64) float64 { return math.Sqrt(x[0]) } // NaN for half of them
	if v, err := Judge(t.Context(), samplers.Exact(), []*spec.Problem{oneOfFour()}, Witness("root", sometimes), Calls(20), Terse()); err != nil {
		t.Errorf("%v, %v", v, err)
	}
	twice := evidence.Function("twice", parity)
	if _, err := Judge(t.Context(), samplers.Exact(), []*spec.Problem{oneOfFour()}, Witnesses(twice, twice)); err == nil {
		t.Error("two witnesses of one name: no error")
	}
}

// TestLacksWitness: a counterexample that was caught by a witness of the user's own is judged again with
// that only, through its file and as a property's; one that others caught, without.
func TestLacksWitness(t *testing.T) {
	const name = "sign of x[0] x[1] x[2]"
	p, own := oneOfFour(), Witness(name, parity)
	caught := func(candidate spec.Sampler) *Counterexample {
		v, err := Judge(t.Context(), candidate, []*spec.Problem{p}, Terse(), own)
		if err != nil || v.Outcome != Rejected {
			t.Fatalf("%v, %v", v, err)
		}
		text, err := (&Counterexample{Candidate: v.Candidate, Alpha: defaults.Alpha, Verdict: v, Problem: p, Origin: v.Problems[0].Digest}).Encode()
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseCounterexample(text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := caught(evenParity)
	_, err := c.Again(t.Context(), evenParity)
	if lacks := (*LacksWitness)(nil); !errors.As(err, &lacks) || lacks.Name != name || strings.Contains(err.Error(), "\n") {
		t.Errorf("without the witness: %v", err)
	}
	if v, err := c.Again(t.Context(), evenParity, Witness(name, parity)); err != nil || v.Outcome != Rejected {
		t.Errorf("with the witness: %v, %v", v, err)
	}
	of := func(own ...PosteriorOption) *property {
		o, err := settle(standard(), own, PosteriorOption.posterior)
		if err != nil {
			t.Fatal(err)
		}
		return &property{candidate: evenParity, options: o, verdicts: map[string]*Verdict{}}
	}
	if _, err := of().judgeAgain(t.Context(), c); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("a property without the witness: %v", err)
	}
	if v, err := of(own).judgeAgain(t.Context(), c); err != nil || v.Outcome != Rejected {
		t.Errorf("a property with the witness: %v, %v", v, err)
	}
	// The prior is caught by other witnesses: it keeps the sign right.
	if v, err := caught(samplers.Prior()).Again(t.Context(), samplers.Prior()); err != nil || v.Outcome != Rejected {
		t.Errorf("caught by others: %v, %v", v, err)
	}
}
