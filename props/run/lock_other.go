//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package run

import (
	"fmt"
	"os"
	"runtime"
)

func lock(*os.File) error {
	return fmt.Errorf("files cannot be locked on %s, and so not be kept from being written twice", runtime.GOOS)
}

func syncFolder(string) {}
