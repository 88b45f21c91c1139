package external

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/spec"
)

// A program that answers in microseconds would spend most of its time on reading requests.
// If its hello allows it, several waiting calls go to it in one request: as many as it
// serves in batchTime at its recent pace, so that a program that takes longer than that for
// one call gets one at a time. When a batch fails, its calls are made again one by one to
// find out which is at fault.
const (
	batchTime  = 10 * time.Millisecond
	batchBytes = 1 << 17 // of draws, at most: larger messages gain nothing
	batchCalls = 64      // at most, whatever the program says
)

// call is one call of Sample.
type call struct {
	ctx     context.Context
	dst     *mat.Dense // written to only by the call itself
	problem *spec.Problem
	y       []float64
	seed    uint64    // of 53 bits, which every language can read from JSON
	prior   [2]uint64 // seeds the prior draws that the program asks for
	took    time.Duration
	spent   map[string]float64 // what its callbacks asked for, once it has been made

	// Of a call that another one makes with its own:
	draws *mat.Dense // where they are, until it copies them
	err   error
	alone bool          // it is to be made on its own
	done  chan struct{} // closed once it has been made
}

// newCall returns a call with seeds from rng, in which it differs from others.
func newCall(p *spec.Problem, y []float64, rng *rand.Rand) *call {
	return &call{problem: p, y: y, seed: rng.Uint64() >> 11, prior: [2]uint64{rng.Uint64(), rng.Uint64()}}
}

// errAgain is the outcome of a call that has not been made.
var errAgain = errors.New("not made")

// AtOnce implements [spec.Concurrent]: a batch is served by each process while the next
// is put together. A program that is too slow for batches is asked for one call at a time.
func (c *Candidate) AtOnce(numbers int) (now, most int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	together := func(batch int) int {
		if batch > 1 {
			return 2 * batch * c.options.Jobs
		}
		return c.options.Jobs
	}
	return together(c.batch(numbers)), together(c.largest(numbers))
}

// largest returns how many calls for this many numbers each a batch holds at most.
func (c *Candidate) largest(numbers int) int {
	return max(1, min(c.hello.Batch, batchCalls, batchBytes/8/max(numbers, 1)))
}

// batch returns how many calls for this many numbers a batch is to hold now.
func (c *Candidate) batch(numbers int) int {
	if c.apart || c.pace == 0 {
		return 1
	}
	return max(1, min(c.largest(numbers), int(c.batchTime/c.pace)))
}

// serve makes a call, with others that wait or as one of theirs.
func (c *Candidate) serve(own *call) error {
	for {
		own.done = make(chan struct{})
		c.mu.Lock()
		c.waiting = append(c.waiting, own)
		c.mu.Unlock()
		select {
		case c.slots <- struct{}{}:
			if batch := c.gather(own); batch != nil {
				defer func() { <-c.slots }()
				return c.lead(own, batch)
			}
			<-c.slots // another one is making it
		case <-own.done:
		case <-own.ctx.Done():
		}
		select {
		case <-own.done:
		case <-own.ctx.Done():
			c.withdraw(own)
			return own.ctx.Err()
		}
		if own.err == nil {
			own.dst.Copy(own.draws)
		}
		if own.err != errAgain {
			return own.err
		}
	}
}

// withdraw takes own from those that wait.
func (c *Candidate) withdraw(own *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = slices.DeleteFunc(c.waiting, func(other *call) bool { return other == own })
}

// gather takes from those that wait the calls to be made with own, and own itself, in the
// order in which they came; nil if own does not wait any more.
func (c *Candidate) gather(own *call) (batch []*call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(c.waiting, own) {
		return nil
	}
	n, d := own.dst.Dims()
	room := c.batch(n*d) - 1
	if own.alone {
		room = 0
	}
	c.waiting = slices.DeleteFunc(c.waiting, func(other *call) bool {
		if other != own {
			if room <= 0 || other.alone || other.problem != own.problem || other.dst.RawMatrix().Rows != n {
				return false
			}
			room--
		}
		batch = append(batch, other)
		return true
	})
	return batch
}

// lead makes the calls of a batch, of which own is one, and returns the outcome of own.
func (c *Candidate) lead(own *call, batch []*call) error {
	if len(batch) == 1 {
		return c.ask(own.ctx, batch, own.dst)
	}
	places := make([]*mat.Dense, len(batch))
	n, d := own.dst.Dims()
	for i, b := range batch {
		places[i] = own.dst
		if b != own {
			b.draws, b.err = mat.NewDense(n, d, nil), nil
			places[i] = b.draws
		}
	}
	others := slices.DeleteFunc(slices.Clone(batch), func(b *call) bool { return b == own })
	defer func() {
		for _, b := range others {
			close(b.done)
		}
	}()
	err := c.ask(own.ctx, batch, places...)
	switch {
	case own.ctx.Err() != nil:
		for _, b := range others {
			b.err = errAgain
		}
		return own.ctx.Err()
	case err != nil:
		return c.split(own, others, err)
	}
	return nil
}

// split makes the calls of a batch that failed one by one, up to the first that fails too;
// the rest is left to those who asked. If each of them goes well, the failure is charged to own:
// there was a fault, though nobody knows in which call. A batch that only took longer than one
// call may is not a fault.
func (c *Candidate) split(own *call, others []*call, whole error) error {
	refusal := (*spec.Refusal)(nil)
	if !errors.As(whole, &refusal) {
		c.mu.Lock()
		c.apart = true
		c.mu.Unlock()
	}
	err := c.ask(own.ctx, []*call{own}, own.dst)
	failed, took := err != nil, own.took
	for _, b := range others {
		b.err, b.alone = errAgain, true
		if failed {
			continue
		}
		outcome := c.ask(own.ctx, []*call{b}, b.draws)
		if failed = outcome != nil; own.ctx.Err() == nil {
			b.err = outcome
		}
		took += b.took
	}
	fault := (*Fault)(nil)
	if failed || !errors.As(whole, &fault) {
		return err
	}
	if late := fault.Kind == kinds.Timeout && took > c.options.Timeout/2; !late {
		return &Fault{Kind: fault.Kind, Message: fmt.Sprintf("%s (in a batch of %d calls, which went well one by one)", fault.Message, len(others)+1), Stderr: fault.Stderr, unseen: fault.unseen}
	}
	return err
}

// ask asks a process for the draws of some calls on one problem, and notes how long one
// took.
func (c *Candidate) ask(ctx context.Context, calls []*call, places ...*mat.Dense) error {
	return c.with(ctx, func(s *session) error {
		if err := c.probe(ctx, s, calls[0].problem); err != nil {
			return err
		}
		began := time.Now()
		if err := s.sample(ctx, calls, places); err != nil {
			return err
		}
		took := max(time.Since(began)/time.Duration(len(calls)), 1)
		for _, one := range calls {
			one.took = took
		}
		c.mu.Lock()
		c.pace = took
		c.mu.Unlock()
		return nil
	})
}
