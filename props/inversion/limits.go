package inversion

import "assay/internal/stats"

// limits returns confidence limits for the probability that a target is inverted, each of
// which errs with probability at most miss, although a run may end at any time: by a fault, a
// refusal, an interruption or a time limit, all of which may depend on what was inverted so far.
// Where the number of targets was planned they are the Clopper-Pearson limits of that number,
// those that were not tried counting as not inverted in the lower one and as inverted in the
// upper one: they contain the limits that the run would have had to its end. Otherwise they
// are from a sequence that covers at all times at once.
func (v *Verdict) limits(miss float64) (low, high float64) {
	if v.Planned == 0 {
		return stats.MeanInterval(float64(v.Inverted), float64(v.Targets), 1-miss)
	}
	low, _ = stats.Interval(v.Inverted, v.Planned, 1-2*miss)
	_, high = stats.Interval(v.Inverted+v.Planned-v.Targets, v.Planned, 1-2*miss)
	return low, high
}
