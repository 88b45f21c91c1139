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

// step does the next thing of a round: it confirms a suspect; or screens one more problem; or, when
// all have been, looks more closely at one of the quarter on which wealth grew most; or begins the
// next round.
func (c *campaign) step(ctx context.Context) error {
	r := &c.state.Round
	calls := min(mostCalls, firstCalls<<min(r.Begin/roundSize, 16))
	switch last := c.Problems > 0 && c.state.Screened >= c.Problems; {
	case r.Suspect != nil:
		return c.confirm(ctx, c.problem(*r.Suspect))
	case len(r.Again) > 0:
		return c.lookAgain(ctx, closer*calls)
	case c.state.Screened < r.Begin+roundSize && !last:
		if c.state.Screened == r.Begin {
			if err := c.Save(c.state); err != nil {
				return err
			}
		}
		return c.lookFirst(ctx, calls)
	default:
		slices.SortStableFunc(r.Open, func(a, b look) int { return cmp.Compare(b.Log10Wealth, a.Log10Wealth) })
		r.Again, r.Open = r.Open[:len(r.Open)/4], nil
		if len(r.Again) == 0 {
			r.Begin = c.state.Screened
		}
		return nil
	}
}

// lookFirst screens a new problem for so many calls.
func (c *campaign) lookFirst(ctx context.Context, calls int) error {
	p, choice := c.choose()
	v, err := c.screen(ctx, p, c.state.Screened, calls)
	if err != nil || ctx.Err() != nil {
		return err
	}
	l := looked(c.state.Screened, choice, v)
	c.state.Screened++
	switch r := &c.state.Round; {
	case v.Stop == props.StopRefusal:
		c.state.Refused++
	case caught(v):
		r.Suspect = &l
	default:
		r.Open = append(r.Open, l)
	}
	c.grown(p, v)
	return nil
}

// lookAgain screens the next problem of those that are looked at more closely, the first calls those
// that it was judged by before.
func (c *campaign) lookAgain(ctx context.Context, calls int) error {
	r := &c.state.Round
	l := r.Again[0]
	p := c.problem(l)
	v, err := c.screen(ctx, p, l.Number, calls)
	if err != nil || ctx.Err() != nil {
		return err
	}
	if r.Again = r.Again[1:]; len(r.Again) == 0 {
		r.Begin = c.state.Screened
	}
	if caught(v) {
		l = looked(l.Number, l.Choice, v)
		r.Suspect = &l
	}
	c.grown(p, v)
	return nil
}

// screen judges a problem for so many calls, at no cost.
func (c *campaign) screen(ctx context.Context, p *spec.Problem, number, calls int) (*props.Verdict, error) {
	free := stake{1.0 / suspicious, c.seed(screening, number)}
	return c.judge(ctx, judgement{stake: free, candidate: c.candidate, problem: p, calls: calls})
}

// grown counts the wealth that screening has made for the features of the problem, and tells Watch.
func (c *campaign) grown(p *spec.Problem, v *props.Verdict) {
	if v.Fault == nil {
		for _, feature := range features(p) {
			g := c.state.Growth[feature]
			g.Calls += v.Calls
			g.Log10Wealth += v.Log10Wealth
			c.state.Growth[feature] = g
		}
	}
	if c.Watch != nil {
		c.Watch(*c.state, len(c.found))
	}
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
// of several whose features have seen wealth grow the most. It also says which of them it is.
func (c *campaign) choose() (best *spec.Problem, choice int) {
	next := c.generated(c.state.Screened)
	n := 1
	if c.state.Screened%2 == 1 {
		n = choices
	}
	most := math.Inf(-1)
	for i := range n {
		p := next()
		promise := 0.0
		for _, feature := range features(p) {
			promise += c.state.Growth[feature].rate()
		}
		if promise > most {
			best, choice, most = p, i, promise
		}
	}
	return best, choice
}

// generated returns what generates the problems to choose the one of that number from, in order.
func (c *campaign) generated(number int) func() *spec.Problem {
	// rapid's seed chooses the problem, not what is drawn from it.
	rng := spec.Stream(c.state.Seed, "fuzz problem", nil, uint64(number))
	generator := generators[c.state.Family]()
	return func() *spec.Problem { return generator.Example(rng.IntN(math.MaxInt)) }
}

// problem returns the problem that was looked at.
func (c *campaign) problem(l look) *spec.Problem {
	next := c.generated(l.Number)
	for range l.Choice {
		next()
	}
	return next()
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
