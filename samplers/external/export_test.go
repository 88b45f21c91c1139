package external

import "time"

// BatchWithin lets batches take this long, so that a child on a busy machine is not too slow
// for them.
func (c *Candidate) BatchWithin(d time.Duration) { c.batchTime = d }

// Waiting returns how many calls wait for a process.
func (c *Candidate) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// Occupy takes every process, and returns what gives them back: meanwhile no call is made.
func (c *Candidate) Occupy() (release func()) {
	for range cap(c.slots) {
		c.slots <- struct{}{}
	}
	return func() {
		for range cap(c.slots) {
			<-c.slots
		}
	}
}
