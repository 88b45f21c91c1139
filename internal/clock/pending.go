package clock

import (
	"fmt"
	"time"

	"assay/internal/text"
)

// Pending is a call that had no answer when the time was over.
type Pending struct {
	Problem string `json:"problem"`
	Call    int    `json:"call"` // on that problem, and in local mode at that y, from 0
	// Sampler is who was asked, where two were.
	Sampler string  `json:"sampler,omitempty"`
	Waited  float64 `json:"seconds"` // for the answer
	// Usual is the time in seconds that the third longest of the answered calls took, of those
	// that were not under way at a time; at least half of the median, and 0 if there are none.
	Usual float64 `json:"usual_seconds"`
	// Stalled says that the judgement ended by waiting for this call, for at least a twentieth
	// of its time and three times what is usual. What was answered until then was chosen by the
	// candidate, so that it is no pass.
	Stalled bool `json:"stalled"`

	sampler string // who was asked; see Named
}

// Named returns the call with the name of who was asked; p may be nil.
func (p *Pending) Named() *Pending {
	if p != nil {
		p.Sampler = p.sampler
	}
	return p
}

// Stall reports whether the time ran out in waiting; p may be nil.
func (p *Pending) Stall() bool { return p != nil && p.Stalled }

// String says what was waited for, and for how long.
func (p *Pending) String() string {
	whose := ""
	if p.Sampler != "" {
		whose = " of " + p.Sampler
	}
	usual := "no other was answered to say what is usual"
	if p.Usual > 0 {
		usual = seconds(p.Usual) + " is usual"
	}
	return fmt.Sprintf("call %d%s on %s had no answer after %s, when the time was over; %s", p.Call, whose, p.Problem, seconds(p.Waited), usual)
}

// seconds writes a time to three digits or so.
func seconds(s float64) string {
	unit := time.Microsecond
	for scale := s; scale >= 1e-3; scale /= 10 {
		unit *= 10
	}
	return time.Duration(s * float64(time.Second)).Round(min(unit, time.Second)).String()
}

// Write adds to a page what a stall means, if p, which may be nil, is one.
func (p *Pending) Write(page *text.Page) {
	if p.Stall() {
		page.Fields("pending", p.String(), "what is answered in time only where it is easy is no pass; give more time or fewer calls")
	}
}
