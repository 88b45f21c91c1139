package external

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"assay/internal/kinds"
	"assay/internal/text"
)

// check returns the fault of a hello that does not follow the protocol.
func (h *hello) check() error {
	switch {
	case h.Protocol != version:
		return &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("hello: it speaks protocol %d, want %d", h.Protocol, version)}
	case !printable(h.Name):
		return &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("hello: name is %s, want 1 to 100 printable characters", excerpt([]byte(h.Name)))}
	case h.Batch < 0:
		return &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("hello: batch is %d, want how many calls a request may hold, at least 1", h.Batch)}
	}
	for i, name := range h.Witnesses {
		switch {
		case !printable(name):
			return &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("hello: the name of witness %d is %s, want 1 to 100 printable characters", i, excerpt([]byte(name)))}
		case slices.Contains(h.Witnesses[:i], name):
			return &Fault{Kind: kinds.Protocol, Message: fmt.Sprintf("hello: it offers two witnesses named %q, want a name for each", name)}
		}
	}
	return nil
}

// printable reports whether a name is 1 to 100 characters that a terminal shows.
func printable(name string) bool {
	return name != "" && utf8.RuneCountInString(name) <= 100 && text.Safe(name) == name
}
