//go:build !linux

package external

import (
	"fmt"
	"os"
	"runtime"
)

func closeInherited() {}

func widen(*os.File) {}

// onLastingThread calls f: nothing here depends on the thread that starts a process.
func onLastingThread(f func() error) error { return f() }

func limitMemory(_ int, bytes uint64) error {
	if bytes == 0 {
		return nil
	}
	return fmt.Errorf("a limit on memory is not supported on %s, only on linux", runtime.GOOS)
}
