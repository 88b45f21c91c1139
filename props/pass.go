package props

import "context"

// explainPass adds to a verdict that rejects nothing what it would have noticed, and
// how well calibrated the candidate is at least.
func (t *trial) explainPass(ctx context.Context, v *Verdict) {
	for i, e := range t.exhibits {
		if t.local > 0 {
			continue // evidence at single points says nothing about all y
		}
		scale := e.points[0].leading()
		level := 1 - (1-calibrationLevel)/float64(len(e.batteries)) // the scale is chosen by what was seen
		for k := range e.batteries[scale].Names() {
			v.Problems[i].CalibrationError = max(v.Problems[i].CalibrationError, e.points[0].processes[scale].CalibrationLimit(k, level))
		}
		v.Problems[i].Noticed = t.sensitivity(ctx, e)
		if ctx.Err() != nil {
			v.Warnings = append(v.Warnings, "interrupted before it was known what would have been noticed")
			return
		}
	}
}

// calibrationLevel is the confidence of the limit for the error of each witness.
const calibrationLevel = 0.95
