package props

import (
	"fmt"
	"math"

	"assay/spec"
)

// WithinEach is [Within] with a tolerance that depends on the problem, for candidates whose
// error is known from it, such as that of a number of steps. Problems that are judged
// together are judged within the largest tau and the largest delta of theirs.
func WithinEach(of func(*spec.Problem) spec.Tolerance) Option {
	return func(o *options) { o.fitting = of }
}

// fit settles the tolerance for the problems.
func (o *options) fit(problems []*spec.Problem) error {
	if o.fitting == nil {
		return nil
	}
	o.tolerance = o.fitting(problems[0])
	for _, p := range problems[1:] {
		t := o.fitting(p)
		o.tolerance.Tau, o.tolerance.Delta = max(o.tolerance.Tau, t.Tau), max(o.tolerance.Delta, t.Delta)
	}
	if t := o.tolerance; !(t.Tau >= 0 && !math.IsInf(t.Tau, 1) && t.Delta >= 0 && t.Delta < 1) {
		return fmt.Errorf("the tolerance for %s is tau %v, delta %v; want a distance of at least 0 and a probability from 0 to below 1", problems[0].Name(), t.Tau, t.Delta)
	}
	return nil
}
