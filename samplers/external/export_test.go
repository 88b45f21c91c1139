package external

import (
	"fmt"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// BatchWithin lets batches take this long, so that a child on a busy machine is not too slow
// for them.
func (c *Candidate) BatchWithin(d time.Duration) { c.batchTime = d }

// Wait is a call that waits for a process: for so many draws on a problem, perhaps alone.
type Wait struct {
	Problem *spec.Problem
	Draws   int
	Alone   bool
}

// Gathered returns the numbers of the calls, of those that wait, that are put together for the
// one of number own, in a batch of at most most, and of those that go on waiting.
func Gathered(own, most int, waiting []Wait) (batch, left []int) {
	c := &Candidate{hello: hello{Batch: most}, pace: 1, batchTime: time.Hour, options: &Options{Jobs: 1}}
	var calls []*call
	for _, w := range waiting {
		calls = append(calls, &call{problem: w.Problem, dst: mat.NewDense(w.Draws, w.Problem.Dim(), nil), alone: w.Alone})
	}
	c.waiting = slices.Clone(calls)
	for _, one := range c.gather(calls[own]) {
		batch = append(batch, slices.Index(calls, one))
	}
	for _, one := range c.waiting {
		left = append(left, slices.Index(calls, one))
	}
	return batch, left
}

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

// Left says that processes with these numbers are left, each running a file named by its number
// and a line feed.
func Left(pids ...int) string {
	var left []relative
	for _, pid := range pids {
		left = append(left, relative{pid: pid, name: fmt.Sprintf("%d\n", pid)})
	}
	return inWords(left)
}
