package props

import (
	"context"
	"errors"
)

// errLimit is the cause with which a judgement is cut short when its time is
// over.
var errLimit = errors.New("time limit")

// cutShort returns why a trial ended, given that its context is done.
func (t *trial) cutShort(ctx context.Context) Stop {
	if context.Cause(ctx) == errLimit {
		return t.stopAt(StopTime)
	}
	return StopInterrupted
}

// stopAt returns why the trial ended, if it ended without a rejection: for the given
// reason, unless problems were set aside.
func (t *trial) stopAt(reason Stop) Stop {
	switch fault := t.fault(); {
	case fault == nil:
		return reason
	case fault.Kind == FaultRefusal:
		return StopRefusal
	}
	return StopFault
}

// fault returns what went wrong on the first of the problems that are set aside: a refusal
// only if nothing worse did.
func (t *trial) fault() (first *Fault) {
	for _, e := range t.states {
		if e.fault != nil && (first == nil || first.Kind == FaultRefusal && e.fault.Kind != FaultRefusal) {
			first = e.fault
		}
	}
	return first
}
