package reduction

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/samplers"
	"assay/spec"
)

// patience is a context that is done once it has been asked whether it is for the given
// number of times.
type patience struct {
	context.Context
	left, asked atomic.Int64
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func newPatience(t *testing.T, questions int64) *patience {
	p := &patience{Context: t.Context()}
	p.left.Store(questions)
	return p
}

func (p *patience) Err() error {
	p.asked.Add(1)
	if p.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestEnumerationIsInterrupted: the sum over 2^24 secrets, 16384 blocks, ends with ctx
// wherever it is, under a move and in the exact sampler as well: after ctx is done each
// processor asks it once at most.
func TestEnumerationIsInterrupted(t *testing.T) {
	in := instance(t, "goldreich:n=24", DefaultDials())
	y := in.Target(in.RandomImage(newRand(1)), newRand(2))
	c, err := in.Condition(in.Measurement())
	if err != nil {
		t.Fatal(err)
	}
	p, err := in.Problem("hard")
	if err != nil {
		t.Fatal(err)
	}
	order := make([]int, in.Dim())
	for i := range order {
		order[i] = i
	}
	slices.Reverse(order)
	move, err := spec.NewMove(order, make([]float64, in.Dim()))
	if err != nil {
		t.Fatal(err)
	}
	there, _ := move.Measurement(in.Measurement())
	movedPosterior, err := move.Law(in).(spec.Conditioner).Condition(there)
	if err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]func(ctx context.Context) error{
		"given": func(ctx context.Context) error { _, err := spec.Given(ctx, c, y); return err },
		"moved": func(ctx context.Context) error { _, err := spec.Given(ctx, movedPosterior, y); return err },
		"exact": func(ctx context.Context) error {
			return samplers.Exact().Sample(ctx, mat.NewDense(1, in.Dim(), nil), p, y, newRand(3))
		},
	} {
		for _, questions := range []int64{0, 1, 100} {
			ctx := newPatience(t, questions)
			if err := run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, done after %d questions: error %v", name, questions, err)
			}
			if most := questions + int64(runtime.GOMAXPROCS(0)); ctx.asked.Load() > most {
				t.Errorf("%s, done after %d questions: it goes on, %d questions, want at most %d", name, questions, ctx.asked.Load(), most)
			}
		}
	}
}

// TestGivenUnless: conditioning that is not interrupted is conditioning. The control is
// another y.
func TestGivenUnless(t *testing.T) {
	in := instance(t, "goldreich:n=12", DefaultDials())
	c, err := in.Condition(in.Measurement())
	if err != nil {
		t.Fatal(err)
	}
	draw := func(law spec.Prior) *mat.Dense {
		x := mat.NewDense(20, in.Dim(), nil)
		law.Sample(x, newRand(3))
		return x
	}
	y := in.Target(in.RandomImage(newRand(1)), newRand(2))
	law, err := spec.Given(t.Context(), c, y)
	if err != nil {
		t.Fatal(err)
	}
	want := draw(c.Given(y))
	if !mat.Equal(draw(law), want) {
		t.Error("the laws differ")
	}
	y[0]++
	if other, err := spec.Given(t.Context(), c, y); err != nil || mat.Equal(draw(other), want) {
		t.Errorf("another y makes no difference (error %v)", err)
	}
}

// TestEnumerate: the table of images is that of the circuit, evaluated secret by secret,
// with more secrets than fit a block and with fewer.
func TestEnumerate(t *testing.T) {
	for _, name := range []string{"goldreich:n=12", "twotoone:n=2", "speck32:unknown=11"} {
		in := instance(t, name, DefaultDials())
		exact, err := in.Enumerate()
		if err != nil {
			t.Fatal(err)
		}
		n, m := in.function.N, in.function.M
		for s := range 1 << n {
			for j, bit := range in.function.Circuit.Eval(circuit.Bits(uint64(s), n)) {
				if got := exact.bit(s, n+j); got != index(bit) {
					t.Fatalf("%s: bit %d of the image of secret %d is %d (m = %d)", name, j, s, got, m)
				}
			}
		}
	}
}
