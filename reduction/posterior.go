package reduction

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/internal/parallel"
	"assay/spec"
)

// maxEnumeration is the largest n for which the exact posterior is found by
// enumerating all secrets.
const maxEnumeration = 24

// Condition returns the exact posteriors by enumeration of all 2^n secrets, for
// any beta. It is an error if n exceeds maxEnumeration, or if the measurement is
// neither the instance's own (see [Instance.Measurement], with any noise) nor empty.
func (in *Instance) Condition(measurement spec.Measurement) (spec.Conditional, error) {
	m, linear := measurement.(spec.Linear)
	if !linear || m.Rows() > 0 && !in.isOwn(m) {
		return nil, fmt.Errorf("hard instance: an exact posterior is known only for the measurement of the %d output coordinates", in.function.M)
	}
	if m.Rows() == 0 {
		return unmeasured{in}, nil
	}
	if n := in.function.N; n > maxEnumeration {
		return nil, fmt.Errorf("hard instance: %s has n = %d secret bits, and the exact posterior by enumeration stops at n = %d; the reduction judges without it (assay invert)", in.function.Name, n, maxEnumeration)
	}
	return &enumeration{in, m.Beta() * in.dials.R}, nil
}

// unmeasured is the posterior given nothing: the prior.
type unmeasured struct{ *Instance }

func (u unmeasured) Given([]float64) spec.Prior    { return u.Instance }
func (u unmeasured) LogEvidence([]float64) float64 { return 0 }

// enumeration is the family of exact posteriors, noise beta in unscaled units.
type enumeration struct {
	*Instance
	beta float64
}

// Given returns the law of x given y. Its weights are p(s | y), proportional to
// the product over outputs of the density of y_j if the bit is f_j(s).
func (e *enumeration) Given(y []float64) spec.Prior { return e.given(y) }

