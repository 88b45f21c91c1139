package external

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// killDescendants kills the processes that a program started, also those that left its
// process group for a session of their own or whose parent has ended: every process that has
// the mark in its environment, which children inherit and have no reason to change. As they
// may start others meanwhile, it looks again until it finds none, but not for ever.
func killDescendants(mark string) {
	const rounds = 10
	entry := []byte(mark)
	for range rounds {
		paths, _ := filepath.Glob("/proc/[0-9]*/environ")
		found := false
		for _, path := range paths {
			environ, err := os.ReadFile(path)
			if err != nil || !hasEntry(environ, entry) { // err: gone, or not ours to read
				continue
			}
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
				found = syscall.Kill(pid, syscall.SIGKILL) == nil || found
			}
		}
		if !found {
			return
		}
	}
}

// hasEntry reports whether an environment, as the kernel shows it, holds the entry.
func hasEntry(environ, entry []byte) bool {
	for line := range bytes.SplitSeq(environ, []byte{0}) {
		if bytes.Equal(line, entry) {
			return true
		}
	}
	return false
}
