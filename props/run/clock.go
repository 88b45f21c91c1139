package run

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// A sampler that is wrong at some y can let the time run out there instead of answering. What
// it did answer is right, so that a judgement which ends by the clock would pass it: the
// sampler would choose which of its answers count. A [Clock] tells such an end from that of a
// sampler that is slow.

// Clock notes how long calls take, and which have no answer yet. It is safe for concurrent use.
type Clock struct {
	// Together says that calls on all problems are compared with each other. Otherwise each
	// is compared with those on its own problem.
	Together bool

	mu      sync.Mutex
	began   time.Time // of the first run
	early   int       // the number of calls to come whose time is not noted
	pending map[*Pending]struct{}
	longest map[group][]time.Duration // the few longest calls, the longest first
}

// group is the calls that are compared.
type group struct{ role, problem string }

// Pending is a call without an answer.
type Pending struct {
	Sampler, Problem string
	Role             string
	Replicate        uint64        // number of the call, as in [Call]
	Waited           time.Duration // for its answer, until the run ended
	// Usual is what the third longest of the answered calls took, 0 if there are not as many:
	// one or two that are slow, as by a break that the sampler took, make no custom.
	Usual time.Duration
	// Stalled says that the run ended by waiting for this call: for at least a twentieth of
	// its time, and for at least three times as long as is usual.
	Stalled bool

	since, until time.Time // until is zero while it is under way
	of           group
}

// What counts as a stall; see [Pending]. Calls that take alike are under way for less than
// three times the third longest; if their times are exponential and 30 were answered, the
// third longest is about twice the mean, and one is under way for three times that with
// probability below one in 400.
const (
	customary = 3
	patience  = 3
	fraction  = 20
)

// Begin begins a run, which may follow others on the same clock: calls that those left without
// an answer are forgotten, and the times of the next n calls are passed over, since they start
// processes.
func (c *Clock) Begin(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.began.IsZero() {
		c.began, c.longest = time.Now(), map[group][]time.Duration{}
	}
	c.early, c.pending = n, map[*Pending]struct{}{}
}

// Timed returns the runner with its calls on the clock.
func (c *Clock) Timed(r Runner) Runner { return timed{r, c} }

type timed struct {
	Runner
	clock *Clock
}

func (t timed) AtOnce(numbers int) (now, most int) { return atOnce(t.Runner, numbers) }

func (t timed) Answer(ctx context.Context, call Call) Answer {
	p, early := t.clock.start(call)
	answer := t.Runner.Answer(ctx, call)
	t.clock.end(p, answer.Fault == nil && !early, ctx.Err() != nil)
	return answer
}

// start puts a call on the clock. It reports whether it is one of the first.
func (c *Clock) start(call Call) (p *Pending, early bool) {
	p = &Pending{Sampler: call.Sampler, Role: call.Role, Replicate: call.Replicate, of: group{call.Role, call.problem()}}
	if call.Problem != nil {
		p.Problem = call.Problem.Name()
	}
	if c.Together {
		p.of.problem = ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	early = c.early > 0
	c.early = max(0, c.early-1)
	p.since = time.Now()
	c.pending[p] = struct{}{}
	return p, early
}

// end takes a call off the clock, unless it ended without an answer because it was told to.
func (c *Clock) end(p *Pending, counts, calledOff bool) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if calledOff {
		p.until = now
		return
	}
	delete(c.pending, p)
	if counts {
		c.took(p.of, now.Sub(p.since))
	}
}

// took notes the time of an answered call, if it is among the longest.
func (c *Clock) took(of group, took time.Duration) {
	longest := c.longest[of]
	at, _ := slices.BinarySearchFunc(longest, took, func(a, b time.Duration) int { return cmp.Compare(b, a) })
	if at < customary {
		longest = slices.Insert(longest, at, took)
		c.longest[of] = longest[:min(len(longest), customary)]
	}
}

// Stop reads the clock at the end of a run: it returns the first call that has stalled, by its
// number, or else the call that has waited longest; nil if every call has its answer.
func (c *Clock) Stop() (worst *Pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	for p := range c.pending {
		read := *p
		if read.until.IsZero() {
			read.until = now
		}
		read.Waited = read.until.Sub(read.since)
		if longest := c.longest[p.of]; len(longest) == customary {
			read.Usual = longest[customary-1]
		}
		read.Stalled = read.Waited >= read.until.Sub(c.began)/fraction && read.Waited >= patience*read.Usual
		if worst == nil || read.before(worst) {
			worst = &read
		}
	}
	return worst
}

// before reports whether p is to be named rather than q.
func (p *Pending) before(q *Pending) bool {
	switch {
	case p.Stalled != q.Stalled:
		return p.Stalled
	case p.Stalled && p.Replicate != q.Replicate:
		return p.Replicate < q.Replicate
	}
	return p.Waited > q.Waited
}
