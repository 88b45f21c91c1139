package external

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// closeInherited marks every descriptor from 3 on to be closed in the programs that we
// start. Kernels before 5.11 cannot; there the descriptors given to us are passed on.
func closeInherited() {
	_ = unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
}

// endWithParent lets the kernel kill a program when this process ends in whatever way, also
// by a signal that it cannot see. What the program started itself is not told.
func endWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }

// lasting is a thread that never ends. The parent's end is, to the kernel, that of the thread
// which started the process, and the runtime may end any other.
var lasting = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

// onLastingThread calls f on a thread that ends with this process only.
func onLastingThread(f func() error) error {
	done := make(chan error)
	lasting() <- func() { done <- f() }
	return <-done
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
