package memory

import (
	"bufio"
	"io/fs"
	"math"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// machine returns the least of what the machine has, what the control groups of the process allow
// and what its address space may be.
func machine() uint64 {
	limits := []uint64{total(os.DirFS("/"))}
	limits = append(limits, groups(os.DirFS("/"))...)
	var space unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &space) == nil {
		limits = append(limits, space.Cur)
	}
	return least(limits)
}

// least returns the least of the numbers that are limits; 0 if none is.
func least(limits []uint64) uint64 {
	var lowest uint64
	for _, limit := range limits {
		if limit > 0 && limit < math.MaxInt64/2 && (lowest == 0 || limit < lowest) {
			lowest = limit
		}
	}
	return lowest
}

// total returns the memory of the machine, 0 if unknown.
func total(root fs.FS) uint64 {
	file, err := root.Open("proc/meminfo")
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 3 && fields[0] == "MemTotal:" && fields[2] == "kB" {
			n, _ := strconv.ParseUint(fields[1], 10, 44)
			return n << 10
		}
	}
	return 0
}

// groups returns the limits of the control groups that the process is in, of both versions, and of all
// above them, as a limit holds for all below.
func groups(root fs.FS) []uint64 {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var limits []uint64
	for line := range strings.Lines(string(text)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) < 3 {
			continue
		}
		folder, name := "sys/fs/cgroup", "memory.max"
		switch {
		case fields[0] == "0" && fields[1] == "":
		case strings.Contains(","+fields[1]+",", ",memory,"):
			folder, name = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		default:
			continue
		}
		for group := path.Clean("/" + fields[2]); ; group = path.Dir(group) {
			if text, err := fs.ReadFile(root, path.Join(folder, group, name)); err == nil {
				n, _ := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64) // or "max"
				limits = append(limits, n)
			}
			if group == "/" {
				break
			}
		}
	}
	return limits
}
