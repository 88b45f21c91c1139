package metamorphic

import (
	"testing"

	"assay/props"
)

// TestWorstOutcome: of a report the outcome is the worst of its findings, in any order that they
// come: a rejection, then a crash, an interruption, a pass, and a refusal only if there is nothing else.
func TestWorstOutcome(t *testing.T) {
	worst := []*props.Evidence{
		{Outcome: props.Inconclusive, Stop: props.StopRefusal, On: props.Finding{Fault: &props.Fault{Kind: props.FaultRefusal}}},
		{Outcome: props.NoDisagreement, Stop: props.StopCalls},
		{Outcome: props.Inconclusive, Stop: props.StopInterrupted},
		{Outcome: props.Inconclusive, Stop: props.StopFault, On: props.Finding{Fault: &props.Fault{Kind: props.FaultPanic}}},
		{Outcome: props.Disagree, Stop: props.StopWealth},
	}
	for i, a := range worst {
		for j, b := range worst {
			r := &Report{Outcome: props.Inconclusive, Stop: props.StopRefusal}
			for _, v := range []*props.Evidence{a, b} {
				if err := r.add(finding{Evidence: v}, nil); err != nil {
					t.Fatal(err)
				}
			}
			want := finding{Evidence: worst[max(i, j)]}
			if r.Outcome != want.outcome() || r.Stop != want.Evidence.Stop {
				t.Errorf("%s (%s) and %s (%s) come to %s (%s)", a.Outcome, a.Stop, b.Outcome, b.Stop, r.Outcome, r.Stop)
			}
		}
	}
}
