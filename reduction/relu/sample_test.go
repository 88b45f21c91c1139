package relu_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/reduction"
	"assay/reduction/oneway"
	"assay/reduction/relu"
	"assay/samplers"
	"assay/spec"
)

// networks is an instance whose denoiser is a network for each sigma, of the instance
// itself or, as a control, of another.
type networks struct {
	*reduction.Instance
	of *reduction.Instance
	C  float64

	mutex sync.Mutex
	made  map[float64]*relu.Network
}

func (p *networks) network(sigma float64) *relu.Network {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	n, ok := p.made[sigma]
	if !ok {
		var err error
		if n, _, err = relu.Score(p.of, sigma, p.C); err != nil {
			panic(err) // the instances here are certified
		}
		p.made[sigma] = n
	}
	return n
}

// Denoise is the forward pass.
func (p *networks) Denoise(dst, x *mat.Dense, sigma float64) {
	rows, _ := x.Dims()
	points := make([][]float64, rows)
	for i := range points {
		points[i] = x.RawRowView(i)
	}
	for i, mean := range relu.Forward(p.network(sigma), points) {
		copy(dst.RawRowView(i), mean)
	}
}

// withNetworks returns the instance of a function with networks certified for C = 2.
func withNetworks(t *testing.T, name string) *networks {
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
	return &networks{Instance: in, of: in, C: 2, made: map[float64]*relu.Network{}}
}

var diffusion = samplers.Diffusion{Method: samplers.Heun, Steps: 50}

// unmeasured returns the problem of sampling the prior.
func unmeasured(t *testing.T, p *networks) *spec.Problem {
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
	right := func(p *networks) int {
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
	p.of, p.made = withNetworks(t, "goldreich:n=32,m=32,seed=2").Instance, map[float64]*relu.Network{}
	if count := right(p); count > 1 {
		t.Errorf("%d of 200 draws are right with the networks of another function", count)
	}
}

// TestNotRejected: the same sampler is judged as any other, and not rejected as a sampler of
// the prior: a false alarm at 1e-6. Its networks err by tau in each step, which 200 calls
// are too few to see. The control is a sampler with the networks of another function.
func TestNotRejected(t *testing.T) {
	judge := func(p *networks) props.Outcome {
		problem := unmeasured(t, p)
		verdict, err := props.Judge(context.Background(), diffusion, []*spec.Problem{problem}, props.Alpha(1e-6), props.Calls(200), props.Seed(1))
		if err != nil {
			t.Fatal(err)
		}
		if verdict.Fault != nil {
			t.Fatal(verdict.Fault)
		}
		return verdict.Outcome
	}
	p := withNetworks(t, "goldreich:n=5,m=5")
	if outcome := judge(p); outcome != props.NotRejected {
		t.Errorf("the right networks: %v", outcome)
	}
	p.of, p.made = withNetworks(t, "constant:n=5,m=5").Instance, map[float64]*relu.Network{}
	if outcome := judge(p); outcome == props.NotRejected {
		t.Errorf("the networks of another function: %v", outcome)
	}
}
