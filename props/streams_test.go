package props_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/reduction"
	"assay/reduction/oneway"
	"assay/spec"
)

// heard keeps the numbers that streams gave, and who was given them.
type heard struct {
	mu      sync.Mutex
	by      map[uint64]string
	twice   map[string]string // who was given what somebody else was
	numbers int
}

// taken is how many numbers are taken from each stream, before any other use of it: more than
// anybody here takes before a prior is asked, so that two streams that are one, but not from the
// same place, are seen too.
const taken = 64

func (h *heard) listen(who string, rng *rand.Rand) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for range taken {
		v := rng.Uint64()
		if other, known := h.by[v]; known {
			h.twice[who] = other
		}
		h.by[v] = who
		h.numbers++
	}
}

// watchedPrior is a normal law, in the plane, of which it is heard what stream it is drawn with; so
// are its posteriors. Draws of the truth, the pilot's and those that stand in a pool come by it.
type watchedPrior struct {
	*spec.Gaussian
	who string
	h   *heard
}

func (p watchedPrior) Sample(dst *mat.Dense, rng *rand.Rand) {
	p.h.listen(p.who, rng)
	p.Gaussian.Sample(dst, rng)
}

func (p watchedPrior) Condition(m spec.Measurement) (spec.Conditional, error) {
	c, err := p.Gaussian.Condition(m)
	return watchedConditional{c, p}, err
}

type watchedConditional struct {
	spec.Conditional
	prior watchedPrior
}

func (c watchedConditional) Given(y []float64) spec.Prior {
	return watchedPrior{c.Conditional.Given(y).(*spec.Gaussian), "exact draws on " + c.prior.who, c.prior.h}
}

// watchedProblem returns one that measures the first coordinate.
func watchedProblem(t *testing.T, name string, h *heard) *spec.Problem {
	t.Helper()
	g, err := spec.NewIsotropic([]float64{0, 0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewMeasurement(mat.NewDense(1, 2, []float64{1, 0}), 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem(name, watchedPrior{g, name, h}, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// listening is a sampler of which it is heard what stream it is given. It is wrong, which matters
// to nobody here.
func listening(name string, h *heard) spec.Sampler {
	return spec.NewSampler(name, true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, rng *rand.Rand) error {
		h.listen(name, rng)
		dst.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, dst)
		return nil
	})
}

// TestStreamsNeverCoincide: in every kind of judgement, the truth, the candidate, the reference, the
// origin, exact draws and the engine have streams of their own in every call, on every problem and
// at every y: of what they are given no number comes twice. (Of 10^5 numbers of 64 bits two are
// equal by chance with probability 3e-10.) The control is one stream
// that is heard twice.
func TestStreamsNeverCoincide(t *testing.T) {
	for name, judge := range map[string]func(h *heard, candidate, other spec.Sampler) []props.Option{
		"two problems": func(h *heard, _, _ spec.Sampler) []props.Option { return nil },
		"single y":     func(h *heard, _, _ spec.Sampler) []props.Option { return []props.Option{props.Local(3)} },
		"a reference":  func(h *heard, _, other spec.Sampler) []props.Option { return []props.Option{props.Against(other)} },
		"a reference at single y": func(h *heard, _, other spec.Sampler) []props.Option {
			return []props.Option{props.Against(other), props.Local(3)}
		},
		"an origin": func(h *heard, _, other spec.Sampler) []props.Option { return []props.Option{props.DrawnBy(other)} },
	} {
		t.Run(name, func(t *testing.T) {
			h := &heard{by: map[uint64]string{}, twice: map[string]string{}}
			on := []*spec.Problem{watchedProblem(t, "one", h), watchedProblem(t, "other", h)}
			candidate, other := listening("candidate", h), listening("its fellow", h)
			// So small that nothing is rejected.
			options := append(judge(h, candidate, other), props.Calls(30), props.Alpha(1e-300), props.Terse())
			if _, err := props.Judge(t.Context(), candidate, on, options...); err != nil {
				t.Fatal(err)
			}
			for who, before := range h.twice {
				t.Errorf("%s: given what was given before: %s", who, before)
			}
			if h.numbers < 60*taken {
				t.Errorf("%d numbers were heard, want %d of the candidate alone", h.numbers, 60*taken)
			}
		})
	}
	h := &heard{by: map[uint64]string{}, twice: map[string]string{}}
	one := spec.Stream(1, "one", nil, 0)
	one.NormFloat64()
	h.listen("one", spec.Stream(1, "one", nil, 0))
	h.listen("the same, from the next place on", one)
	if len(h.twice) == 0 {
		t.Error("a stream that was heard twice is not noticed")
	}
}

// TestInvertStreams: what a candidate is given is not the stream that made the secret: one that does
// with it what the judge does to make a target makes another one, in every call. And the
// targets differ.
func TestInvertStreams(t *testing.T) {
	f, err := oneway.Parse("identity:n=16")
	if err != nil {
		t.Fatal(err)
	}
	in, err := reduction.New(f, reduction.DefaultDials())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	guessed, asked := 0, 0
	cheat := spec.NewSampler("cheat", true, func(_ context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		asked++
		seen[y[0]] = true
		if z := in.RandomImage(rng); in.Target(z, rng)[0] == y[0] {
			guessed++
		}
		dst.Zero()
		return nil
	})
	v, err := props.Invert(t.Context(), cheat, in, "identity", spec.Tolerance{}, props.Calls(20))
	if err != nil || v.Fault != nil {
		t.Fatal(err, v.Fault)
	}
	if guessed > 0 || asked != 20 || len(seen) != asked {
		t.Errorf("of %d targets, %d different ones, %d follow from the stream of the candidate", asked, len(seen), guessed)
	}
}
