package external

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// process is a running program with pipes on its standard streams.
type process struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *os.File
	stderr *os.File
	tail   *tail
	mark   string        // in the environment of the program and of all that it starts
	env    []string      // what Options.Env names
	kin    *kin          // the program and these
	exited chan struct{} // closed once it has been waited for
	grace  time.Duration
	end    sync.Once
}

// startProcess starts a program, in a process group of its own.
func startProcess(command []string, o *Options) (*process, error) {
	p := &process{exited: make(chan struct{}), grace: o.Grace, env: o.Env}
	var pipes []*os.File
	pipe := func() (r, w *os.File, err error) {
		r, w, err = os.Pipe()
		if err == nil {
			pipes = append(pipes, r, w)
		}
		return r, w, err
	}
	fail := func(err error) (*process, error) {
		for _, f := range pipes {
			f.Close()
		}
		return nil, fmt.Errorf("starting %s: %w", command[0], err)
	}
	childIn, stdin, err1 := pipe()
	stdout, childOut, err2 := pipe()
	stderr, childErr, err3 := pipe()
	if err := errors.Join(err1, err2, err3); err != nil {
		return fail(err)
	}
	widen(stdin)
	widen(stdout)
	p.stdin, p.stdout, p.stderr = stdin, stdout, stderr
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Dir = o.Dir
	p.mark = "ASSAY_CHILD=" + rand.Text()
	p.cmd.Env = append(environment(os.Environ(), o.Env), p.mark)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = childIn, childOut, childErr
	isolate(p.cmd)
	if err := programs.add(p, func() error { return onLastingThread(p.cmd.Start) }); err != nil {
		return fail(err)
	}
	for _, f := range []*os.File{childIn, childOut, childErr} {
		f.Close()
	}
	if err := limitMemory(p.cmd.Process.Pid, o.Memory); err != nil {
		end(p.kin, 0, p.exited)
		return fail(err)
	}
	p.tail = &tail{to: o.Stderr, prefix: o.Prefix, done: make(chan struct{})}
	go p.tail.follow(stderr)
	return p, nil
}

// drain is how long what a process left in its pipes may take to be read once it has
// ended: others that it started may hold them open for ever.
const drain = 200 * time.Millisecond

// settle waits until the process has ended and what it wrote on standard error has been
// read, for at most the grace, and reports whether it has ended.
func (p *process) settle() bool {
	ended := true
	select {
	case <-p.exited:
	case <-time.After(p.grace):
		ended = false
	}
	select {
	case <-p.tail.done:
	case <-time.After(drain):
	}
	return ended
}

// stop ends the process and, where the system shows them, those that it started, also those
// that left its group, by asking and after the grace by force. It returns once none is left;
// what cannot be ended is said where its standard error goes.
func (p *process) stop() {
	p.end.Do(func() {
		if said := inWords(end(p.kin, p.grace, p.exited)); said != "" {
			fmt.Fprintf(p.tail.to, "%s%s\n", p.tail.prefix, said)
		}
		select {
		case <-p.tail.done:
		case <-time.After(drain):
		}
		for _, f := range []io.Closer{p.stdin, p.stdout, p.stderr} {
			f.Close()
		}
	})
}

// how says in words how the process ended.
func (p *process) how() string {
	select {
	case <-p.exited:
	default:
		return "closed its standard output, though it runs on"
	}
	return ending(p.cmd.ProcessState)
}
