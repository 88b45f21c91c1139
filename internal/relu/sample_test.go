package relu_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/internal/circuit"
	"assay/internal/relu"
	"assay/internal/theorems"
	"assay/props"
	"assay/reduction"
	"assay/reduction/oneway"
	"assay/samplers"
	"assay/spec"
)

// withNetworks returns the instance of a function with networks certified for C = 2.
func withNetworks(t testing.TB, name string) *relu.Networks {
	t.Helper()
	f, err := oneway.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	dials, err := reduction.Parameters(f.N, f.M, 2)
	if err != nil {
		t.Fatal(err)
	}
	in, err := reduction.New(f, dials)
	if err != nil {
		t.Fatal(err)
	}
	return relu.NewNetworks(in, in, 2)
}

var diffusion = samplers.Diffusion{Method: samplers.Heun, Steps: 50}

// unmeasured returns the problem of sampling the prior.
func unmeasured(t testing.TB, p *relu.Networks) *spec.Problem {
	t.Helper()
	problem, err := spec.NewProblem("unmeasured", p, spec.Unmeasured(p.Dim()))
	if err != nil {
		t.Fatal(err)
	}
	return problem
}

// TestDraws: diffusion on the scores of the networks alone draws points of which f(signs)
// = parities (Theorem 1.4). If a share of 0.999 is right, 5 wrong ones in 200 have a
// probability of 3e-6; a share of 0.95 is noticed with probability 0.97. The control
// runs on the networks of another function, of which a draw is right by chance in 2^-32.
func TestDraws(t *testing.T) {
	right := func(p *relu.Networks) int {
		x := mat.NewDense(200, p.Dim(), nil)
		if err := diffusion.Sample(context.Background(), x, unmeasured(t, p), nil, rand.New(rand.NewPCG(4, 4))); err != nil {
			t.Fatal(err)
		}
		count := 0
		for row := range 200 {
			point := x.RawRowView(row)
			if p.IsPreimage(p.Secret(point), p.Parities(point)) {
				count++
			}
		}
		return count
	}
	p := withNetworks(t, "goldreich:n=32,m=32")
	if count := right(p); count < 196 {
		t.Errorf("%d of 200 draws satisfy f(signs) = parities, want 196", count)
	}
	p = relu.NewNetworks(p.Instance, withNetworks(t, "goldreich:n=32,m=32,seed=2").Instance, 2)
	if count := right(p); count > 1 {
		t.Errorf("%d of 200 draws are right with the networks of another function", count)
	}
}

// tolerance is what 50 steps of Heun's method cost on the instance with the most coordinates here, see
// [theorems.Within]: tau is a fortieth of its lattice spacing, so that a wrong parity is not a small error. That the
// scores are those of networks, within 1/d^2 of the rule's, is what is tested.
func tolerance(t testing.TB) spec.Tolerance {
	t.Helper()
	within, err := theorems.Within(t.Context(), withNetworks(t, "goldreich:n=6,m=6").Instance)
	if err != nil {
		t.Fatal(err)
	}
	return within
}

// small generates problems of sampling the prior by networks.
func small(t *testing.T) *rapid.Generator[*spec.Problem] {
	made := map[string]*spec.Problem{}
	return rapid.Custom(func(rt *rapid.T) *spec.Problem {
		name := fmt.Sprintf("goldreich:n=%d,m=%d,seed=%d", rapid.IntRange(5, 6).Draw(rt, "n"), rapid.IntRange(5, 6).Draw(rt, "m"), rapid.IntRange(1, 2).Draw(rt, "seed"))
		if made[name] == nil {
			made[name] = unmeasured(t, withNetworks(t, name))
		}
		return made[name]
	})
}

// TestUnconditional (Theorem 1.4): diffusion on the scores of the networks alone is not
// rejected as a (tau, delta)-unconditional sampler, over hard priors; a false alarm at 1e-6.
func TestUnconditional(t *testing.T) {
	rapid.Check(t, props.Posterior(diffusion, props.Over(small(t)), props.Within(tolerance(t)), props.Calls(calls)))
}

// calls are what the harder control of [TestWrongGate] takes, half of whose draws are wrong, and a quarter
// more.
const calls = 300

// TestWrongGate: with a network of a circuit that has one gate too many, one NOT, or one XOR
// with a secret bit, which is wrong for half of the secrets, the same sampler is rejected
// within the same tolerance.
func TestWrongGate(t *testing.T) {
	for name, gate := range map[string]func(b *circuit.Builder, out circuit.Lit) circuit.Lit{
		"NOT": func(_ *circuit.Builder, out circuit.Lit) circuit.Lit { return out.Not() },
		"XOR": func(b *circuit.Builder, out circuit.Lit) circuit.Lit { return b.Xor(out, b.Input(0)) },
	} {
		p := withNetworks(t, "goldreich:n=5,m=5")
		b := circuit.NewBuilder(p.Function().N)
		outputs := b.Append(p.Function().Circuit, b.Inputs())
		outputs[0] = gate(b, outputs[0])
		wrong := *p.Function()
		wrong.Circuit = b.Build(outputs...)
		of, err := reduction.New(&wrong, p.Dials())
		if err != nil {
			t.Fatal(err)
		}
		p = relu.NewNetworks(p.Instance, of, 2)
		verdict, err := props.Judge(t.Context(), diffusion, []*spec.Problem{unmeasured(t, p)}, props.Within(tolerance(t)), props.Calls(calls))
		if err != nil {
			t.Fatal(err)
		}
		if verdict.Outcome != props.Rejected {
			t.Errorf("%s: %s", name, verdict)
		} else {
			t.Logf("%s: rejected after %d calls", name, verdict.Calls)
		}
	}
}

// BenchmarkDraw: an unconditional draw by diffusion on the networks of AES-128, in batches of 512,
// with the networks compiled beforehand, which the first batch does; how long that takes more
// than another is reported too.
func BenchmarkDraw(b *testing.B) {
	const rows = 512
	p := withNetworks(b, "aes128")
	problem, x := unmeasured(b, p), mat.NewDense(rows, p.Dim(), nil)
	draw := func(stream uint64) float64 {
		start := time.Now()
		if err := diffusion.Sample(b.Context(), x, problem, nil, rand.New(rand.NewPCG(9, stream))); err != nil {
			b.Fatal(err)
		}
		if err := p.Err(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start).Seconds()
	}
	first, all := draw(0), 0.0
	right := 0
	b.ResetTimer()
	for i := range b.N {
		all += draw(uint64(i + 1))
		for row := range rows {
			if point := x.RawRowView(row); p.IsPreimage(p.Secret(point), p.Parities(point)) {
				right++
			}
		}
	}
	b.ReportMetric(all*1e3/float64(b.N)/rows, "ms/draw")
	b.ReportMetric(first-all/float64(b.N), "s-compiling")
	b.ReportMetric(float64(right)/float64(b.N)/rows, "right")
	b.ReportMetric(0, "ns/op")
}
