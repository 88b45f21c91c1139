package external

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/creachadair/jrpc2"
	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/spec"
)

// version is that of the protocol.
const version = 1

// remembered is how many problems a program must remember, the last described.
const remembered = 16

// The error codes of the protocol, besides those of JSON-RPC.
const (
	codeRefusal = 1
	codeMemory  = 3
)

// hello is what a program says of itself.
type hello struct {
	Protocol    int
	Name        string
	Version     string
	Independent bool // are the draws of one call independent given y?
	Batch       int  // how many calls one request may hold; 0 is 1

	Witnesses []string // the names of those that it offers

	// What else its answers depend on, as far as it knows: the language with its libraries, in any
	// form, and digests of the files that it consists of, by their names.
	Language json.RawMessage
	Files    map[string]string
}

// session is a process that has said hello. It serves one call at a time.
type session struct {
	*process
	frames *frames
	client *jrpc2.Client
	hello  hello
	limit  time.Duration // for one call
	capped bool          // its memory is limited
	counts *counts

	numbers int    // of problems described so far
	known   []held // the last of them

	mu      sync.Mutex
	rngs    []*rand.Rand // of the prior draws for the calls that it works on
	charges charges      // of these calls
}

// held is a problem that the program knows, by its number.
type held struct {
	number  int
	problem *spec.Problem
}

// open starts a process and greets it.
func open(ctx context.Context, command []string, o *Options, counts *counts) (*session, error) {
	p, err := startProcess(command, o)
	if err != nil {
		return nil, &Fault{Kind: kinds.Start, Message: err.Error()}
	}
	s := &session{process: p, frames: newFrames(p.stdout, p.stdin), limit: o.Timeout, capped: o.Memory > 0, counts: counts}
	s.frames.gone = p.exited
	s.client = jrpc2.NewClient(s.frames, &jrpc2.ClientOptions{OnCallback: s.callback})
	err = s.call(ctx, o.Startup, "hello", struct {
		Protocol int `json:"protocol"`
	}{version}, func(result said) (err error) {
		s.hello, err = result.hello()
		return err
	})
	var fault *Fault
	if errors.As(err, &fault) && fault.Kind == kinds.Crash {
		fault.Kind = kinds.Start
	}
	if err == nil {
		err = s.hello.check()
	}
	if err != nil {
		s.kill()
		return nil, err
	}
	return s, nil
}

// kill ends the process by force if need be. A callback that is being computed for it is
// not waited for: nobody reads the answer.
func (s *session) kill() {
	s.stop()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		s.client.Close()
	}()
	select {
	case <-closed:
	case <-time.After(drain):
	}
}

// bye lets the process end by itself, and kills it if it does not. It reports a process
// that did not end well when asked to.
func (s *session) bye() error {
	err := s.call(context.Background(), s.grace, "bye", struct{}{}, nil)
	s.frames.Close()
	ended := s.settle()
	s.kill()
	switch {
	case err != nil && !isCrash(err):
		return err
	case !ended:
		return &Fault{Kind: kinds.Timeout, Message: fmt.Sprintf("bye: it did not end within %v of being told to", s.grace), Stderr: s.tail.last()}
	case !s.cmd.ProcessState.Success():
		return &Fault{Kind: kinds.Crash, Message: "bye: it " + s.how(), Stderr: s.tail.last()}
	}
	return nil
}

func isCrash(err error) bool {
	fault := (*Fault)(nil)
	return errors.As(err, &fault) && fault.Kind == kinds.Crash
}

// call makes one call, and has the result read, if read is not nil. An error is ctx.Err() if ctx is done, a [*spec.Refusal], or a
// [*Fault]; after a fault other than an error that the program reports itself, and after ctx is done, the process is of
// no use any more.
func (s *session) call(ctx context.Context, limit time.Duration, method string, params any, read func(result said) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// A process that does not read would keep us writing to it for ever.
	unwatch := context.AfterFunc(limited, s.stop)
	response, err := s.client.Call(limited, method, params)
	if !unwatch() && err == nil { // it answered, and is being stopped all the same
		err = limited.Err()
	}
	if err == nil {
		var text json.RawMessage
		if err = response.UnmarshalResult(&text); err == nil && read != nil {
			var result said
			if result, err = hear(text); err == nil {
				err = read(result)
			}
		}
		if err != nil {
			return &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("%s: its result is not what is asked for: %v", method, err), Stderr: s.tail.last()}
		}
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if limited.Err() != nil {
		s.stop()
		return &Fault{Kind: kinds.Timeout, Message: fmt.Sprintf("%s: no answer within %v%s", method, limit, s.frames.unended()), Stderr: s.tail.last()}
	}
	return s.blame(method, err)
}

