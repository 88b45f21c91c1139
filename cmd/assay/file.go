package main

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"assay/internal/lock"
)

// checkWritable returns an error if path, a file to be written at the end, has no
// folder to be written in: better now than after a minute's work.
func checkWritable(path string) error {
	if path == "" || path == "-" {
		return nil
	}
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return fmt.Errorf("--json=%s: there is no folder %s", path, folder)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("--json=%s: that is a folder; want the name of a file", path)
	}
	return nil
}

// writeFile writes a file whole or not at all: through a temporary file beside it, which is locked
// as long as it is written. What is not a regular file, such as a device or a pipe, is written
// directly. Temporary files for it that a crash has left are removed.
func writeFile(path string, content []byte) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, content, 0o666)
	}
	folder, base := filepath.Split(path)
	sweep(folder, regexp.QuoteMeta(base))
	for {
		temporary, err := writeBeside(folder, base, content)
		if err == nil {
			err = os.Rename(temporary, path)
		}
		if err == nil {
			return nil
		}
		if temporary == "" {
			return err
		}
		removal := os.Remove(temporary)
		if errors.Is(removal, fs.ErrNotExist) {
			continue // somebody swept it before it had its lock, or after
		}
		return errors.Join(err, removal)
	}
}

// writeBeside writes a new temporary file for the one of that name, and returns its path, or "" if
// there is none.
func writeBeside(folder, base string, content []byte) (path string, err error) {
	path = filepath.Join(folder, fmt.Sprintf(".%s.%016x.tmp", base, nonce()))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return writeBeside(folder, base, content)
	}
	if err != nil {
		return "", err
	}
	_ = lock.File(file) // where nothing can be locked nothing is swept
	_, err = file.Write(content)
	return path, errors.Join(err, file.Sync(), file.Close())
}

// nonce returns a number that no other process will have.
func nonce() uint64 {
	var bytes [8]byte
	_, _ = rand.Read(bytes[:]) // it never fails
	return binary.LittleEndian.Uint64(bytes[:])
}

// sweep removes the temporary files in a folder for files whose names match a regular expression,
// those of earlier versions too, and those that somebody writes excepted.
func sweep(folder, base string) {
	temporary := regexp.MustCompile(`^\.(` + base + `)\.[0-9a-f]+\.tmp$`)
	if folder == "" {
		folder = "."
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() || !temporary.MatchString(entry.Name()) {
			continue
		}
		path := filepath.Join(folder, entry.Name())
		if file, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
			stale := lock.File(file) == nil
			file.Close()
			if stale {
				_ = os.Remove(path) // it is in nobody's way
			}
		}
	}
}
