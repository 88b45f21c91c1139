package samplers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"assay/internal/parallel"
	"assay/spec"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Rejection is the sampler of the paper's upper bound (Theorem 1.6): it draws x
// from an unconditional sampler and accepts it with probability
// exp(-|y - A x|^2 / (2 beta^2)). If the proposals have the law of the prior, what
// it returns has exactly the law of the posterior, and it accepts with
// probability p(y) (2 pi beta^2)^(m/2), which falls exponentially with m.
//
// So it declines a call that is expected to need more than Max proposals for all
// its draws, and stops one that has made Max. Where the exact posterior is known so
// is the expectation. Elsewhere it is estimated once, after the first batch, by
// the larger of the share accepted and the mean acceptance probability of the
// others. That estimate is low until a proposal has come near y, so a call that a
// more patient sampler would have finished may be declined. Accepted points are
// independent of how many were rejected and where those lay, so declining never
// biases the draws.
//
// It counts its proposals, so it must not be copied once used.
type Rejection struct {
	Proposal spec.Sampler // asked for draws with nothing measured
	Max      float64      // proposals allowed in one call, at least 1

	proposals, accepted atomic.Int64
}

// Proposals returns how many proposals were examined, over all calls, and how many of them
// were accepted. A call examines its proposals in order and up to its last draw, so after
// calls for k draws in all that succeeded, the first is the waiting time for k successes
// at the acceptance rates of their measurements.
func (s *Rejection) Proposals() (examined, accepted int64) {
	return s.proposals.Load(), s.accepted.Load()
}

func (s *Rejection) Name() string {
	switch proposal := s.Proposal.(type) {
	case nil:
		return fmt.Sprintf("rejection:max=%v,proposal=nil", s.Max)
	case Diffusion:
		return fmt.Sprintf("rejection:max=%v,proposal=%s,steps=%d", s.Max, proposal.Method, proposal.Steps)
	default:
		return fmt.Sprintf("rejection:max=%v,proposal=%s", s.Max, proposal.Name())
	}
}

// Independent reports whether the proposals are independent.
func (s *Rejection) Independent() bool { return s.Proposal.Independent() }

// Proposals are made in batches, of firstRows where the acceptance rate is not known
// and otherwise of at most batchRows (or one a draw, if that is more), and in
// chunks of proposalRows a goroutine.
const (
	proposalRows = 256
	firstRows    = 1024
	batchRows    = 4096
)

// Sample fills the rows of dst (L x d) with draws for y (length m).
func (s *Rejection) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	const most = 1 << 53 // up to here every integer is a float64
	if s.Proposal == nil {
		return fmt.Errorf("%s: no proposal, want an unconditional sampler", s.Name())
	}
	if !(1 <= s.Max && s.Max <= most) {
		return fmt.Errorf("%s: max is %v, want a number from 1 to %v", s.Name(), s.Max, float64(most))
	}
	draws, d := dst.Dims()
	if draws == 0 {
		return ctx.Err()
	}
	measurement, err := p.NeedLinear(s.Name())
	if err != nil {
		return err
	}
	logRate, known := logAcceptance(p, measurement, y)
	if known {
		if err := s.affordable(logRate, draws, "1/(p(y) (2 pi beta^2)^(m/2))"); err != nil {
			return err
		}
	}
	batch, err := newProposals(s.Proposal, p, measurement, batchSize(draws, logRate, known), d)
	if err != nil {
		return err
	}
	for made, filled := 0, 0; filled < draws; {
		if made >= int(s.Max) {
			return spec.Refuse("%s: accepted only %d of %d draws in %d proposals, the limit", s.Name(), filled, draws, made)
		}
		n := min(batch.size(), int(s.Max)-made)
		if err := batch.make(ctx, n, y, rng); err != nil {
			return err
		}
		examined, got := batch.collect(dst, filled, n)
		s.proposals.Add(int64(examined))
		s.accepted.Add(int64(got))
		spec.Spend(ctx, "proposals", float64(examined))
		made, filled = made+examined, filled+got
		if !known && filled < draws {
			logRate, known = batch.logRate(n, got), true
			if err := s.affordable(logRate, draws, fmt.Sprintf("as estimated from %d proposals", made)); err != nil {
				return err
			}
		}
	}
	return nil
}

// logAcceptance returns the logarithm of the acceptance rate at y,
// p(y) (2 pi beta^2)^(m/2), where the exact posterior is known.
func logAcceptance(p *spec.Problem, m spec.Linear, y []float64) (logRate float64, known bool) {
	posterior, err := p.Posterior()
	if err != nil {
		return 0, false
	}
	beta := m.Beta()
	constant := float64(len(y)) * (math.Log(beta) + math.Log(2*math.Pi)/2)
	return min(0, posterior.LogEvidence(y)+constant), true
}

