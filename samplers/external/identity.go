package external

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"assay/internal/digest"
	"assay/internal/identity"
)

var _ identity.Identified = (*Candidate)(nil)

// Identity implements [identity.Identified]: the command line, the files that it names, what the
// program said hello with, the program itself, the folder it runs in, the limit on its memory, and the
// environment that it sees. What the program reads besides, such as modules that it did not name in its
// hello and files that it opens by itself, is not seen.
func (c *Candidate) Identity() ([]identity.Part, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	parts := []identity.Part{{Name: "command", Value: quoted(c.command)}}
	for i := range c.files {
		f := &c.files[i]
		if err := f.check(); err != nil {
			return nil, err
		}
		if f.digest == "" {
			var err error
			if f.digest, err = digest.File(f.path, digest.Most); err != nil {
				return nil, err
			}
		}
		parts = append(parts, identity.Part{Name: f.part, Value: f.digest})
	}
	for _, path := range slices.Sorted(maps.Keys(c.hello.Files)) {
		if slices.ContainsFunc(c.files, func(f file) bool { return f.is(within(c.options.Dir, path)) }) {
			continue
		}
		parts = append(parts, identity.Part{Name: "module " + path, Value: c.hello.Files[path]})
	}
	folder, err := filepath.Abs(c.options.Dir)
	if err != nil {
		return nil, err
	}
	parts = append(parts,
		identity.Part{Name: "version", Value: c.hello.Version},
		identity.Part{Name: "language", Value: string(c.hello.Language)},
		identity.Part{Name: "protocol", Value: strconv.Itoa(c.hello.Protocol)},
		identity.Part{Name: "folder", Value: folder},
		identity.Part{Name: "memory", Value: strconv.FormatUint(c.options.Memory, 10)},
	)
	seen := map[string]string{}
	for _, entry := range environment(os.Environ(), c.options.Env) {
		name, value, _ := strings.Cut(entry, "=")
		seen[name] = value // of two the last counts, as in the program
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		parts = append(parts, identity.Part{Name: "variable " + name, Value: seen[name], Secret: true})
	}
	return parts, nil
}

// file is one that the command line names, as it was before the program was started.
type file struct {
	part, path string
	info       fs.FileInfo
	digest     string // empty until it is asked for
}

// check is an error if the file is not what it was: processes that were started before and after
// that are two programs.
func (f *file) check() error {
	info, err := os.Stat(f.path)
	if err != nil {
		return fmt.Errorf("%s is there no more: %w", f.part, err)
	}
	if !os.SameFile(info, f.info) || info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime()) {
		return fmt.Errorf("%s was changed after the program was started", f.part)
	}
	return nil
}

// is reports whether it is the file at a path.
func (f *file) is(path string) bool {
	info, err := os.Stat(path)
	return err == nil && os.SameFile(info, f.info)
}

// within returns the path of what a program that runs in a folder means by a name.
func within(folder, name string) string {
	if filepath.IsAbs(name) || folder == "" {
		return name
	}
	return filepath.Join(folder, name)
}

// filesOf returns the files that a command line names: the program, the arguments that are names
// of regular files, and those that have one behind an equals sign, as --weights=model.npz.
func filesOf(command []string, folder string) (files []file) {
	seen := map[string]bool{}
	add := func(part, path string) {
		path = within(folder, path)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && !seen[part] {
			seen[part] = true
			files = append(files, file{part: part, path: path, info: info})
		}
	}
	for _, argument := range command[1:] {
		add("file "+argument, argument)
		if _, value, ok := strings.Cut(argument, "="); ok {
			add("file "+value, value)
		}
	}
	if path, err := exec.LookPath(command[0]); err == nil {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		add("program "+path, path)
	}
	return files
}

// quoted writes a command line so that one tells where each argument ends.
func quoted(command []string) string {
	words := make([]string, len(command))
	for i, word := range command {
		words[i] = word
		if word == "" || strings.ContainsAny(word, " \t'\"\\") {
			words[i] = strconv.Quote(word)
		}
	}
	return strings.Join(words, " ")
}
