package run

import (
	"errors"
	"fmt"

	"assay/internal/parallel"
	"assay/spec"
)

// The kinds of [Fault], beside those that the error of a sampler names itself.
const (
	FaultPanic     = "panic"
	FaultError     = "error"
	FaultNonFinite = "non-finite draw"
	FaultShape     = "wrong shape"
	FaultRefusal   = "refusal" // see [spec.Refusal]; no mistake
)

// Fault is why a call came to nothing.
type Fault struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// Stack is the trace of a panic. It holds addresses, which differ from run to run, and
	// so is no part of the JSON form.
	Stack string `json:"-"`
}

// Error implements error.
func (f *Fault) Error() string { return fmt.Sprintf("%s: %s", f.Kind, f.Message) }

// failed returns the answer of a call that ended with an error, whose kind is the one that it
// names itself, as those of package samplers/external do, or FaultError.
func failed(err error) Answer {
	kind := FaultError
	var named interface{ FaultKind() string }
	refusal := (*spec.Refusal)(nil)
	switch {
	case errors.As(err, &refusal):
		kind = FaultRefusal
	case errors.As(err, &named):
		kind = named.FaultKind()
	}
	return Answer{Fault: &Fault{Kind: kind, Message: err.Error()}}
}

// panicked returns the answer of a call that ended with a panic of this value.
func panicked(v any) Answer {
	value, stack := parallel.Recovered(v)
	return Answer{Fault: &Fault{Kind: FaultPanic, Message: fmt.Sprint(value), Stack: string(stack)}}
}
