package external

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"sync"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/parallel"
	"assay/spec"
)

// Candidate is a program that samples, as a [spec.Sampler]. Calls that are made at the
// same time are served by different processes.
type Candidate struct {
	command []string
	options *Options
	hello   hello
	files   []file // that the command line names
	fault   error  // why the first process did not say hello
	counts  counts

	open   context.Context // done once the candidate is closed
	close  context.CancelFunc
	busy   sync.WaitGroup // the calls under way
	closed bool           // and there are to be no more; guarded by mu

	slots     chan struct{} // one for each process that may run
	batchTime time.Duration

	mu      sync.Mutex
	idle    []*session
	probes  map[string]*probe // by digest of the problem
	waiting []*call
	pace    time.Duration // of one call, by the last that were made
	apart   bool          // a batch has failed: there are to be no more

	warnings []string // see Warnings
}

var _ spec.Concurrent = (*Candidate)(nil)

// New starts a program and returns it as a candidate. It is an error if the
// program is not found or the options are wrong. A program that fails to start is a
// candidate too, every call of which fails with that [*Fault]. Close it when done.
func New(ctx context.Context, command []string, options Options) (*Candidate, error) {
	o, err := options.filled()
	if err != nil {
		return nil, err
	}
	if len(command) == 0 {
		return nil, errors.New("no command; want -- PROGRAM ARGUMENTS")
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		return nil, fmt.Errorf("candidate: %w", err)
	}
	c := &Candidate{command: slices.Clone(command), options: o, files: filesOf(command, o.Dir), slots: make(chan struct{}, o.Jobs), batchTime: batchTime, probes: map[string]*probe{}}
	c.open, c.close = context.WithCancel(context.Background())
	s, err := open(ctx, c.command, o, &c.counts)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		c.fault, c.hello.Name = err, command[0]
	default:
		c.hello, c.idle = s.hello, []*session{s}
	}
	return c, nil
}

// Name returns the name that the program gives itself; its file name if it could not
// be asked.
func (c *Candidate) Name() string { return c.hello.Name }

// Version returns the version that the program says it is, empty if it says nothing.
func (c *Candidate) Version() string { return c.hello.Version }

// Independent reports whether the program says that the draws of a call are independent
// given y.
func (c *Candidate) Independent() bool { return c.hello.Independent }

// counts returns how many rows the program has asked for by callback.
func (c *Candidate) Counts() *counts { return &c.counts }

// Sample implements [spec.Sampler]. The program is given a seed of 53 bits from rng; the
// draws from the prior that it asks for come from rng too. Before the first call on a
// problem the program is asked three times for draws given one y: if they do not depend on the
// seed it is at fault, and if they do not depend on it alone, [Candidate.Warnings] says so.
func (c *Candidate) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	if err := ctx.Err(); err != nil || dst.IsEmpty() {
		return err
	}
	if c.fault != nil {
		return c.fault
	}
	return c.during(ctx, func(ctx context.Context) error {
		own := newCall(p.Unmetered(), y, rng)
		own.ctx, own.dst = ctx, dst
		err := c.serve(own)
		if err == nil {
			for name, amount := range own.spent {
				spec.Spend(ctx, name, amount)
			}
		}
		return err
	})
}

// errClosed is the outcome of a call of a candidate that is closed by then.
var errClosed = errors.New("the program has been closed")

// during makes a call that ends when ctx is done or the candidate is closed.
func (c *Candidate) during(ctx context.Context, call func(context.Context) error) error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return errClosed
	}
	c.busy.Add(1)
	c.mu.Unlock()
	defer c.busy.Done()
	merged, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.open, cancel)()
	err := call(merged)
	if err != nil && ctx.Err() == nil && merged.Err() != nil {
		return errClosed
	}
	return err
}

// with gives work a process that nobody else uses, and keeps it for the next if the
// work went well or the program declined.
func (c *Candidate) with(ctx context.Context, work func(*session) error) error {
	s, err := c.take(ctx)
	if err != nil {
		return err
	}
	err = work(s)
	if refusal := (*spec.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
		s.kill()
		return err
	}
	c.mu.Lock()
	kept := !c.closed
	if kept {
		c.idle = append(c.idle, s)
	}
	c.mu.Unlock()
	if !kept {
		s.bye() // as Close does with those that are idle; how it ends is told to nobody
	}
	return err
}

// take returns an idle process, or else a new one.
func (c *Candidate) take(ctx context.Context) (*session, error) {
	c.mu.Lock()
	if last := len(c.idle) - 1; last >= 0 {
		s := c.idle[last]
		c.idle = c.idle[:last]
		c.mu.Unlock()
		return s, nil
	}
	c.mu.Unlock()
	return open(ctx, c.command, c.options, &c.counts)
}

// Close calls off the calls under way, says bye to all processes and returns once none is
// left, nor, where the system shows it, anything that they started. It returns the fault of a
// process that did not end well when told bye. Calls made later fail.
func (c *Candidate) Close() error {
	c.mu.Lock()
	c.closed = true
	idle := c.idle
	c.idle = nil
	c.mu.Unlock()
	c.close()
	faults := make([]error, len(idle))
	_ = parallel.Limited(context.Background(), len(idle), len(idle), func(i int) error {
		faults[i] = idle[i].bye()
		return nil // so that all are told
	})
	c.busy.Wait()
	return errors.Join(faults...)
}
