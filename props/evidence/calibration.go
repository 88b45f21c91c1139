package evidence

import (
	"math"

	"assay/internal/stats"
)

// CalibrationLimit returns an upper confidence limit, at the given level, for the
// calibration error of witness k: the largest difference, over thresholds j, between
// the probability that the truth ranks at most j and what it is for a right sampler,
// (j+1)/(L+1). It holds at every number of calls at once, so also at the one at which
// the caller stopped. Before the first call it is the largest error there can be.
//
// For each threshold it is a [stats.MartingaleInterval], in which the martingale stays below
// (number of thresholds)/(1 - level).
func (p *process) CalibrationLimit(k int, level float64) float64 {
	counts := p.rank.counts[k]
	thresholds := len(counts) - 1
	logLimit := math.Log(float64(thresholds) / (1 - level))
	worst, below := 0.0, 0.0
	n := float64(p.calls)
	for j := range thresholds {
		below += counts[j]
		low, high := stats.MartingaleInterval(min(below, n), n, logLimit)
		right := float64(j+1) / float64(thresholds+1)
		worst = max(worst, right-low, high-right)
	}
	return min(1, worst)
}
