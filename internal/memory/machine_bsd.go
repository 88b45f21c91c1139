//go:build darwin || freebsd || netbsd || openbsd

package memory

import "golang.org/x/sys/unix"

func machine() uint64 {
	for _, name := range []string{"hw.memsize", "hw.physmem64", "hw.physmem"} {
		if n, err := unix.SysctlUint64(name); err == nil && n > 0 {
			return n
		}
	}
	return 0
}
