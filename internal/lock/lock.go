// Package lock keeps two processes from writing one file.
package lock

import (
	"errors"
	"os"
)

// ErrHeld is why a file is not locked that somebody else has.
var ErrHeld = errors.New("another process holds it")

// Held is a lock that is a file of its own.
type Held struct{ file *os.File }

// Hold makes the file, which is there as long as somebody holds it, or after a crash, and locks
// it. The error is [ErrHeld] if somebody else holds it; it is another one where files cannot be made
// or locked.
func Hold(path string) (*Held, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		if err := File(file); err != nil {
			file.Close()
			return nil, err
		}
		// Who held it before may have removed it since it was opened here, and another be there.
		mine, err := file.Stat()
		there, gone := os.Stat(path)
		if err == nil && gone == nil && os.SameFile(mine, there) {
			return &Held{file}, nil
		}
		file.Close()
		if err != nil {
			return nil, err
		}
	}
}

// Release lets others hold it.
func (h *Held) Release() {
	removeHeld(h.file.Name())
	h.file.Close()
}
