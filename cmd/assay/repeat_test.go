package main

import (
	"strings"
	"testing"

	"assay/props"
)

// TestRepeatOfWhatWasStopped: what repeats a run that ended early has as many calls as were made on any
// problem; of one that went to its end, those that were asked for.
func TestRepeatOfWhatWasStopped(t *testing.T) {
	c := &check{Calls: 100, On: []string{"a", "b", "c"}}
	for stop, want := range map[props.Stop]string{props.StopInterrupted: "--calls 7 ", props.StopTime: "--calls 7 ", props.StopCalls: "--calls 100 "} {
		v := &props.Verdict{Candidate: "prior", Stop: stop, Alpha: 0.25, Problems: []props.Finding{{Problem: "a", Calls: 3}, {Problem: "b", Calls: 7}, {Problem: "c", Calls: 5}}}
		if got := c.repeat(v); !strings.Contains(got, want) || !strings.Contains(got, "--alpha 0.25") {
			t.Errorf("%s: %s, want %s", stop, got, want)
		}
	}
}
