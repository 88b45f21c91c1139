package parallel

import (
	"fmt"
	"runtime/debug"
)

// Panic is a panic of work that ran on another goroutine than that of the caller.
type Panic struct {
	Value any
	Stack []byte // where it happened
}

// newPanic returns the panic that was just recovered, itself if it was forwarded before.
func newPanic(v any) *Panic {
	if p, ok := v.(*Panic); ok {
		return p
	}
	return &Panic{v, debug.Stack()}
}

// Error returns the value and the stack, which a program that ends by the panic prints.
func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns the value if it is an error.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Recovered returns the value of a panic and the stack where it happened, on whatever
// goroutine, from what recover returned. It must be called by the deferred function that
// recovers.
func Recovered(r any) (value any, stack []byte) {
	p := newPanic(r)
	return p.Value, p.Stack
}
