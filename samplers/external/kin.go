package external

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// insistence is for how long processes that do not end are killed again and again, which
// only those need that start others faster than they are found, or that wait for hardware.
const insistence = 2 * time.Second

// relative is a process that a program started, itself or by others.
type relative struct {
	pid, group int
	name       string // of the file that it runs, as the system has it
}

// registry holds the processes that were started and not waited for yet, and those that this
// process was the parent of before.
type registry struct {
	// mu is held while a process is started, so that nobody takes it for one that is
	// not ours.
	mu      sync.Mutex
	running map[int]*process
	adopts  bool // what programs leave behind becomes a child of this process
	others  *kin // what must be left alone, if adopts
	any     bool // a program has been started
}

var programs = registry{running: map[int]*process{}}

// Processes are those that the programs of this package started, themselves or by others, for
// a command that leaves nothing behind.
type Processes struct{}

// add starts a process by the given function, and holds it until it has been waited for.
func (r *registry) add(p *process, start func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.adopts && !r.any {
		go r.collect()
	}
	r.any = true
	if err := start(); err != nil {
		return err
	}
	pid := p.cmd.Process.Pid
	p.kin = newKin(pid, p.mark)
	r.running[pid] = p
	go func() {
		p.cmd.Wait() // its result is in ProcessState
		r.mu.Lock()
		delete(r.running, pid)
		r.mu.Unlock()
		close(p.exited)
	}()
	return nil
}

// collect waits for adopted processes that have ended, so that a program which starts and
// leaves others in every call does not use up the numbers of processes.
func (r *registry) collect() {
	for range time.Tick(10 * time.Second) {
		r.mu.Lock()
		waitForAdopted(r.running)
		r.mu.Unlock()
	}
}

// all returns the processes that are running.
func (r *registry) all() []*process {
	r.mu.Lock()
	defer r.mu.Unlock()
	running := make([]*process, 0, len(r.running))
	for _, p := range r.running {
		running = append(running, p)
	}
	return running
}

// Adopt lets this process become the parent of whatever programs leave behind, where the
// system can do that (Linux), so that Sweep finds it. It is for a process that starts
// programs only through this package; what it is the parent of already is left alone.
func (Processes) Adopt() {
	programs.mu.Lock()
	defer programs.mu.Unlock()
	if programs.adopts = becomeSubreaper(); programs.adopts {
		programs.others = ownKin()
	}
}

// Sweep ends what programs have left behind, as far as Adopt lets it be found: by asking,
// and after the grace by force. Call it when every candidate is closed. It returns, in a line
// of words, what could not be ended; empty if that is nothing.
func (Processes) Sweep(grace time.Duration) (left string) {
	programs.mu.Lock()
	adopted := programs.adopts && programs.any
	programs.mu.Unlock()
	if !adopted {
		return ""
	}
	orphans := ownKin()
	orphans.but(programs.others)
	return inWords(end(orphans, grace, nil))
}

// Abandon ends by force all programs that are running and all that they started, whoever waits
// for them. It is for a process that is about to end.
func (Processes) Abandon() (left string) {
	var wait sync.WaitGroup
	for _, p := range programs.all() {
		wait.Go(func() { end(p.kin, 0, p.exited) })
	}
	wait.Wait()
	return Processes{}.Sweep(0)
}

// end ends processes: by asking and after the grace by force. The first of them has exited
// when exited is closed, if that is not nil: it may be one that nobody has waited for yet. It
// returns those that are left.
func end(k *kin, grace time.Duration, exited <-chan struct{}) (left []relative) {
	if grace > 0 {
		k.ask()
		if left = await(k, grace, exited, nil); len(left) == 0 {
			return nil
		}
	}
	return await(k, insistence, exited, k.kill)
}

// await waits until all have ended, for at most the given time, and returns those that have
// not. Each time before it looks, it does what is given, if anything.
func await(k *kin, most time.Duration, exited <-chan struct{}, before func()) (left []relative) {
	over := time.After(most)
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		if before != nil {
			before()
		}
		done := exited == nil
		select {
		case <-exited:
			done = true
			exited = nil
		default:
		}
		if done {
			if left = k.find(); len(left) == 0 {
				return nil
			}
		}
		select {
		case <-exited:
		case <-time.After(pause):
		case <-over:
			if left = k.find(); len(left) == 0 && !done {
				left = []relative{k.first()}
			}
			return left
		}
	}
}

// inWords says which processes are left.
func inWords(left []relative) string {
	if len(left) == 0 {
		return ""
	}
	const most = 5
	slices.SortFunc(left, func(a, b relative) int { return a.pid - b.pid })
	var names []string
	for _, one := range left[:min(most, len(left))] {
		names = append(names, fmt.Sprintf("%d (%q)", one.pid, one.name))
	}
	more := ""
	if n := len(left) - most; n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("could not end what the program started: process %s%s", strings.Join(names, ", "), more)
}
