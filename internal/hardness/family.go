package hardness

import (
	"fmt"
	"slices"
	"strings"

	"assay/internal/catalogue"
	"assay/props/problems/hard"
	"assay/reduction"
	"assay/reduction/oneway"
)

// sizeKeys are the arguments that say how many input bits a function has, one of which
// every family has.
var sizeKeys = []string{"n", "unknown"}

// Family is a one-way function with the number of its input bits left open.
type Family struct {
	base, rest string // of the name: base:rest
	key        string // of the number of input bits
}

// ParseFamily reads the name of a one-way function without the number of its input bits,
// such as "goldreich", "aes128" or "sha256:rounds=16,eps=0.5"; with that number it is a
// name that [hard.Parse] reads. It is an error if the name is unknown or says the number
// itself; other arguments are read by [Family.At].
func ParseFamily(name string) (*Family, error) {
	base, rest, _ := strings.Cut(name, ":")
	var bases []string
	for listed := range oneway.List() {
		bases = append(bases, catalogue.Base(listed))
		if catalogue.Base(listed) != base {
			continue
		}
		f := &Family{base: base, rest: rest}
		for _, key := range sizeKeys {
			if slices.Contains(keys(listed), key) {
				f.key = key
			}
		}
		if slices.Contains(keys(name), f.key) {
			return nil, fmt.Errorf("function %s: leave out %s, which is what grows", name, f.key)
		}
		return f, nil
	}
	return nil, catalogue.Unknown("one-way function", base, bases)
}

// keys returns the keys of the arguments in a name.
func keys(name string) []string {
	var keys []string
	_, rest, _ := strings.Cut(name, ":")
	for field := range strings.SplitSeq(rest, ",") {
		key, _, _ := strings.Cut(field, "=")
		keys = append(keys, key)
	}
	return keys
}

// At returns the hard instance of the function of n input bits, and its canonical name.
func (f *Family) At(n int) (in *reduction.Instance, name string, err error) {
	name = fmt.Sprintf("%s:%s=%d", f.base, f.key, n)
	if f.rest != "" {
		name += "," + f.rest
	}
	return hard.Parse(name)
}

// String returns the name.
func (f *Family) String() string {
	if f.rest == "" {
		return f.base
	}
	return f.base + ":" + f.rest
}
