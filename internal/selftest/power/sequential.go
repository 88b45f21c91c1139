package power

import "math"

// gandyScott is the sequential rule of Gandy & Scott 2020 around a test: at most looks
// looks, each at fresh calls; a p-value of at most beta rejects, one above
// gamma + beta accepts, and between them the rule looks again with beta/gamma for beta
// and, after the first look, growth times as many calls. beta = alpha/looks and
// gamma = beta^(1/looks). A right sampler comes to look i with probability at most
// gamma^(i-1) and is rejected there with probability beta/gamma^(i-1): alpha in all.
type gandyScott struct {
	test  test
	beta  float64
	gamma float64
	need  int // calls of the next look

	look, seen, calls int
	rejected          int // calls at which it rejected; 0 if it did not
	done              bool
}

const (
	gandyScottLooks  = 7
	gandyScottGrowth = 4
	gandyScottCalls  = 1000 // of the first look, by default
)

func newGandyScott(t test, alpha float64, calls int) *gandyScott {
	beta := alpha / gandyScottLooks
	return &gandyScott{test: t, beta: beta, gamma: math.Pow(beta, 1./gandyScottLooks), need: calls}
}

func (g *gandyScott) observe(c *call) {
	if g.done {
		return
	}
	g.test.observe(c)
	g.seen++
	g.calls++
	if g.seen < g.need {
		return
	}
	p := g.test.pValue()
	g.look++
	switch {
	case p <= g.beta:
		g.rejected, g.done = g.calls, true
	case p > g.gamma+g.beta || g.look == gandyScottLooks:
		g.done = true
	}
	if g.look == 1 {
		g.need *= gandyScottGrowth
	}
	g.beta /= g.gamma
	g.seen = 0
	g.test.reset()
}
