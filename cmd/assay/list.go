package main

import (
	"bytes"
	"context"
	"fmt"

	"assay/internal/catalogue"
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
	for name, description := range samplers.List() {
		entry(catalogue.Base(name), description)
	}
	fmt.Fprintln(&b, "\nproblems")
	for name, description := range problems.List() {
		entry(name, description)
	}
	fmt.Fprintln(&b, "\none-way functions, for hard:FUNCTION among the problems and for assay invert")
	for name, description := range oneway.List() {
		entry(name, description)
	}
	_, err = std.out.Write(b.Bytes())
	return exitOK, err
}
