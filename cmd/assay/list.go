package main

import (
	"bytes"
	"context"
	"fmt"

	"assay/props/problems"
	"assay/reduction/oneway"
	"assay/samplers"
)

// list prints everything that has a name: candidates, problems and one-way
// functions.
type list struct{}

func (*list) run(_ context.Context, std streams) (code int, err error) {
	var b bytes.Buffer
	entry := func(name, description string) { fmt.Fprintf(&b, "  %s\n      %s\n", name, description) }
	fmt.Fprintln(&b, "candidates")
	for _, e := range samplers.List() {
		entry(e.Base, e.Description)
	}
	fmt.Fprintln(&b, "\nproblems")
	for _, e := range problems.List() {
		entry(e.Name, e.Description)
	}
	fmt.Fprintln(&b, "\none-way functions, for hard:FUNCTION among the problems and for assay invert")
	for _, e := range oneway.List() {
		entry(e.Name, e.Description)
	}
	_, err = std.out.Write(b.Bytes())
	return exitOK, err
}
