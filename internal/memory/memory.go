// Package memory says how much memory there is, and refuses what would need more before it is
// allocated: Go ends a process that is out of memory, with a stack and no word to the user.
package memory

import (
	"fmt"
	"math"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// Machine returns the bytes of memory that this process could have: those of the machine, or
// less where the system allows it less. It is 0 if that is unknown.
var Machine = sync.OnceValue(machine)

// Share is how much of the machine's memory a process takes unless it is told otherwise. The rest is
// for those that it starts, and all others.
const Share = 0.75

// Limit returns the bytes that this process may take, 0 for any: the soft limit of the runtime, which
// the user sets by GOMEMLIMIT, or else its share of the machine's.
func Limit() float64 {
	if set := debug.SetMemoryLimit(-1); set < math.MaxInt64 {
		return float64(set)
	}
	return Share * float64(Machine())
}

// Base is about what a process takes that has done nothing.
const Base = 16 << 20

// held returns the bytes of live objects at the last collection, which garbage is no part of.
func held() float64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return float64(sample[0].Value.Uint64())
}

// Need returns an error in one line if what is about to be done would take the process beyond its
// limit: what it is, and about how many bytes more it needs at the peak.
func Need(what string, bytes float64) error {
	return refuse(what, Base+held()+bytes, Limit(), float64(Machine()))
}

func refuse(what string, total, limit, machine float64) error {
	switch {
	case limit == 0 || total <= limit:
		return nil
	case machine > 0 && total > machine && limit >= Share*machine:
		return fmt.Errorf("%s: this needs about %s of memory; the machine has %s", what, Words(total), Words(machine))
	case machine == 0:
		return fmt.Errorf("%s: this needs about %s of memory; the limit is %s (--judge-memory or GOMEMLIMIT)", what, Words(total), Words(limit))
	}
	return fmt.Errorf("%s: this needs about %s of memory; the limit is %s (--judge-memory or GOMEMLIMIT), the machine has %s",
		what, Words(total), Words(limit), Words(machine))
}

// Words returns a number of bytes to two digits.
func Words(bytes float64) string {
	for _, unit := range []struct {
		name string
		size float64
	}{{"EB", 1e18}, {"PB", 1e15}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}} {
		if n := bytes / unit.size; n >= 0.995 {
			if n < 9.95 {
				return fmt.Sprintf("%.1f %s", n, unit.name)
			}
			return fmt.Sprintf("%.0f %s", n, unit.name)
		}
	}
	return fmt.Sprintf("%.0f kB", math.Ceil(bytes/1e3))
}
