package run

import (
	"errors"
	"fmt"

	"assay/internal/kinds"
	"assay/internal/parallel"
	"assay/spec"
)

// Fault is why a call came to nothing.
type Fault struct {
	// Kind is in words: "panic", "error", "non-finite draw", "wrong shape", "refusal" (see
	// [spec.Refusal]; it is not a mistake), or what the error of the sampler names by a method
	// FaultKind, as those of package samplers/external do.
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// Stack is the trace of a panic. It holds addresses, which differ from run to run, and
	// so is not part of the JSON form.
	Stack string `json:"-"`
}

// Error implements error.
func (f *Fault) Error() string { return fmt.Sprintf("%s: %s", f.Kind, f.Message) }

// failed returns the answer of a call that ended with an error, whose kind is the one that it
// names itself, or "error".
func failed(err error) Answer {
	kind := kinds.Error
	var named interface{ FaultKind() string }
	refusal := (*spec.Refusal)(nil)
	switch {
	case errors.As(err, &refusal):
		kind = kinds.Refusal
	case errors.As(err, &named):
		kind = named.FaultKind()
	}
	return Answer{Fault: &Fault{Kind: kind, Message: err.Error()}}
}

// panicked returns the answer of a call that ended with a panic of this value.
func panicked(v any) Answer {
	value, stack := parallel.Recovered(v)
	return Answer{Fault: &Fault{Kind: kinds.Panic, Message: fmt.Sprint(value), Stack: string(stack)}}
}
