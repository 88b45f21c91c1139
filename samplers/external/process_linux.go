package external

import (
	"fmt"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// closeInherited marks every descriptor from 3 on to be closed in the programs that we
// start. Kernels before 5.11 cannot; there the descriptors given to us are passed on.
func closeInherited() {
	_ = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
}

// widen lets a pipe hold a whole batch of draws, where the system allows it, so that the
// two sides need not take turns.
func widen(pipe *os.File) {
	if raw, err := pipe.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) })
	}
}

// limitMemory bounds the address space of a process and of those that it starts.
func limitMemory(pid int, bytes uint64) error {
	if bytes == 0 {
		return nil
	}
	limit := &unix.Rlimit{Cur: bytes, Max: bytes}
	if err := unix.Prlimit(pid, unix.RLIMIT_AS, limit, nil); err != nil && err != unix.ESRCH {
		return fmt.Errorf("limiting its memory: %w", err)
	}
	return nil
}
