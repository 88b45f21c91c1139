package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"assay/samplers/external"
)

// patience is how long after a signal the verdict may take, and the programs that run may take
// to end. Then all is ended by force, also what cannot be called off: an allocation, say, or
// the set-up of a large problem.
const patience = 1500 * time.Millisecond

// untilSignal returns a context that is done at the first signal that asks the process to end. If it
// has not ended some time later, or at a second signal, it ends at once, and programs with it.
func untilSignal(ctx context.Context, out *counted) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	// Who reads the verdict may go away, as head does. Writing then fails, instead of
	// ending this process before the programs that it started.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	go func() {
		<-signals
		cancel()
		select {
		case <-signals:
		case <-time.After(patience):
		}
		if left := (external.Processes{}).Abandon(); left != "" {
			fmt.Fprintln(os.Stderr, "assay:", left)
		}
		if out.written.Load() == 0 {
			fmt.Fprintln(os.Stderr, "assay: interrupted before there was a verdict")
		}
		os.Exit(exitInterrupted)
	}()
	return ctx
}

// counted is a writer that counts what is written to it.
type counted struct {
	to      io.Writer
	written atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.written.Add(int64(n))
	return n, err
}
