package metamorphic

import (
	"testing"

	"assay/props"
)

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
				if err := r.add(finding{Verdict: v}, nil); err != nil {
					t.Fatal(err)
				}
			}
			if want := worst[max(i, j)]; r.Outcome != want.Outcome || r.Stop != want.Stop {
				t.Errorf("%s (%s) and %s (%s) come to %s (%s)", a.Outcome, a.Stop, b.Outcome, b.Stop, r.Outcome, r.Stop)
			}
		}
	}
}
