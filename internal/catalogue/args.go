package catalogue

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Args are the arguments in a name such as "gmm:d=8,dy=1" or
// "dps:zeta=0.5,steps=1000". Its getters record every key that the reader knows
// and the first mistake they meet, and return a value in range even then; ask
// [Args.Err] once at the end, and [Args.Name] for the canonical name, every argument
// spelled out.
type Args struct {
	base   string
	given  map[string]string
	known  []string // in the order asked for
	values []string // canonical values of known
	err    error
}

// ParseName splits a name into its base and its arguments. It is an error if the
// name is not of the form base or base:key=value,key=value, or repeats a key.
func ParseName(name string) (base string, args *Args, err error) {
	base, rest, hasArgs := strings.Cut(name, ":")
	args = &Args{base: base, given: map[string]string{}}
	if base == "" {
		return "", nil, fmt.Errorf("%q: want NAME or NAME:key=value,key=value", name)
	}
	if !hasArgs {
		return base, args, nil
	}
	for field := range strings.SplitSeq(rest, ",") {
		key, value, ok := strings.Cut(field, "=")
		if !ok || key == "" || value == "" {
			return "", nil, fmt.Errorf("%s: %q is not key=value (want %s:key=value,key=value)", name, field, base)
		}
		if _, twice := args.given[key]; twice {
			return "", nil, fmt.Errorf("%s: key %q is given twice", name, key)
		}
		args.given[key] = value
	}
	return base, args, nil
}

// Fail notes a mistake that no getter can know of, unless there is one already. The
// name without its arguments stands before it.
func (a *Args) Fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf(a.base+": "+format, args...)
	}
}

// lookup records key as known and returns what was given for it.
func (a *Args) lookup(key string) (value string, ok bool) {
	a.known = append(a.known, key)
	value, ok = a.given[key]
	return value, ok
}

// Int returns the integer given for key, def if none; a mistake unless it lies in
// [lo, hi].
func (a *Args) Int(key string, def, lo, hi int) int {
	v := def
	if text, ok := a.lookup(key); ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < lo || n > hi {
			a.Fail("%s=%s: want an integer from %d to %d", key, text, lo, hi)
		} else {
			v = n
		}
	}
	a.values = append(a.values, strconv.Itoa(v))
	return v
}

// Float returns the number given for key, def if none; a mistake unless it is
// finite and lies in [lo, hi].
func (a *Args) Float(key string, def, lo, hi float64) float64 {
	v := def
	if text, ok := a.lookup(key); ok {
		x, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(x) || x < lo || x > hi {
			a.Fail("%s=%s: want a number from %v to %v", key, text, lo, hi)
		} else {
			v = x
		}
	}
	a.values = append(a.values, strconv.FormatFloat(v, 'g', -1, 64))
	return v
}

// Choice returns the word given for key, def if none; a mistake unless it is one
// of choices.
func (a *Args) Choice(key, def string, choices ...string) string {
	v := def
	if text, ok := a.lookup(key); ok {
		if slices.Contains(choices, text) {
			v = text
		} else {
			a.Fail("%s=%s: want one of %s", key, text, strings.Join(choices, ", "))
		}
	}
	a.values = append(a.values, v)
	return v
}

// Err returns the first mistake: a bad value, or a key that no getter asked for.
func (a *Args) Err() error {
	for _, key := range slices.Sorted(maps.Keys(a.given)) {
		if slices.Contains(a.known, key) {
			continue
		}
		switch near := nearest(key, a.known); {
		case len(a.known) == 0:
			a.Fail("unknown key %q; it takes no arguments", key)
		case near != "":
			a.Fail("unknown key %q; did you mean %q? It takes %s", key, near, strings.Join(a.known, ", "))
		default:
			a.Fail("unknown key %q; it takes %s", key, strings.Join(a.known, ", "))
		}
	}
	return a.err
}

// Name returns the canonical name: the base with every known argument and its
// value, in the order in which they were asked for.
func (a *Args) Name() string {
	var b strings.Builder
	b.WriteString(a.base)
	for i, key := range a.known {
		b.WriteByte(":,"[min(i, 1)])
		b.WriteString(key + "=" + a.values[i])
	}
	return b.String()
}
