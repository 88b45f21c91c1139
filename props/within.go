package props

import (
	"fmt"

	"assay/spec"
)

// fit settles the tolerance for the problems.
func (o *options) fit(problems []*spec.Problem) error {
	if o.fitting == nil {
		return nil
	}
	o.tolerance = o.fitting(problems[0])
	for _, p := range problems[1:] {
		t := o.fitting(p)
		if t.Form != o.tolerance.Form {
			return fmt.Errorf("the tolerance for %s is by %q, and for %s by %q: want one form for problems that are judged together",
				problems[0].Name(), o.tolerance.Form, p.Name(), t.Form)
		}
		o.tolerance.Tau, o.tolerance.Delta = max(o.tolerance.Tau, t.Tau), max(o.tolerance.Delta, t.Delta)
	}
	if err := o.tolerance.Check(); err != nil {
		return fmt.Errorf("the tolerance for %s: %w", problems[0].Name(), err)
	}
	return nil
}

// exact reports whether the null is the exact law on every problem.
func (o *options) exact() bool { return o.fitting == nil && o.tolerance.Exact() }