// affordable refuses draws that are expected to need more than Max proposals.
func (s *Rejection) affordable(logRate float64, draws int, source string) error {
	all := math.Log(float64(draws)) - logRate
	if all <= math.Log(s.Max) {
		return nil
	}
	return spec.Refuse("%s: expects %s proposals a draw (%s), %s for %d draws; the limit is %v",
		s.Name(), formatExp(-logRate), source, formatExp(all), draws, s.Max)
}

// formatExp writes exp(x), which may be beyond a float64, for people.
func formatExp(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "infinitely many"
	case x > 700:
		return fmt.Sprintf("10^%.0f", x/math.Ln10)
	default:
		return fmt.Sprintf("%.3g", math.Exp(x))
	}
}

// batchSize returns how many proposals to make at once: a fifth more than are
// expected to be needed, within reason.
func batchSize(draws int, logRate float64, known bool) int {
	if !known {
		return max(draws, firstRows)
	}
	return max(draws, int(min(batchRows, 1.2*float64(draws)*math.Exp(-logRate))))
}

// proposals is a batch of proposals with the means to examine them.
type proposals struct {
	from        spec.Sampler
	unmeasured  *spec.Problem
	measurement spec.Linear
	x           *mat.Dense // n x d
	residual    *mat.Dense // n x m; nil if m = 0
	logAccept   []float64  // n: log of the probability of acceptance
	accept      []bool     // n
}

func newProposals(from spec.Sampler, p *spec.Problem, measurement spec.Linear, n, d int) (*proposals, error) {
	unmeasured, err := p.Remeasured(spec.Unmeasured(d))
	if err != nil {
		return nil, err
	}
	b := &proposals{
		from:        from,
		unmeasured:  unmeasured,
		measurement: measurement,
		x:           mat.NewDense(n, d, nil),
		logAccept:   make([]float64, n),
		accept:      make([]bool, n),
	}
	if m := p.Rows(); m > 0 {
		b.residual = mat.NewDense(n, m, nil)
	}
	return b, nil
}

func (b *proposals) size() int { return len(b.accept) }

// make draws the first n proposals afresh and decides which to accept.
func (b *proposals) make(ctx context.Context, n int, y []float64, rng *rand.Rand) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	noise := splitStreams(rng, (n+proposalRows-1)/proposalRows)
	return parallel.Chunks(ctx, n, proposalRows, func(lo, hi int) error {
		rng := noise[lo/proposalRows]
		x := rowsOf(b.x, lo, hi)
		if err := b.from.Sample(ctx, x, b.unmeasured, nil, rng); err != nil {
			return fmt.Errorf("proposals by %s: %w", b.from.Name(), err)
		}
		if b.residual != nil {
			b.measurement.Residual(rowsOf(b.residual, lo, hi), x, y)
		}
		for i := lo; i < hi; i++ {
			b.logAccept[i] = 0
			if b.residual != nil {
				r := floats.Norm(b.residual.RawRowView(i), 2) / b.measurement.Beta()
				b.logAccept[i] = -r * r / 2
			}
			if math.IsNaN(b.logAccept[i]) {
				return fmt.Errorf("proposals by %s: NaN in a draw", b.from.Name())
			}
			// A standard exponential exceeds t with probability exp(-t).
			b.accept[i] = rng.ExpFloat64() >= -b.logAccept[i]
		}
		return nil
	})
}

// collect copies the accepted ones of the first n proposals, in order, to the rows
// of dst from row filled on, until dst is full. It returns how many proposals it
// examined and how many it copied.
func (b *proposals) collect(dst *mat.Dense, filled, n int) (examined, got int) {
	draws, _ := dst.Dims()
	for i := range n {
		if filled+got == draws {
			return i, got
		}
		if b.accept[i] {
			dst.SetRow(filled+got, b.x.RawRowView(i))
			got++
		}
	}
	return n, got
}

// logRate estimates the logarithm of the acceptance rate from the first n proposals,
// got of which were accepted, by the larger of the share accepted and the mean
// acceptance probability of the others. It does not look at the accepted ones.
func (b *proposals) logRate(n, got int) float64 {
	rejected := make([]float64, 0, n-got)
	for i, accepted := range b.accept[:n] {
		if !accepted {
			rejected = append(rejected, b.logAccept[i])
		}
	}
	share := math.Log(float64(got) / float64(n))
	if len(rejected) == 0 {
		return share
	}
	return max(share, floats.LogSumExp(rejected)-math.Log(float64(len(rejected))))
}
