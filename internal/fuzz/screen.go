package fuzz

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"

	"pgregory.net/rapid"

	"assay/props"
	"assay/props/problems"
	"assay/spec"
)

var generators = map[string]func() *rapid.Generator[*spec.Problem]{
	"any":      problems.Any,
	"gaussian": problems.Gaussian,
	"mixture":  problems.Mixture,
	"dataset":  problems.DataSet,
}

// Families returns the names of the families of problems.
func Families() []string { return slices.Sorted(maps.Keys(generators)) }

const (
	// roundSize problems make a round. Those of the r-th round are screened by
	// firstCalls 2^r calls, up to mostCalls: a gross error is found at once, and a small
	// one at no more than a few times the cost of looking for nothing else.
	roundSize  = 24
	firstCalls = 32
	mostCalls  = 4096
	// suspicious is the wealth at which a problem is confirmed. A right sampler reaches it
	// on one problem in 32 at most.
	suspicious = 32
	// closer is how much longer the most promising quarter of a round is looked at.
	closer = 4
	// choices is how many problems are generated for one that is chosen by its features.
	choices = 4
)

// suspect is a problem with what screening said of it.
type suspect struct {
	problem *spec.Problem
	number  int
	verdict *props.Verdict
}

// round screens one round of problems, looks more closely at the quarter on which wealth
// grew most, and confirms those that are suspicious.
func (c *campaign) round(ctx context.Context) error {
	if err := c.Save(c.state); err != nil {
		return err
	}
	size := roundSize
	if c.Problems > 0 {
		size = min(size, c.Problems-c.state.Screened)
	}
	calls := min(mostCalls, firstCalls<<min(c.state.Screened/roundSize, 16))
	var open []suspect
	for range size {
		s := suspect{problem: c.choose(), number: c.state.Screened}
		c.state.Screened++
		suspicion, err := c.screen(ctx, &s, calls)
		if err != nil || ctx.Err() != nil {
			return err
		}
		switch {
		case s.verdict.Stop == props.StopRefusal:
			c.state.Refused++
		case suspicion:
			if err := c.confirm(ctx, s); err != nil || c.ended(ctx) {
				return err
			}
		default:
			open = append(open, s)
		}
	}
	slices.SortStableFunc(open, func(a, b suspect) int {
		return cmp.Compare(b.verdict.Log10Wealth, a.verdict.Log10Wealth)
	})
	for _, s := range open[:len(open)/4] {
		suspicion, err := c.screen(ctx, &s, closer*calls)
		if err != nil || ctx.Err() != nil {
			return err
		}
		if suspicion {
			if err := c.confirm(ctx, s); err != nil || c.ended(ctx) {
				return err
			}
		}
	}
	return nil
}

func (c *campaign) ended(ctx context.Context) bool {
	return ctx.Err() != nil || c.Most > 0 && len(c.found) >= c.Most
}

// screen judges a problem for so many calls, the first of them those that it was judged by
// before, and reports whether it is to be confirmed.
func (c *campaign) screen(ctx context.Context, s *suspect, calls int) (suspicion bool, err error) {
	free := stake{1.0 / suspicious, c.seed(screening, s.number)}
	s.verdict, err = c.judge(ctx, judgement{stake: free, candidate: c.candidate, problem: s.problem, calls: calls})
	if err != nil || ctx.Err() != nil {
		return false, err
	}
	if s.verdict.Fault == nil {
		for _, feature := range features(s.problem) {
			g := c.state.Growth[feature]
			g.Calls += s.verdict.Calls
			g.Log10Wealth += s.verdict.Log10Wealth
			c.state.Growth[feature] = g
		}
	}
	if c.Watch != nil {
		c.Watch(*c.state, len(c.found))
	}
	return caught(s.verdict), nil
}

// growth is the wealth that calls have made on problems with one feature.
type growth struct {
	Calls       int     `json:"calls"`
	Log10Wealth float64 `json:"log10_wealth"` // the sum over the problems
}

// rate returns the growth a call, drawn to zero where few calls were made.
func (g growth) rate() float64 {
	const prior = 4 * firstCalls // calls of no growth
	return g.Log10Wealth / float64(g.Calls+prior)
}

// choose generates the next problem: every other one as it comes, and the one between is that
// of several whose features have seen wealth grow the most.
func (c *campaign) choose() *spec.Problem {
	number := c.state.Screened
	// rapid's seed chooses the problem, not what is drawn from it.
	rng := spec.Stream(c.state.Seed, "fuzz problem", nil, uint64(number))
	generator := generators[c.state.Family]()
	n := 1
	if number%2 == 1 {
		n = choices
	}
	var best *spec.Problem
	most := math.Inf(-1)
	for range n {
		p := generator.Example(rng.IntN(math.MaxInt))
		promise := 0.0
		for _, feature := range features(p) {
			promise += c.state.Growth[feature].rate()
		}
		if promise > most {
			best, most = p, promise
		}
	}
	return best
}

// features names what a problem has in common with others: sizes by their number of binary
// digits, beta by its power of ten.
func features(p *spec.Problem) []string {
	s, ok := newSketch(p)
	if !ok {
		return nil
	}
	return []string{
		"family " + string(s.family),
		fmt.Sprintf("components %d", bits.Len(uint(len(s.means)))),
		fmt.Sprintf("dimension %d", bits.Len(uint(s.dim()))),
		fmt.Sprintf("measurements %d", bits.Len(uint(len(s.rows)))),
		fmt.Sprintf("beta %.0f", math.Round(math.Log10(s.beta))),
	}
}
