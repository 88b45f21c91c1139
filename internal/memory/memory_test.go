package memory

import (
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

// TestNeed: what fits is no error; what does not is one line with what it needs, the limit where that
// is what stands in the way, and what the machine has where that is known.
func TestNeed(t *testing.T) {
	const gb = 1e9
	for _, test := range []struct {
		total, limit, machine float64
		want                  string
	}{
		{17 * gb, 17 * gb, 23 * gb, ""},
		{34 * gb, 17.25 * gb, 23 * gb, "x: this needs about 34 GB of memory; the machine has 23 GB"},
		{20 * gb, 17.25 * gb, 23 * gb, "x: this needs about 20 GB of memory; the limit is 17 GB (--judge-memory or GOMEMLIMIT), the machine has 23 GB"},
		{34 * gb, 1 * gb, 23 * gb, "x: this needs about 34 GB of memory; the limit is 1.0 GB (--judge-memory or GOMEMLIMIT), the machine has 23 GB"},
		{34 * gb, 1 * gb, 0, "x: this needs about 34 GB of memory; the limit is 1.0 GB (--judge-memory or GOMEMLIMIT)"},
		{math.Inf(1), 0, 0, ""},
	} {
		got := ""
		if err := refuse("x", test.total, test.limit, test.machine); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

// TestLimit: the limit of the runtime is that of the process; without one it is a share of the
// machine's. What is held already counts, and garbage does not.
func TestLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64))
	if got, want := Limit(), Share*float64(Machine()); got != want {
		t.Errorf("without a limit it is %v, want %v", got, want)
	}
	const limit = 256 << 20
	debug.SetMemoryLimit(limit)
	if got := Limit(); got != limit {
		t.Errorf("the limit is %v, want %v", got, float64(limit))
	}
	if err := Need("little", 150<<20); err != nil {
		t.Error(err)
	}
	if err := Need("much", 250<<20); err == nil || !strings.Contains(err.Error(), "much: this needs about") {
		t.Errorf("error %v", err)
	}
	block := make([]byte, 100<<20)
	runtime.GC()
	if err := Need("more than is left", 150<<20); err == nil {
		t.Errorf("with %d bytes held there is no error", len(block))
	}
	runtime.KeepAlive(block)
	block = nil
	runtime.GC()
	if err := Need("little again", 150<<20); err != nil {
		t.Error(err)
	}
}

// TestWords: two digits, and never a zero.
func TestWords(t *testing.T) {
	for bytes, want := range map[float64]string{
		1: "1 kB", 64_000: "64 kB", 1e6: "1.0 MB", 9.94e6: "9.9 MB", 9.96e6: "10 MB", 123e6: "123 MB",
		999e6: "1.0 GB", 34.4e9: "34 GB", 2.5e13: "25 TB", 1e16: "10 PB", 3e18: "3.0 EB", 1e30: "1000000000000 EB",
	} {
		if got := Words(bytes); got != want {
			t.Errorf("%v bytes are %s, want %s", bytes, got, want)
		}
	}
}
