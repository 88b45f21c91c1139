package props

import (
	"strings"

	"assay/internal/text"
	"assay/props/evidence"
)

// Witness lets the judgement look at a test quantity of your own too: a number that f computes
// from a vector x (the truth or a draw) and y. If the candidate is right, the number of the
// truth ranks among those of the draws like any of them, whatever f is, so that the bound alpha
// holds with it as without it. It is looked at on the members of a pool like the built-in
// witnesses, blurred far above rounding and far below any scale of the problem, is offered to
// the learner, and appears by its name in a verdict whose evidence it holds.
//
// f must depend on x and y only; it is called from several goroutines at once. NaN counts as
// the lowest number. A name that is empty or taken, an f that is NaN for all draws of the
// prior, and one that panics are errors of the judgement.
func Witness(name string, f func(x, y []float64) float64) Option {
	return Witnesses(evidence.Function(name, f))
}

// Witnesses lets the judgement look at statistics of your own that see the whole pool at once;
// see [evidence.Statistic] for what validity needs of them.
func Witnesses(statistics ...evidence.Statistic) Option {
	return everywhere(func(o *options) {
		o.witnesses = append(o.witnesses[:len(o.witnesses):len(o.witnesses)], statistics...)
	})
}

// ownWitnesses returns the names of the witnesses that the user added.
func (o *options) ownWitnesses() (names []string) {
	for _, s := range o.witnesses {
		names = append(names, s.Names()...)
	}
	return names
}

// writeOwnWitnesses says which witnesses the user added.
func writeOwnWitnesses(b *text.Page, names []string) {
	if len(names) > 0 {
		b.Field("own", "%s: looked at besides the built-in witnesses", strings.Join(names, ", "))
	}
}
