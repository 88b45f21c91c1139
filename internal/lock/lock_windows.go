package lock

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// File keeps others from locking the file, until it is closed or the process ends. It is
// [ErrHeld] if somebody else has. What is locked is a byte far behind the end, as nobody else could
// read one that is.
func File(file *os.File) error {
	at := windows.Overlapped{Offset: 0, OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	switch {
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return ErrHeld
	case err != nil:
		return fmt.Errorf("it cannot be locked (%w), and so not be kept from being written twice; want it on another file system", err)
	}
	return nil
}

// SyncFolder does nothing: a folder has nothing to be synced there.
func SyncFolder(string) {}

// removeHeld does nothing: a file that somebody has open cannot be removed there.
func removeHeld(string) {}
