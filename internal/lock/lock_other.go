//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package lock

import (
	"fmt"
	"os"
	"runtime"
)

// File is an error: files cannot be locked there.
func File(*os.File) error {
	return fmt.Errorf("files cannot be locked on %s, and so not be kept from being written twice", runtime.GOOS)
}

// SyncFolder does nothing.
func SyncFolder(string) {}

func removeHeld(string) {}
