package props

import "context"

// explainPass adds to a verdict that rejects nothing what it would have noticed, and
// how well calibrated the candidate is at least.
func (t *trial) explainPass(ctx context.Context, v *Verdict) {
	for i, e := range t.states {
		if t.local > 0 {
			continue // evidence at single points says nothing about all y
		}
		v.Problems[i].CalibrationError = e.points[0].session.CalibrationLimit(calibrationLevel)
		v.Problems[i].Noticed = t.sensitivity(ctx, e, e.calls())
		if ctx.Err() != nil {
			v.Warnings = append(v.Warnings, "interrupted before it was known what would have been noticed")
			return
		}
	}
}

// calibrationLevel is the confidence of the limit for the error of each witness.
const calibrationLevel = 0.95
