//go:build unix

package external_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"assay/internal/identity"
	"assay/samplers/external"
)

// greeter answers hello with what stands in a file that no command line names.
const greeter = `read hello; cat hello.json; read bye`

const greeting = `{"jsonrpc":"2.0","id":1,"result":{"protocol":1,"name":"greeter","version":"1","independent":true,"language":"sh 1","files":{"/lib/own.sh":"d1"}}}` + "\n"

// TestIdentity: each thing that makes a program what it is, altered alone, alters the part that is
// named after it, and no other. What a program does not see alters nothing.
func TestIdentity(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	write := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	folder := func() string {
		dir := t.TempDir()
		write(filepath.Join(dir, "greeter.sh"), greeter)
		write(filepath.Join(dir, "weights"), "1 2 3")
		write(filepath.Join(dir, "hello.json"), greeting)
		if err := os.Symlink(sh, filepath.Join(dir, "shell")); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dir, elsewhere := folder(), folder()
	command := []string{filepath.Join(dir, "shell"), "greeter.sh", "--weights=weights", "1"}
	options := external.Options{Dir: dir, Env: []string{"TOKEN"}}
	identity := func(command []string, options external.Options) map[string]identity.Part {
		t.Helper()
		c, err := external.New(t.Context(), command, options)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if c.Name() != "greeter" {
			t.Fatalf("it says nothing; it is %s", c.Name())
		}
		parts, err := c.Identity()
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]identity.Part{}
		for _, part := range parts {
			if part.Secret != strings.HasPrefix(part.Name, "variable ") {
				t.Errorf("%+v: an environment may be secret, and nothing else", part)
			}
			named[part.Name] = part
		}
		if len(named) != len(parts) {
			t.Errorf("two parts have one name: %v", parts)
		}
		return named
	}
	t.Setenv("TOKEN", "hunter2")
	was := identity(command, options)
	for _, name := range []string{"command", "file greeter.sh", "file weights", "module /lib/own.sh", "version", "language", "protocol", "folder", "memory", "variable PATH", "variable TOKEN"} {
		if _, ok := was[name]; !ok {
			t.Errorf("it has no %s: %v", name, was)
		}
	}
	try := func(command []string, options external.Options, want ...string) {
		t.Helper()
		var differ []string
		now := identity(command, options)
		for name, part := range now {
			if was[name] != part {
				differ = append(differ, name)
			}
		}
		for name := range was {
			if _, ok := now[name]; !ok {
				differ = append(differ, name)
			}
		}
		for i, name := range differ {
			if strings.HasPrefix(name, "program ") {
				differ[i] = "program"
			}
		}
		slices.Sort(differ)
		if differ = slices.Compact(differ); !slices.Equal(differ, want) {
			t.Errorf("it differs in %q, want %q", differ, want)
		}
	}
	try(command, options)
	try(append(slices.Clone(command[:3]), "2"), options, "command")
	other := options
	other.Dir = elsewhere
	try(command, other, "folder")
	if runtime.GOOS == "linux" {
		other = options
		other.Memory = 1 << 34
		try(command, other, "memory")
	}
	edit := func(name, content string, want ...string) {
		t.Helper()
		path := filepath.Join(dir, name)
		old, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(path, content)
		try(command, options, want...)
		write(path, string(old))
		try(command, options)
	}
	edit("greeter.sh", greeter+" #", "file greeter.sh")
	edit("weights", "1 2 4", "file weights")
	edit("hello.json", strings.Replace(greeting, `"version":"1"`, `"version":"2"`, 1), "version")
	edit("hello.json", strings.Replace(greeting, `"sh 1"`, `["sh",2]`, 1), "language")
	edit("hello.json", strings.Replace(greeting, `"d1"`, `"d2"`, 1), "module /lib/own.sh")
	edit("hello.json", strings.Replace(greeting, `"/lib`, `"weights":"1","/lib`, 1)) // which is named already

	t.Setenv("UNSEEN", "1")
	try(command, options)
	t.Setenv("TOKEN", "hunter3")
	try(command, options, "variable TOKEN")
	t.Setenv("TOKEN", "hunter2")

	program, err := os.ReadFile(sh)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "shell")
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	write(link, string(program))
	try(command, options, "program")
}

// TestIdentityOfWhatChanged: a file that was changed, replaced or deleted after the program was started is
// an error that names it: the processes before and after that are two programs. The control is one
// that was left alone.
func TestIdentityOfWhatChanged(t *testing.T) {
	for what, change := range map[string]func(path string) error{
		"": func(string) error { return nil },
		"was changed after": func(path string) error {
			return os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour))
		},
		"was changed": func(path string) error { // to another of the same size and time
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			if err := os.Rename(path, path+"2"); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(greeter), 0o666); err != nil {
				return err
			}
			return os.Chtimes(path, time.Time{}, info.ModTime())
		},
		"is there no more": os.Remove,
	} {
		path := filepath.Join(t.TempDir(), "greeter.sh")
		if err := os.WriteFile(path, []byte(greeter), 0o666); err != nil {
			t.Fatal(err)
		}
		c, err := external.New(t.Context(), []string{"sh", path}, external.Options{Startup: time.Nanosecond}) // which is too short
		if err != nil {
			t.Skip(err)
		}
		if _, err := c.Identity(); err != nil {
			t.Error(err)
		}
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Identity(); (err == nil) != (what == "") || err != nil && !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %q", err, what)
		}
		c.Close()
	}
}