// blame finds out why a call failed.
func (s *session) blame(method string, err error) error {
	broken := s.frames.broken()
	if broken == nil {
		if remote := (*jrpc2.Error)(nil); errors.As(err, &remote) {
			return s.reported(method, remote)
		}
		// Writing to it failed: it has ended, and what it wrote before may say why.
		s.settle()
		select {
		case <-s.frames.ended:
		case <-time.After(drain):
		}
		broken = s.frames.broken()
	}
	fault := (*Fault)(nil)
	if errors.As(broken, &fault) {
		s.stop()
		return &Fault{Kind: fault.Kind, Message: method + ": " + fault.Message, Stderr: s.tail.last()}
	}
	s.settle()
	how := s.how()
	s.stop()
	last := s.tail.last()
	fault = &Fault{Kind: kinds.Crash, Message: fmt.Sprintf("%s: it %s", method, how), Stderr: last}
	fault.unseen = leftOut(os.Environ(), s.env, strings.Join(last, "\n"), false)
	if s.capped && slices.ContainsFunc(fault.Stderr, tellsOfMemory) {
		fault.Kind = kinds.Memory
	}
	return fault
}

// tellsOfMemory reports whether a line is what a program writes when it runs out of
// memory.
func tellsOfMemory(line string) bool {
	line = strings.ToLower(line)
	for _, sign := range []string{"memoryerror", "bad_alloc", "out of memory", "cannot allocate memory", "unable to allocate"} {
		if strings.Contains(line, sign) {
			return true
		}
	}
	return false
}

// reported returns the error that stands for one that the program reported.
func (s *session) reported(method string, remote *jrpc2.Error) error {
	message := fmt.Sprintf("%s: %s", method, remote.Message)
	switch remote.Code {
	case codeRefusal:
		return spec.Refuse("%s", remote.Message)
	case codeMemory:
		return &Fault{Kind: kinds.Memory, Message: message, Stderr: s.tail.last()}
	case jrpc2.MethodNotFound, jrpc2.ParseError, jrpc2.InvalidRequest:
		return &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("%s (code %d)", message, int(remote.Code)), Stderr: s.tail.last()}
	}
	return &Fault{Kind: kinds.Error, Message: message, Stderr: s.tail.last(), unseen: leftOut(os.Environ(), s.env, remote.Message, true)}
}

// describe makes the program know a problem and returns its number.
func (s *session) describe(ctx context.Context, p *spec.Problem) (int, error) {
	for _, k := range s.known {
		if k.problem == p {
			return k.number, nil
		}
	}
	told, err := describe(s.numbers+1, p)
	if err != nil {
		return 0, err
	}
	s.numbers++
	s.known = append(s.known, held{s.numbers, p})
	if len(s.known) > remembered {
		s.known = slices.Delete(s.known, 0, 1)
	}
	if err := s.call(ctx, s.limit, "problem", told, nil); err != nil {
		s.known = s.known[:len(s.known)-1]
		return 0, err
	}
	return s.numbers, nil
}

// description is the parameters of problem.
type description struct {
	ID      int      `json:"id"`
	Name    string   `json:"name"`
	Dim     int      `json:"dim"`
	Rows    int      `json:"rows"`
	Problem any      `json:"problem"`
	Oracle  []string `json:"oracle"`
	// Scale holds the narrowest and the widest deviation of the prior; absent if it is
	// known by its draws only.
	Scale []float64 `json:"scale,omitempty"`
}

