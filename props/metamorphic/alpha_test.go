package metamorphic

import (
	"math"
	"testing"

	"assay/props"
	"assay/samplers"
)

// TestSharesAlpha: the levels at which the relations and the joint check are judged are equal and
// sum to alpha. (To rounding: six quotients.)
func TestSharesAlpha(t *testing.T) {
	const alpha = 0.03
	r, err := Check(t.Context(), samplers.Exact(), flaw(t), Options{Alpha: alpha, Calls: 1})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, f := range r.Findings {
		if f.Verdict == nil {
			t.Fatalf("%s is skipped: %s", f.Relation, f.Skipped)
		}
		sum += f.Verdict.Alpha
		if f.Verdict.Alpha != r.Findings[0].Verdict.Alpha {
			t.Errorf("%s is judged at %v, %s at %v", f.Relation, f.Verdict.Alpha, r.Findings[0].Relation, r.Findings[0].Verdict.Alpha)
		}
	}
	if math.Abs(sum-alpha) > 1e-15 {
		t.Errorf("the levels sum to %v, want %v", sum, alpha)
	}
}

// TestWorstOutcome: of a report the outcome is the worst of its findings, in whatever order they
// come: a rejection, then a crash, an interruption, a pass, and a refusal only if there is nothing else.
func TestWorstOutcome(t *testing.T) {
	worst := []*props.Verdict{
		{Outcome: props.Inconclusive, Stop: props.StopRefusal, Fault: &props.Fault{Kind: props.FaultRefusal}},
		{Outcome: props.NotRejected, Stop: props.StopCalls},
		{Outcome: props.Inconclusive, Stop: props.StopInterrupted},
		{Outcome: props.Inconclusive, Stop: props.StopFault, Fault: &props.Fault{Kind: props.FaultPanic}},
		{Outcome: props.Rejected, Stop: props.StopWealth},
	}
	for i, a := range worst {
		for j, b := range worst {
			r := &Report{Outcome: props.Inconclusive, Stop: props.StopRefusal}
			for _, v := range []*props.Verdict{a, b} {
				if err := r.add(Finding{Verdict: v}, nil); err != nil {
					t.Fatal(err)
				}
			}
			if want := worst[max(i, j)]; r.Outcome != want.Outcome || r.Stop != want.Stop {
				t.Errorf("%s (%s) and %s (%s) come to %s (%s)", a.Outcome, a.Stop, b.Outcome, b.Stop, r.Outcome, r.Stop)
			}
		}
	}
}
