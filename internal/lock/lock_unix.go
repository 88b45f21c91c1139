//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package lock

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// File keeps others from locking the file, until it is closed or the process ends. It is
// [ErrHeld] if somebody else has.
func File(file *os.File) error {
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return ErrHeld
		case err != nil:
			return fmt.Errorf("it cannot be locked (%w), and so not be kept from being written twice; want it on another file system", err)
		}
		return nil
	}
}

// SyncFolder brings the names of new files to the disk, where the system can.
func SyncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		folder.Close()
	}
}

// removeHeld removes a file that is locked. Who has opened it meanwhile sees that it is gone.
func removeHeld(path string) { _ = os.Remove(path) }
