package memory

import (
	"math"
	"testing"
	"testing/fstest"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// TestGroups: a limit of either version of control groups is found, of the own group and of those above;
// "max", and what is as good as none, is no limit.
func TestGroups(t *testing.T) {
	for name, test := range map[string]struct {
		files fstest.MapFS
		want  uint64
	}{
		"version 2": {fstest.MapFS{
			"proc/meminfo": file("MemTotal:  8 kB\nMemFree: 1 kB\n"), "proc/self/cgroup": file("0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.max": file("4096\n"),
		}, 4096},
		"in a container": {fstest.MapFS{
			"proc/meminfo": file("MemTotal:  8 kB\n"), "proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("2048\n"),
		}, 2048},
		"version 1": {fstest.MapFS{
			"proc/meminfo": file("MemTotal:  8 kB\n"), "proc/self/cgroup": file("5:cpu,memory:/x\n4:pids:/y\n"),
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": file("1024\n"), "sys/fs/cgroup/memory/memory.limit_in_bytes": file("9223372036854771712\n"),
		}, 1024},
		"no group":    {fstest.MapFS{"proc/meminfo": file("MemTotal:  8 kB\n")}, 8 << 10},
		"nothing":     {fstest.MapFS{}, 0},
		"damaged":     {fstest.MapFS{"proc/meminfo": file("MemTotal: many kB\n"), "proc/self/cgroup": file("0:\n::\n0::../..\n")}, 0},
		"more groups": {fstest.MapFS{"proc/meminfo": file("MemTotal:  8 kB\n"), "proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("99999999\n")}, 8 << 10},
	} {
		if got := least(append([]uint64{total(test.files)}, groups(test.files)...)); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
	if got := least([]uint64{0, math.MaxUint64, 5, 7}); got != 5 {
		t.Errorf("the least limit is %d, want 5", got)
	}
	if m := Machine(); m < 1<<20 || m > 1<<50 {
		t.Errorf("this machine has %d bytes", m)
	}
}
