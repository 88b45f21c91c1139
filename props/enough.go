package props

import (
	"fmt"
	"math"

	"assay/spec"
)

// couldReject reports whether the calls made could have reached 1/alpha at all.
func (t *trial) couldReject() bool {
	factor := 0.0 // what no call is worth more than
	for _, e := range t.states {
		factor = max(factor, e.points[0].session.LargestFactor())
	}
	if t.pooled != nil {
		return float64(t.calls)*math.Log(factor)-math.Ln2 >= -math.Log(t.alpha)
	}
	best := math.Inf(-1)
	for _, e := range t.states {
		for _, q := range e.points {
			best = max(best, float64(q.session.Calls())*math.Log(factor)-math.Log(float64(len(e.points))))
		}
	}
	return best-math.Log(float64(len(t.states))) >= -math.Log(t.alpha)
}

// tooFew says that the budget rejects nobody, and what would help.
func (t *trial) tooFew() string {
	help := "give more calls or draws"
	if !t.tolerance.Exact() {
		help = "give more calls, or a smaller tolerance"
	}
	what := "reject even the worst sampler"
	if t.twoSided() {
		what = "tell apart even laws that share nothing"
	}
	return fmt.Sprintf("too few calls to %s at alpha %.3g; %s", what, t.alpha, help)
}

// asked returns the tolerance as it is read on all problems, or without its form, unless
// that was asked for, if they are read by several.
func (t *trial) asked() spec.Tolerance {
	first := t.states[0].points[0].session.Tolerance()
	for _, e := range t.states {
		if e.points[0].session.Tolerance() != first {
			return t.tolerance
		}
	}
	return first
}

// unmeasured says what is judged where nothing is measured.
func (t *trial) unmeasured() string {
	if t.twoSided() {
		return "unconditional draws are compared"
	}
	return "the candidate is judged as an unconditional sampler"
}
