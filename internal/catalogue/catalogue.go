// Package catalogue reads names with settings, such as "dps:zeta=0.3,steps=1000",
// for everything that has such names: a [Catalogue] lists what there is and parses a
// name, and a mistake in a name is an error of one line that says what was given and
// what would be right.
package catalogue

import (
	"fmt"
	"iter"
	"strings"
)

// Entry describes what a catalogue has under one name, in one line.
type Entry struct {
	Base        string // the name without arguments
	Name        string // canonical: with every argument at its default
	Description string
}

// Catalogue lists things of one kind.
type Catalogue[T any] struct {
	kind  string
	items []item[T]
}

type item[T any] struct {
	base, description string
	read              func(*Args) T
}

// New returns an empty catalogue of what is called kind in errors, such as "sampler".
func New[T any](kind string) *Catalogue[T] { return &Catalogue[T]{kind: kind} }

// Add adds what base names, after all others, and returns the catalogue. read asks the
// arguments for what it knows; if any is wrong, what it returns is dropped. It panics if
// the name is taken.
func (c *Catalogue[T]) Add(base, description string, read func(*Args) T) *Catalogue[T] {
	if c.find(base) != nil {
		panic(fmt.Sprintf("catalogue: two of %s %s", c.kind, base))
	}
	c.items = append(c.items, item[T]{base, description, read})
	return c
}

// find returns what base names, nil if nothing.
func (c *Catalogue[T]) find(base string) *item[T] {
	for i := range c.items {
		if c.items[i].base == base {
			return &c.items[i]
		}
	}
	return nil
}

// Parse returns what a name stands for, and the canonical name, every argument spelled
// out. The error of a name that is not known offers the names of the catalogue and also
// others, which the caller reads.
func (c *Catalogue[T]) Parse(name string, others ...string) (value T, canonical string, err error) {
	var zero T
	base, args, err := ParseName(name)
	if err != nil {
		return zero, "", fmt.Errorf("%s %w", c.kind, err)
	}
	found := c.find(base)
	if found == nil {
		return zero, "", Unknown(c.kind, base, append(c.bases(), others...))
	}
	value = found.read(args)
	if err := args.Err(); err != nil {
		return zero, "", fmt.Errorf("%s %w", c.kind, err)
	}
	return value, args.Name(), nil
}

// bases returns the names without arguments, in order.
func (c *Catalogue[T]) bases() []string {
	var bases []string
	for _, it := range c.items {
		bases = append(bases, it.base)
	}
	return bases
}

// List describes everything in the order in which it was added. It panics if the
// defaults of one are wrong.
func (c *Catalogue[T]) List() []Entry {
	var entries []Entry
	for _, it := range c.items {
		_, name, err := c.Parse(it.base)
		if err != nil {
			panic(fmt.Sprintf("catalogue: the defaults of %v", err))
		}
		entries = append(entries, Entry{it.base, name, it.description})
	}
	return entries
}

// Names returns the canonical name of everything, in the order in which it was added, and its
// description. It panics if the defaults of one are wrong.
func (c *Catalogue[T]) Names() iter.Seq2[string, string] {
	return func(yield func(name, description string) bool) {
		for _, e := range c.List() {
			if !yield(e.Name, e.Description) {
				return
			}
		}
	}
}

// Base returns a name without its arguments.
func Base(name string) string {
	base, _, _ := strings.Cut(name, ":")
	return base
}

// Unknown is the error of a name that is not known. It says which was meant if
// one is near, and all of them otherwise.
func Unknown(kind, given string, known []string) error {
	if near := nearest(given, known); near != "" {
		return fmt.Errorf("unknown %s %q; did you mean %q?", kind, given, near)
	}
	return fmt.Errorf("unknown %s %q, want one of %s", kind, given, strings.Join(known, ", "))
}