// GivenUnless implements [spec.Interruptible]: 2^24 secrets take seconds.
func (e *enumeration) GivenUnless(ctx context.Context, y []float64) (spec.Prior, error) {
	p, err := e.givenUnless(ctx, y)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (e *enumeration) given(y []float64) *secretPosterior {
	p, err := e.givenUnless(context.Background(), y)
	if err != nil { // there is nothing that could interrupt it
		panic(err)
	}
	return p
}

func (e *enumeration) givenUnless(ctx context.Context, y []float64) (*secretPosterior, error) {
	p := &secretPosterior{enumeration: e, y: slices.Clone(y)}
	for j, v := range y {
		clear := e.laws[0].logDensity(v*e.dials.R, e.beta)
		set := e.laws[1].logDensity(v*e.dials.R, e.beta)
		p.logPeak += max(clear, set)
		p.terms = append(p.terms, term{j, math.Abs(set - clear), set > clear})
	}
	slices.SortStableFunc(p.terms, func(a, b term) int { return cmp.Compare(b.loss, a.loss) })

	// A secret that disagrees with an output of loss beyond the cut weighs nothing
	// next to one of loss at most cut - 745, whatever else it does; find out whether
	// there is one. Otherwise (an outlying y) every secret is weighed.
	const cut = 1500
	p.cut = cut
	if err := p.weigh(ctx); err != nil {
		return nil, err
	}
	if !(p.least <= cut-745) {
		p.cut = math.Inf(1)
		if err := p.weigh(ctx); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// LogEvidence returns log p(y) in the scaled units.
func (e *enumeration) LogEvidence(y []float64) float64 {
	p := e.given(y)
	m, n := float64(e.function.M), float64(e.function.N)
	return p.logPeak - p.least + math.Log(p.cumulative[len(p.cumulative)-1]) - n*math.Ln2 + m*math.Log(e.dials.R)
}

// term is what one output says about the secret: a secret whose bit is not the
// preferred one loses loss of its log weight.
type term struct {
	output    int
	loss      float64
	preferred bool
}

// secretPosterior is the law of x given y: a mixture over secrets, of which only the
// total weight of each block is kept.
type secretPosterior struct {
	*enumeration
	y       []float64
	terms   []term // the largest loss first
	logPeak float64
	cut     float64 // secrets that lose more than this in one term are left out

	least      float64   // loss of the heaviest secret
	cumulative []float64 // sum of exp(least - loss) over the blocks up to each
}

// losses stores the loss of each secret of a block in dst, given the outputs of the
// block: +Inf for those left out.
func (p *secretPosterior) losses(dst []float64, outputs []circuit.Block) (least float64) {
	var alive circuit.Block
	for w := range alive {
		alive[w] = ^uint64(0)
	}
	for i := range dst {
		dst[i] = 0
	}
	for _, t := range p.terms {
		out := &outputs[t.output]
		var any uint64
		for w := range out {
			wrong := out[w]
			if t.preferred {
				wrong = ^wrong
			}
			if t.loss > p.cut {
				alive[w] &^= wrong
			} else {
				for set := wrong & alive[w]; set != 0; set &= set - 1 {
					if lane := 64*w + bits.TrailingZeros64(set); lane < len(dst) {
						dst[lane] += t.loss
					}
				}
			}
			any |= alive[w]
		}
		if any == 0 {
			break
		}
	}
	least = math.Inf(1)
	for i := range dst {
		if !alive.Get(i) {
			dst[i] = math.Inf(1)
		}
		least = min(least, dst[i])
	}
	return least
}

// weighChunk is the number of blocks that a processor weighs at a time.
const weighChunk = 64

// weigh fills least and cumulative, the blocks shared out over the processors. It
// returns ctx.Err() soon after ctx is done.
func (p *secretPosterior) weigh(ctx context.Context) error {
	blocks := int(circuit.Blocks(p.function.N))
	least := make([]float64, blocks)
	sums := make([]float64, blocks)
	err := parallel.Chunks(ctx, blocks, weighChunk, func(from, to int) error {
		loss := p.newLosses()
		return p.visit(ctx, from, to, func(block int, outputs []circuit.Block) {
			least[block] = p.losses(loss, outputs)
			if math.IsInf(least[block], 1) {
				return
			}
			for _, l := range loss {
				sums[block] += math.Exp(least[block] - l)
			}
		})
	})
	if err != nil {
		return err
	}
	p.least = slices.Min(least)
	p.cumulative = sums
	total := 0.0
	for block, sum := range sums {
		if sum > 0 {
			total += sum * math.Exp(p.least-least[block])
		}
		sums[block] = total
	}
	return nil
}

// newLosses returns room for the losses of a block.
func (p *secretPosterior) newLosses() []float64 {
	return make([]float64, min(circuit.Lanes, 1<<p.function.N))
}

// visit calls do for the blocks from, ..., to-1. It is ctx.Err() if ctx is done first.
func (in *Instance) visit(ctx context.Context, from, to int, do func(block int, outputs []circuit.Block)) error {
	return in.eval.program.Visit(ctx, uint64(from), uint64(to), func(block uint64, outputs []circuit.Block) error {
		do(int(block), outputs)
		return nil
	})
}

// Sample fills the rows of dst with draws.
func (p *secretPosterior) Sample(dst *mat.Dense, rng *rand.Rand) {
	loss := p.newLosses()
	rows, _ := dst.Dims()
	for row := range rows {
		secret := circuit.Bits(p.drawSecret(loss, rng), p.function.N)
		p.fill(dst.RawRowView(row), secret, p.y, p.beta, rng)
	}
}

// drawSecret returns the number of a secret drawn from p(s | y).
func (p *secretPosterior) drawSecret(loss []float64, rng *rand.Rand) uint64 {
	total := p.cumulative[len(p.cumulative)-1]
	block := sort.SearchFloat64s(p.cumulative, (1-rng.Float64())*total)
	err := p.visit(context.Background(), block, block+1, func(_ int, outputs []circuit.Block) {
		least := p.losses(loss, outputs)
		for i := range loss {
			loss[i] = math.Exp(least - loss[i])
		}
	})
	if err != nil { // there is nothing that could interrupt it
		panic(err)
	}
	u := rng.Float64() * floats.Sum(loss)
	lane := 0
	for i, w := range loss {
		if w > 0 {
			lane = i
		}
		if u -= w; u < 0 {
			break
		}
	}
	return uint64(block*circuit.Lanes + lane)
}

// fill draws x (length d) given its secret and y (length m) measured with noise beta
// in unscaled units.
func (in *Instance) fill(x []float64, secret []bool, y []float64, beta float64, rng *rand.Rand) {
	in.fillSecret(x, secret, rng)
	for j, bit := range in.function.Circuit.Eval(secret) {
		x[in.function.N+j] = in.laws[index(bit)].drawGiven(y[j]*in.dials.R, beta, rng) / in.dials.R
	}
}

var (
	_ spec.Prior       = (*Instance)(nil)
	_ spec.Denoiser    = (*Instance)(nil)
	_ spec.Density     = (*Instance)(nil)
	_ spec.Conditioner = (*Instance)(nil)

	_ spec.Interruptible = (*enumeration)(nil)
)
