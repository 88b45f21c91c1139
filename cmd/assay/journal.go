package main

import (
	"fmt"
	"os"
	"path/filepath"

	asking "assay/props/run"
	"assay/spec"
)

// journalMistake is an error if what is written at the end would take the place of the journal.
func (c *check) journalMistake() error {
	for _, other := range []struct{ flag, path string }{{"--json", c.JSON}, {"--record", c.Record}} {
		if c.Journal != "" && other.path != "" && oneFile(c.Journal, other.path) {
			return fmt.Errorf("--journal and %s name one file, %s; want two", other.flag, c.Journal)
		}
	}
	return nil
}

// oneFile reports whether two paths name one file, or would if there were one.
func oneFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	if err1 == nil && err2 == nil {
		return os.SameFile(x, y)
	}
	a, err1 = filepath.Abs(a)
	b, err2 = filepath.Abs(b)
	return err1 == nil && err2 == nil && a == b
}

// openJournal opens the journal of the candidate on the problems.
func (c *check) openJournal(candidate spec.Sampler, on []*spec.Problem, std streams) (*asking.Journal, error) {
	return asking.OpenJournal(c.Journal, asking.JournalOf{
		Samplers: []spec.Sampler{candidate}, Problems: on,
		Say: func(words string) { fmt.Fprintf(std.err, "assay: journal: %s\n", words) },
	})
}
