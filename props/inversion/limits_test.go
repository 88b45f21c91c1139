package inversion

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"assay/internal/defaults"
	"assay/internal/stats"
	"assay/internal/wealth"
	"assay/props"
	"assay/props/problems/hard"
	"assay/samplers"
	"assay/spec"
)

// table returns the limits for every number of inverted targets of n, n from 1 to most.
func table(most int, limits func(k, n int) (low, high float64)) (all [][][2]float64) {
	for n := 1; n <= most; n++ {
		row := make([][2]float64, n+1)
		for k := range row {
			row[k][0], row[k][1] = limits(k, n)
		}
		all = append(all, row)
	}
	return all
}

// everMisses returns the probability that at some number of targets, each of which is inverted
// with probability p, the limits do not cover p: what a run that stops where it likes best can
// bring about. It goes through all numbers of inverted ones in turn; rounding is its only
// error.
func everMisses(p float64, limits [][][2]float64) (missed float64) {
	alive := []float64{1}
	for i, row := range limits {
		n := i + 1
		next := make([]float64, n+1)
		for k, probability := range alive {
			next[k] += probability * (1 - p)
			next[k+1] += probability * p
		}
		for k, probability := range next {
			if p < row[k][0] || p > row[k][1] {
				missed += probability
				next[k] = 0
			}
		}
		alive = next
	}
	return missed
}

// TestLimitsCoverWheneverItEnds: the interval that an inversion prints, and what it excludes,
// err with probability at most 0.05 even if the run ends where they err, for any reason: by
// exact computation for 20 planned targets, and for up to 120 under a time limit. The worst p of
// the grid comes near to that, 0.01 at least, so that limits far too wide are told. The
// control, a Clopper-Pearson interval of what was tried so far, exceeds 0.05 for some p.
func TestLimitsCoverWheneverItEnds(t *testing.T) {
	for _, test := range []struct{ planned, most int }{{20, 20}, {0, 120}} {
		at := func(k, n int) *Verdict { return &Verdict{Planned: test.planned, Targets: n, Inverted: k} }
		printed := table(test.most, func(k, n int) (low, high float64) { return at(k, n).limits(0.025) })
		excluded := table(test.most, func(k, n int) (low, high float64) {
			_, high = at(k, n).limits(0.05)
			return 0, high
		})
		fixed := table(test.most, func(k, n int) (low, high float64) { return stats.Interval(k, n, 0.95) })
		var both, upper, control float64
		for p := 0.025; p < 1; p += 0.05 {
			both = max(both, everMisses(p, printed))
			upper = max(upper, everMisses(p, excluded))
			control = max(control, everMisses(p, fixed))
		}
		t.Logf("%d planned: the interval errs with probability %.4f at most, what is excluded %.4f, the control %.4f", test.planned, both, upper, control)
		if max(both, upper) > 0.05 {
			t.Errorf("%d planned: the interval errs with probability %.4f, what is excluded with %.4f, want at most 0.05", test.planned, both, upper)
		}
		if both < 0.01 || upper < 0.01 {
			t.Errorf("%d planned: the interval errs with probability %.4f, what is excluded with %.4f for the worst p, want 0.01 or more", test.planned, both, upper)
		}
		if control < 0.05 {
			t.Errorf("%d planned: the control errs with probability %.4f", test.planned, control)
		}
	}
}

// TestLimitsOfAWholeRun are the Clopper-Pearson limits, and say no more than that; those of a
// run that ended early contain them, whatever the rest would have come to.
func TestLimitsOfAWholeRun(t *testing.T) {
	v := &Verdict{Planned: 20, Targets: 20, Inverted: 3}
	low, high := v.limits(0.025)
	if wantLow, wantHigh := stats.Interval(3, 20, 0.95); low != wantLow || high != wantHigh {
		t.Errorf("from %v to %v, want %v to %v", low, high, wantLow, wantHigh)
	}
	if words := v.String(); !strings.Contains(words, fmt.Sprintf("(95%% interval %.3f to %.3f), ", low, high)) {
		t.Errorf("it says\n%s", words)
	}
	early := &Verdict{Planned: 20, Targets: 8, Inverted: 3}
	low, high = early.limits(0.025)
	for rest := range 13 {
		if wholeLow, wholeHigh := stats.Interval(3+rest, 20, 0.95); wholeLow < low || wholeHigh > high {
			t.Errorf("from %v to %v after 8 targets, but from %v to %v if %d of the others are inverted", low, high, wholeLow, wholeHigh, rest)
		}
		whole := &Verdict{Planned: 20, Targets: 20, Inverted: 3 + rest}
		if early.ExcludedDelta(0.05) > whole.ExcludedDelta(0.05) {
			t.Errorf("delta below %v is excluded after 8 targets, below %v if %d of the others are inverted", early.ExcludedDelta(0.05), whole.ExcludedDelta(0.05), rest)
		}
	}
	if words := early.String(); !strings.Contains(words, "whatever the other 12 come to") {
		t.Errorf("it says\n%s", words)
	}
	timed := &Verdict{Targets: 8, Inverted: 3}
	if words := timed.String(); !strings.Contains(words, "at whatever time it ends") {
		t.Errorf("it says\n%s", words)
	}
	low, high = timed.limits(0.025)
	if wantLow, wantHigh := stats.MeanInterval(3, 8, 0.975); low != wantLow || high != wantHigh {
		t.Errorf("from %v to %v, want %v to %v", low, high, wantLow, wantHigh)
	}
}

// TestInvertRejectsAtOneOverAlpha: an inversion counts as rejected from the first target on
// after which the wealth is 1/alpha or more, and goes on to the last. The alphas are such that
// 1/alpha lies a little above or below the wealth after the third failure, by a factor of 1.5,
// or after one, so that one of twice or half of alpha shows.
func TestInvertRejectsAtOneOverAlpha(t *testing.T) {
	in, name, err := hard.Parse("goldreich:n=12,m=12")
	if err != nil {
		t.Fatal(err)
	}
	for _, failures := range []int{1, 3} {
		for _, factor := range []float64{1 / 1.5, 1.5} {
			fed := wealth.NewFailures(in.Slack(0))
			for range failures {
				fed.Observe(1)
			}
			alpha := math.Exp(-fed.LogWealth()) / factor
			first, targets := 0, 0
			watch := func(p props.Progress) {
				targets++
				if want := -math.Log10(alpha); math.Abs(p.Threshold-want) > 1e-12*want {
					t.Errorf("threshold 10^%v, want 10^%v", p.Threshold, want)
				}
				if first == 0 && p.Log10Wealth >= -math.Log10(alpha) {
					first = targets
				}
			}
			v, err := Invert(t.Context(), samplers.Prior(), in, name, spec.Tolerance{}, Options{Alpha: alpha, Watch: watch})
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome != props.Rejected || v.RejectedAt != first || first == 0 || targets != defaults.Targets {
				t.Errorf("alpha %v: %s at target %d of %d, want %d", alpha, v.Outcome, v.RejectedAt, targets, first)
			}
			all := wealth.NewFailures(in.Slack(0)) // the wealth does not depend on the order
			for target := range v.Targets {
				failed := 0.0
				if target >= v.Found {
					failed = 1
				}
				all.Observe(failed)
			}
			if want := all.LogWealth() / math.Ln10; math.Abs(v.Log10Wealth-want) > 1e-9*want {
				t.Errorf("alpha %v: evidence 10^%v, want 10^%v for %d failures beyond the slack", alpha, v.Log10Wealth, want, v.Targets-v.Found)
			}
		}
	}
}
