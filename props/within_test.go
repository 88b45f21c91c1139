package props_test

import (
	"math"
	"strings"
	"testing"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// TestWithinEach: a tolerance given problem by problem is that of [props.Within] on one, and
// the widest on several; an invalid one is an error.
func TestWithinEach(t *testing.T) {
	s := planted(0, 0.3, true) // moves three draws in ten far away
	wide := named(t, "gauss:d=3,m=1,beta=1")
	both := append(wide, named(t, "gauss:d=2,m=1,beta=1")...)
	each := props.WithinEach(func(p *spec.Problem) spec.Tolerance {
		if p == wide[0] {
			return spec.Tolerance{Delta: 0.35, Form: spec.Joint}
		}
		return spec.Tolerance{Form: spec.Joint}
	})
	for _, test := range []struct {
		on   []*spec.Problem
		opts []props.JudgeOption
		want props.Outcome
	}{
		{wide, nil, props.Rejected},
		{wide, []props.JudgeOption{each}, props.NotRejected},
		{both[1:], []props.JudgeOption{each}, props.Rejected},
		{both, []props.JudgeOption{each}, props.NotRejected},
	} {
		v := judge(t, s, test.on, append(test.opts, props.Calls(300), props.Terse())...)
		if v.Outcome != test.want {
			t.Errorf("on %d problems, %d options: %s", len(test.on), len(test.opts), v)
		}
	}
	for _, bad := range []spec.Tolerance{{Tau: -1}, {Tau: math.NaN()}, {Delta: 1}, {Tau: math.Inf(1)}} {
		_, err := props.Judge(t.Context(), samplers.Exact(), wide, props.WithinEach(func(*spec.Problem) spec.Tolerance { return bad }))
		if err == nil || !strings.Contains(err.Error(), "the tolerance for gauss") {
			t.Errorf("tolerance %+v: %v", bad, err)
		}
	}
	mixed := props.WithinEach(func(p *spec.Problem) spec.Tolerance {
		return spec.Tolerance{Delta: 0.1, Form: map[bool]spec.Form{true: spec.Joint}[p == wide[0]]}
	})
	if _, err := props.Judge(t.Context(), samplers.Exact(), both, mixed); err == nil || !strings.Contains(err.Error(), "want one form") {
		t.Errorf("two forms together: %v", err)
	}
}
