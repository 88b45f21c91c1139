package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A run that would take days ends when it is told to, with the verdict so far.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code := run(ctx, strings.Fields("check exact --on gauss --calls 1000000000"), &stdout, &stderr)
	if code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	for _, want := range []string{"exact: inconclusive", "interrupted", "repeat    assay check exact --on gauss:"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("stdout lacks %q:\n%s", want, &stdout)
		}
	}
	if strings.Contains(stdout.String(), "--calls 1000000000") {
		t.Errorf("it says to repeat a run that was never made:\n%s", &stdout)
	}
	if stderr.Len() > 0 {
		t.Errorf("stderr, no terminal, got %q", &stderr)
	}
}

func TestQuote(t *testing.T) {
	for arg, want := range map[string]string{
		"gmm:d=8,dy=1": "gmm:d=8,dy=1",
		"":             "''",
		"my faces.npy": "'my faces.npy'",
		"it's":         `'it'\''s'`,
		"$HOME":        "'$HOME'",
		"a;b":          "'a;b'",
	} {
		if got := quote(arg); got != want {
			t.Errorf("quote(%q) = %s, want %s", arg, got, want)
		}
	}
}

// A file is replaced whole, through a link too, and nothing is left beside it.
func TestWriteFile(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "verdict.json"), filepath.Join(folder, "link.json")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, content string }{{path, "a long first verdict"}, {link, "short"}} {
		if err := writeFile(c.path, []byte(c.content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != c.content {
			t.Errorf("the file holds %q, %v; want %q", got, err, c.content)
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder holds %v, %v; want the file and the link", entries, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is one no more: %v, %v", info, err)
	}
	if err := writeFile(filepath.Join(folder, "none", "verdict.json"), nil); err == nil {
		t.Error("a file was written in a folder that does not exist")
	}
}