// describe says all there is to say about a problem: in its canonical text form, or, if
// its prior has none, with a prior of the kind "oracle", which must be asked. A problem
// whose measurement cannot be written down is declined.
func describe(number int, p *spec.Problem) (description, error) {
	m, _ := p.Measurement()
	written, ok := m.(json.Marshaler)
	if !ok {
		return description{}, spec.Refuse("a program cannot be told of problem %s: its measurement has no text form", p.Name())
	}
	d := description{ID: number, Name: p.Name(), Dim: p.Dim(), Rows: p.Rows(), Oracle: []string{"prior_draws"}}
	if denoiser, ok := p.Denoiser(); ok {
		d.Oracle = append(d.Oracle, "denoise", "score", "jvp")
		narrowest, widest := denoiser.Scale()
		d.Scale = []float64{narrowest, widest}
	}
	d.Problem = p
	if _, ok := p.Prior().(json.Marshaler); !ok {
		d.Problem = struct {
			Name        string            `json:"name"`
			Prior       map[string]string `json:"prior"`
			Measurement json.Marshaler    `json:"measurement"`
		}{p.Name(), map[string]string{"kind": "oracle"}, written}
	}
	return d, nil
}

// sample asks for the draws of some calls on one problem, each as many as the rows of its
// place, all of one size.
func (s *session) sample(ctx context.Context, calls []*call, places []*mat.Dense) error {
	s.mu.Lock()
	s.rngs = s.rngs[:0]
	for _, c := range calls {
		s.rngs = append(s.rngs, rand.New(rand.NewPCG(c.prior[0], c.prior[1])))
	}
	s.charges = charges{of: make([]map[string]float64, len(calls))}
	s.mu.Unlock()
	defer s.frames.forget()
	number, err := s.describe(ctx, calls[0].problem)
	if err != nil {
		return err
	}
	n, d := places[0].Dims()
	method, asked, shape := "sample", request{Problem: number, N: n}, []int{n, d}
	if m := len(calls[0].y); len(calls) == 1 {
		asked.Y, asked.Seed = s.frames.pack(calls[0].y, m), &calls[0].seed
	} else {
		method, shape = "samples", []int{len(calls), n, d}
		y := make([]float64, 0, len(calls)*m)
		for _, c := range calls {
			y, asked.Seeds = append(y, c.y...), append(asked.Seeds, c.seed)
		}
		asked.Y = s.frames.pack(y, len(calls), m)
	}
	var draws *array
	if err = s.call(ctx, s.limit, method, asked, func(result said) (err error) {
		draws, err = result.arrayAt("draws")
		return err
	}); err != nil {
		return err
	}
	fault := s.fill(places, draws, shape)
	if fault != nil {
		fault.Message, fault.Stderr = method+": "+fault.Message, s.tail.last()
		return fault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.charges.settle(calls)
	return nil
}

// request is the parameters of sample, with one y and its seed, and of samples, with a
// row of y and a seed for each call.
type request struct {
	Problem int      `json:"problem"`
	Y       array    `json:"y"`
	N       int      `json:"n"`
	Seed    *uint64  `json:"seed,omitempty"`
	Seeds   []uint64 `json:"seeds,omitempty"`
}

// fill stores the draws, which must have the given shape, in the places.
func (s *session) fill(places []*mat.Dense, draws *array, shape []int) *Fault {
	if draws == nil {
		return &Fault{Kind: kinds.Protocol, Message: `its result has no "draws"`}
	}
	raw, err := s.frames.unpack(draws)
	if err != nil {
		return &Fault{Kind: kinds.Protocol, Message: "draws: " + err.Error()}
	}
	defer s.frames.recycle(raw)
	n := places[0].RawMatrix().Rows
	switch got := draws.Shape; {
	case len(shape) == 2 && len(got) == 2 && got[0] < n && got[1] == shape[1]:
		return &Fault{Kind: kinds.Short, Message: fmt.Sprintf("it returned %d draws, want %d", got[0], n)}
	case !slices.Equal(got, shape):
		return &Fault{Kind: kinds.Shape, Message: fmt.Sprintf("it returned draws of shape %v, want %v: one draw a row", got, shape)}
	}
	size := len(raw) / len(places)
	for i, dst := range places {
		if bad := (*notFinite)(nil); errors.As(store(dst, raw[i*size:(i+1)*size]), &bad) {
			return &Fault{Kind: kinds.NonFinite, Message: fmt.Sprintf("draw %d of %d has %v in coordinate %d", bad.row, n, bad.value, bad.column)}
		}
	}
	return nil
}
