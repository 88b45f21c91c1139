package external

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// closeInherited marks every descriptor from 3 on to be closed in the programs that we
// start. Kernels before 5.11 cannot; there the descriptors given to us are passed on.
func closeInherited() {
	_ = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
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
