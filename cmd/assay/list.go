package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"assay/props/problems"
	"assay/samplers"
)

// list prints the named candidates and problems, every argument with its default.
type list struct{}

func (*list) run(stdout io.Writer) error {
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "candidates")
	for _, entry := range samplers.List() {
		fmt.Fprintf(w, "  %s\t%s\n", entry.Name, entry.Description)
	}
	fmt.Fprintln(w, "\nproblems")
	for _, entry := range problems.List() {
		fmt.Fprintf(w, "  %s\t%s\n", entry.Name, entry.Description)
	}
	return w.Flush()
}
