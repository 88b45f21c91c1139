package fuzz

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"assay/internal/stats"
	"assay/props"
	"assay/spec"
)

// kind is what a judgement is for. It names the streams of judgements of that kind.
type kind string

const (
	screening    kind = "fuzz screen"
	confirmation kind = "fuzz confirm"
	reduction    kind = "fuzz reduce"
)

// stake is what one judgement is made with: its level, and a seed of its own.
type stake struct {
	alpha float64
	seed  uint64
}

// spend counts one more confirmation or reduction and returns its stake, once the count has
// been saved: so neither a share of alpha nor a stream is ever used twice. A judgement that an
// earlier process was cut off in is the exception: if the candidate gives the same draws for the same
// seed it is the same judgement when it is made again, and there is one event that the share is spent
// on. If it does not, a new share is.
func (c *campaign) spend(ctx context.Context, p *spec.Problem, k kind) (stake, error) {
	number := &c.state.Confirmations
	if k == reduction {
		number = &c.state.Reductions
	}
	again := c.again && c.state.Round.Judging == k
	c.again = false
	if !again || !c.keepsToSeed(ctx, p) {
		*number++
		c.state.Round.Judging = k
		if err := c.Save(c.state); err != nil {
			return stake{}, err
		}
	}
	return stake{share(c.state.Alpha, *number), c.seed(k, *number)}, nil
}

// keepsToSeed reports whether the candidate gives the same draws when it is asked the same again. If
// ctx ends that, nothing is made of the answer.
func (c *campaign) keepsToSeed(ctx context.Context, p *spec.Problem) bool {
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	p.Draw(x, y, spec.Stream(c.state.Seed, "fuzz ask again", p.Digest(), 0))
	ask := func() (*mat.Dense, error) {
		draws := mat.NewDense(c.state.Draws, p.Dim(), nil)
		return draws, c.candidate.Sample(ctx, draws, p, y, spec.Stream(c.state.Seed, "fuzz ask again", p.Digest(), 1))
	}
	first, err := ask()
	second, again := ask()
	return ctx.Err() != nil || (err == nil) == (again == nil) && (err != nil || mat.Equal(first, second))
}

// share is the level of the n-th judgement of one kind; these sum to alpha/2.
func share(alpha float64, n int) float64 { return stats.Level(alpha/2, n) }

// seed returns the root seed of a judgement.
func (c *campaign) seed(k kind, number int) uint64 {
	return spec.Stream(c.state.Seed, string(k), nil, uint64(number)).Uint64()
}

// judgement is what is asked of package props.
type judgement struct {
	stake
	candidate spec.Sampler
	problem   *spec.Problem
	calls     int
	local     int                       // points to look at; 0 for all y
	at        []float64                 // the one y to look at, if not nil
	enough    func(props.Progress) bool // nil for never
}

// judge makes a judgement.
func (c *campaign) judge(ctx context.Context, j judgement) (*props.Verdict, error) {
	if c.judging != nil {
		return c.judging(j)
	}
	options := []props.JudgeOption{props.Alpha(j.alpha), props.Calls(j.calls), props.Draws(c.Draws), props.Jobs(c.Jobs),
		props.Seed(j.seed), props.Terse(), props.Witnesses(c.Witnesses...)}
	if j.at != nil {
		options = append(options, props.At(j.at))
	} else {
		options = append(options, props.Local(j.local))
	}
	if j.enough != nil {
		options = append(options, props.Until(j.enough))
	}
	return props.Judge(c.clock.In(ctx), j.candidate, []*spec.Problem{j.problem}, options...)
}
