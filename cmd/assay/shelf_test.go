package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/internal/fuzz"
	"assay/internal/lock"
	"assay/samplers"
	"assay/spec"
)

// versioned is a candidate that says which version it is.
type versioned struct {
	spec.Sampler
	version string
}

func (v versioned) Version() string { return v.version }

// TestShelvesApart: campaigns of candidates that differ in anything have no file in common, those that
// differ in nothing have; names are such as any file system takes.
func TestShelvesApart(t *testing.T) {
	candidate := func(name string) spec.Sampler { return spec.NewSampler(name, true, nil) }
	long := strings.Repeat("long", 30)
	stems := map[string]string{}
	for what, s := range map[string]*shelf{
		"20 steps":        newShelf("f", candidate("dps:steps=20"), nil, 0),
		"50 steps":        newShelf("f", candidate("dps:steps=50"), nil, 0),
		"steps 20":        newShelf("f", candidate("dps-steps=20"), nil, 0),
		"another seed":    newShelf("f", candidate("dps:steps=20"), nil, 1),
		"a command":       newShelf("f", candidate("dps:steps=20"), []string{"a"}, 0),
		"another command": newShelf("f", candidate("dps:steps=20"), []string{"a", "b"}, 0),
		"one word":        newShelf("f", candidate("dps:steps=20"), []string{"a b"}, 0),
		"a version":       newShelf("f", versioned{candidate("dps:steps=20"), "1"}, nil, 0),
		"another":         newShelf("f", versioned{candidate("dps:steps=20"), "2"}, nil, 0),
		"a long name":     newShelf("f", candidate(long+"a"), nil, 0),
		"another long":    newShelf("f", candidate(long+"b"), nil, 0),
		"no letters":      newShelf("f", candidate("../..\n\x1b[31m"), nil, 0),
	} {
		if stems[s.stem] != "" {
			t.Errorf("%s and %s have one name, %s", what, stems[s.stem], s.stem)
		}
		stems[s.stem] = what
		if strings.Trim(s.stem, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" || len(s.stem) > 60 {
			t.Errorf("%s: %q is no name for a file", what, s.stem)
		}
	}
	if a, b := newShelf("f", candidate("x"), nil, 7), newShelf("g", candidate("x"), nil, 7); a.stem != b.stem {
		t.Errorf("one campaign has two names, %s and %s", a.stem, b.stem)
	}
}

// TestShelfKeepsWhatIsThere: a campaign is begun where there is none of it, by one process at a time,
// and gone on with where there is one like it; nothing else changes a file.
func TestShelfKeepsWhatIsThere(t *testing.T) {
	folder := t.TempDir()
	s := newShelf(folder, samplers.Prior(), nil, 7)
	fresh := func() *fuzz.State {
		state, err := fuzz.NewState("prior", "any", 1e-3, 7)
		if err != nil {
			t.Fatal(err)
		}
		state.Draws = 3
		return state
	}
	refused := func(what string, begun *fuzz.State, resume bool, want ...string) {
		t.Helper()
		_, _, _, err := s.open(begun, resume, 10, 1)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: error %v, want one line with %q", what, err, w)
			}
		}
	}
	refused("nothing there", fresh(), true, "nothing to go on with")
	stale := filepath.Join(folder, "."+s.stem+"-0123456789ab.json.4242.tmp")
	for _, path := range []string{stale, filepath.Join(folder, s.stem+".lock")} {
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	state, _, release, err := s.open(fresh(), false, 10, 1)
	if err != nil {
		t.Fatalf("after a crash: %v", err)
	}
	if _, err := os.Stat(stale); err == nil {
		t.Errorf("%s is there still", stale)
	}
	refused("two at once", fresh(), false, "another process runs this campaign", "--out")
	refused("two at once", fresh(), true, "nothing to go on with")
	state.Screened = 5
	if err := s.save(state); err != nil {
		t.Fatal(err)
	}
	refused("two at once", fresh(), true, "another process runs this campaign")
	release()
	refused("begun again", fresh(), false, s.statePath(), "--resume", "--out")
	for what, change := range map[string]func(*fuzz.State){
		"family":    func(s *fuzz.State) { s.Family = "gaussian" },
		"alpha":     func(s *fuzz.State) { s.Alpha = 0.1 },
		"draws":     func(s *fuzz.State) { s.Draws = 4 },
		"witnesses": func(s *fuzz.State) { s.Witnesses = []string{"w"} },
	} {
		other := fresh()
		change(other)
		refused(what, other, true, s.statePath(), "--out")
	}
	again, kept, release, err := s.open(fresh(), true, 10, 1)
	if err != nil || again.Screened != 5 || len(kept) != 0 {
		t.Fatalf("resumed: %+v, %v, %v", again, kept, err)
	}
	release()
	elsewhere := newShelf(folder, samplers.Prior(), nil, 8)
	if _, _, _, err := elsewhere.open(fresh(), true, 10, 1); err == nil || !strings.Contains(err.Error(), "--seed 7") {
		t.Errorf("with another seed: error %v, want that which there is", err)
	}
	// One that has ended ends like that again, unless it is asked for more.
	ended, err := fuzz.Run(t.Context(), samplers.Prior(), fresh(), nil, fuzz.Config{Problems: 10, Most: 1, Draws: 3, Save: s.save, Keep: s.keep})
	if err != nil || len(ended.Found) != 1 {
		t.Fatalf("%v, %v", ended, err)
	}
	again, kept, release, err = s.open(fresh(), false, 10, 1)
	if err != nil || again.Screened != 0 || len(kept) != 0 {
		t.Fatalf("begun after its end: %+v, %v, %v", again, kept, err)
	}
	release()
	if _, _, _, err := s.open(fresh(), false, 10, 2); err == nil || !strings.Contains(err.Error(), "--resume") {
		t.Errorf("asked for more after its end: error %v", err)
	}
	if _, kept, release, err = s.open(fresh(), true, 10, 2); err != nil || len(kept) != 1 {
		t.Fatalf("resumed after its end: %v, %v", kept, err)
	}
	release()
}

// TestTemporaryFiles: whatever a crash has left does not keep a file from being written, and is
// removed; what somebody writes now, and what has another name, stays.
func TestTemporaryFiles(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "verdict.json")
	in := func(name string) string { return filepath.Join(folder, name) }
	stale := []string{".verdict.json.1.tmp", ".verdict.json.0123456789abcdef.tmp"}
	others := []string{".verdict.json.keep.tmp", ".verdict.json.bak.1.tmp", ".another.json.1.tmp", "verdict.json.1.tmp"}
	busy := ".verdict.json.fedcba9876543210.tmp"
	for _, name := range append(append([]string{busy}, stale...), others...) {
		if err := os.WriteFile(in(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	writing, err := os.OpenFile(in(busy), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writing.Close()
	if err := lock.File(writing); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, []byte("content")); err != nil {
		t.Fatal(err)
	}
	for _, name := range stale {
		if _, err := os.Stat(in(name)); err == nil {
			t.Errorf("%s is there still", name)
		}
	}
	for _, name := range append([]string{busy, "verdict.json"}, others...) {
		if _, err := os.Stat(in(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Many at once are none in another's way.
	done := make(chan error)
	for range 8 {
		go func() {
			var err error
			for end := time.Now().Add(100 * time.Millisecond); err == nil && time.Now().Before(end); {
				err = writeFile(path, []byte("content"))
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "content" {
		t.Errorf("the file holds %q, %v", text, err)
	}
}
