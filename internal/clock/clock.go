// Package clock tells a sampler that stalls from one that is slow.
package clock

import (
	"cmp"
	"context"
	"encoding/hex"
	"math/bits"
	"slices"
	"sync"
	"time"

	"assay/internal/parallel"
	"assay/props/run"
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
	pending map[*waiting]struct{}
	times   map[group]*times
}

// group is the calls that are compared.
type group struct{ role, problem string }

// times is how long the answered calls of a group took.
type times struct {
	// longest holds the few longest of which no two were under way at a time, the longest
	// first: one break lengthens all calls that wait for a process meanwhile.
	longest []span
	sizes   [65]int // how many took less than 2^i ns, but not less than half of that
	all     int
}

// span is when a call was under way.
type span struct{ from, to time.Time }

func (s span) length() time.Duration { return s.to.Sub(s.from) }
func (s span) meets(t span) bool     { return s.from.Before(t.to) && t.from.Before(s.to) }

// waiting is a call on the clock.
type waiting struct {
	Pending
	of           group
	since, until time.Time // until is zero while it is under way
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
		c.began, c.times = time.Now(), map[group]*times{}
	}
	c.early, c.pending = n, map[*waiting]struct{}{}
}

type key struct{}

// In returns a context in which judgements time their calls by this clock, which goes on from
// one to the next.
func (c *Clock) In(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, c) }

// Of returns the clock of the context, or a new one if it has none.
func Of(ctx context.Context) *Clock {
	if c, ok := ctx.Value(key{}).(*Clock); ok {
		return c
	}
	return new(Clock)
}

// Timed returns the runner with its calls on the clock.
func (c *Clock) Timed(r run.Runner) run.Runner { return timed{r, c} }

type timed struct {
	run.Runner
	clock *Clock
}

func (t timed) AtOnce(numbers int) (now, most int) { return parallel.AtOnce(t.Runner, numbers) }

func (t timed) Answer(ctx context.Context, call run.Call) run.Answer {
	p, early := t.clock.start(call)
	answer := t.Runner.Answer(ctx, call)
	t.clock.end(p, answer.Fault == nil && !early, ctx.Err() != nil)
	return answer
}

// start puts a call on the clock. It reports whether it is one of the first.
func (c *Clock) start(call run.Call) (p *waiting, early bool) {
	p = &waiting{Pending: Pending{sampler: call.Sampler, Problem: call.Digest, Call: int(call.Replicate)}, of: group{call.Role, call.Digest}}
	if call.Problem != nil {
		p.Problem, p.of.problem = call.Problem.Name(), hex.EncodeToString(call.Problem.Digest())
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
func (c *Clock) end(p *waiting, counts, calledOff bool) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if calledOff {
		p.until = now
		return
	}
	delete(c.pending, p)
	if counts {
		if c.times[p.of] == nil {
			c.times[p.of] = new(times)
		}
		c.times[p.of].note(span{p.since, now})
	}
}

// note counts an answered call.
func (t *times) note(s span) {
	t.sizes[bits.Len64(uint64(s.length()))]++
	t.all++
	if slices.ContainsFunc(t.longest, func(other span) bool { return other.meets(s) && other.length() >= s.length() }) {
		return
	}
	t.longest = slices.DeleteFunc(t.longest, s.meets)
	at, _ := slices.BinarySearchFunc(t.longest, s, func(a, b span) int { return cmp.Compare(b.length(), a.length()) })
	if at < customary {
		t.longest = slices.Insert(t.longest, at, s)
		t.longest = t.longest[:min(len(t.longest), customary)]
	}
}

// usual is what calls take; see [Pending].
func (t *times) usual() (usual time.Duration) {
	if t == nil {
		return 0
	}
	if len(t.longest) == customary {
		usual = t.longest[customary-1].length()
	}
	below, size := t.sizes[0], 0
	for 2*below < t.all {
		size++
		below += t.sizes[size]
	}
	return max(usual, time.Duration(uint64(1)<<size>>1))
}

// Stop reads the clock at the end of a run: it returns the first call that has stalled, by its
// number, or else the call that has waited longest; nil if every call has its answer.
func (c *Clock) Stop() *Pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var worst *Pending
	for p := range c.pending {
		until := p.until
		if until.IsZero() {
			until = now
		}
		waited, usual := until.Sub(p.since), c.times[p.of].usual()
		read := p.Pending
		read.Waited, read.Usual = waited.Seconds(), usual.Seconds()
		read.Stalled = waited >= until.Sub(c.began)/fraction && waited >= patience*usual
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
	case p.Stalled && p.Call != q.Call:
		return p.Call < q.Call
	}
	return p.Waited > q.Waited
}
