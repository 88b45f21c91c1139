// Package digest names the content of files by a hash.
package digest

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"
)

// Most is the number of bytes up to which a file is read to be named: a fraction of a second, or from a
// slow disk two.
const Most = 256 << 20

// File returns words that are the same for files of the same content: a SHA-256, or for one of more than
// most bytes its size and the time of its last change.
func File(path string, most int64) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if info.Size() > most {
		return fmt.Sprintf("%d bytes of %s", info.Size(), info.ModTime().UTC().Format(time.RFC3339Nano)), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return "", err
	}
	return fmt.Sprintf("sha256 %x", h.Sum(nil)), nil
}

// Self names the program that runs: two that were built from sources that differ in anything are
// two, whatever version they say that they are.
var Self = sync.OnceValues(func() (string, error) {
	path := "/proc/self/exe" // what runs, even if another has taken its place
	if runtime.GOOS != "linux" {
		var err error
		if path, err = os.Executable(); err != nil {
			return "", err
		}
	}
	return File(path, Most)
})
