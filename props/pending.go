package props

import "assay/internal/clock"

// Pending is a call that had no answer when the time was over.
type Pending = clock.Pending

// pending returns the call that the judgement waited for when its time was over.
func (t *trial) pending(stop Stop) *Pending {
	if stop != StopTime {
		return nil
	}
	last := t.asker.clock.Stop()
	if t.twoSided() {
		return last.Named()
	}
	return last
}
